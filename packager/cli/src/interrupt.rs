//! Signals that ask the process to stop.

use tokio::signal::unix::{SignalKind, signal};

use crate::error::Error;

/// Waits for SIGINT or SIGTERM, which both listen from the moment that this is called.
pub(crate) fn listen() -> Result<impl Future<Output = ()>, Error> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::io("listen for SIGINT"))?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::io("listen for SIGTERM"))?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => (),
            _ = terminate.recv() => (),
        }
    })
}

/// Two waits: for the first signal, and for one after it.
pub(crate) fn listen_twice() -> Result<(impl Future<Output = ()>, impl Future<Output = ()>), Error> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::io("listen for SIGINT"))?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::io("listen for SIGTERM"))?;
    let (seen, second) = tokio::sync::oneshot::channel();
    let first = listen()?;
    let both = async move {
        for _ in 0..2 {
            tokio::select! {
                _ = interrupt.recv() => (),
                _ = terminate.recv() => (),
            }
        }
        let _ = seen.send(());
    };
    tokio::spawn(both);
    let second = async move {
        // The sender waits for signals as long as the process lives.
        let _ = second.await;
    };
    Ok((first, second))
}

/// Runs `work` until a signal asks to stop: then it is dropped, and with it whatever it has half written.
pub(crate) async fn or_interrupted<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let interrupted = listen()?;
    tokio::select! {
        result = work => result,
        () = interrupted => Err(Error::Interrupted),
    }
}
