//! Signals: those that ask the process to stop, and the one that asks it to read files anew.

use tokio::signal::unix::{Signal, SignalKind, signal};

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

/// SIGHUPs, which do not end the process from the moment that this is made.
pub(crate) struct Hangups(Signal);

/// Listens for SIGHUP.
pub(crate) fn hangups() -> Result<Hangups, Error> {
    let hangups = signal(SignalKind::hangup()).map_err(Error::io("listen for SIGHUP"))?;
    Ok(Hangups(hangups))
}

impl Hangups {
    /// Calls `act` at each, for ever. Those that came before are one.
    pub(crate) async fn each(mut self, act: impl Fn()) {
        while self.0.recv().await.is_some() {
            act();
        }
        std::future::pending::<()>().await;
    }
}

/// Runs `work` until a signal asks to stop: then it is dropped, and with it whatever it has half written.
pub(crate) async fn or_interrupted<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let interrupted = listen()?;
    tokio::select! {
        result = work => result,
        () = interrupted => Err(Error::Interrupted),
    }
}
