//! Where connections come in: who gets a place, and the guard that holds a connection until it ends.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_server::GracefulShutdownSignal;
use actix_service::{Service, ServiceFactory};
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, TryFutureExt};
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

use super::handshake::shake_hands;
use super::watched::Reset;
use super::{Crowd, Cut, Pace, PaceLimits, Stream, Watched};
use crate::metrics::Metrics;
use crate::tls::Acceptor;

/// How much the system may hold of an answer that it has not sent yet. What it accepts beyond that a client has taken,
/// so this is how precisely a client's pace is known, and how much of the system's memory one that does not read has.
const MOST_UNSENT_BYTES: u32 = 128 << 10;

/// What a listener's connections are held to.
#[derive(Clone)]
pub(crate) struct Door {
    /// The name under which the listener's connections are counted.
    pub(crate) listener: &'static str,
    pub(crate) crowd: Arc<Crowd>,
    pub(crate) limits: PaceLimits,
    pub(crate) metrics: Arc<Metrics>,
    /// Where the listener speaks TLS.
    pub(crate) tls: Option<Acceptor>,
    /// Says that the service stops.
    pub(crate) stopping: GracefulShutdownSignal,
}

impl Door {
    /// Puts the door before a service of connections.
    pub(crate) const fn before<F>(self, inner: F) -> DoorFactory<F> {
        DoorFactory { door: self, inner }
    }
}

/// Makes the door of each worker.
pub(crate) struct DoorFactory<F> {
    door: Door,
    inner: F,
}

type Connection = (Stream, Option<SocketAddr>);

impl<F> ServiceFactory<TcpStream> for DoorFactory<F>
where
    F: ServiceFactory<Connection, Config = (), Response = ()>,
    F::Future: 'static,
    F::Error: 'static,
    F::Service: 'static,
    <F::Service as Service<Connection>>::Future: 'static,
{
    type Response = ();
    type Error = F::Error;
    type Config = ();
    type Service = DoorService<F::Service>;
    type InitError = F::InitError;
    type Future = LocalBoxFuture<'static, Result<Self::Service, Self::InitError>>;

    fn new_service(&self, (): ()) -> Self::Future {
        let inner = self.inner.new_service(());
        let door = self.door.clone();
        let serve = |inner| DoorService {
            door,
            inner: Rc::new(inner),
        };
        inner.map_ok(serve).boxed_local()
    }
}

/// The door of one worker.
pub(crate) struct DoorService<S> {
    door: Door,
    inner: Rc<S>,
}

impl<S> Service<TcpStream> for DoorService<S>
where
    S: Service<Connection, Response = ()> + 'static,
    S::Error: 'static,
    S::Future: 'static,
{
    type Response = ();
    type Error = S::Error;
    type Future = LocalBoxFuture<'static, Result<(), S::Error>>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, stream: TcpStream) -> Self::Future {
        let peer = stream.peer_addr().ok();
        let pace = Arc::new(Pace::new(self.door.limits, Instant::now()));
        let entered = match self.door.crowd.enter(peer, &pace) {
            Ok(entered) => entered,
            Err(cut) => {
                self.door.metrics.connection_cut(cut.label());
                stream.reset_when_dropped();
                return futures_util::future::ok(()).boxed_local();
            }
        };
        prepare(&stream);
        let stream = Watched::new(stream, Arc::clone(&pace));
        let (inner, tls) = (Rc::clone(&self.inner), self.door.tls.clone());
        let (stopping, metrics) = (self.door.stopping.clone(), Arc::clone(&self.door.metrics));
        let listener = self.door.listener;
        async move {
            let _place = entered;
            let connection = async {
                let stream = match tls {
                    None => Some(Stream::Plain(stream)),
                    Some(tls) => shake_hands(stream, &tls, &metrics).await,
                };
                match stream {
                    Some(stream) => inner.call((stream, peer)).await,
                    None => Ok(()),
                }
            };
            let _open = metrics.connection_opened(listener);
            let count = |cut: Cut| {
                metrics.connection_cut(cut.label());
                tracing::debug!(why = cut.label(), "cut a connection");
            };
            hold(connection, &pace, stopping.notified(), count)
                .await
                .unwrap_or(Ok(()))
        }
        .boxed_local()
    }
}

/// Neither call fails for a socket that is there; without them a connection is slower, or its pace less precisely known.
fn prepare(stream: &TcpStream) {
    // The end of an answer is not to wait for the client's word on what came before.
    let _ = stream.set_nodelay(true);
    let _ = SockRef::from(stream).set_tcp_notsent_lowat(MOST_UNSENT_BYTES);
}

/// Runs a connection until it ends or breaks a limit; then it is dropped, once `before_cut` has returned.
pub(super) async fn hold<T>(
    connection: impl Future<Output = T>,
    pace: &Pace,
    stopping: impl Future<Output = ()>,
    before_cut: impl FnOnce(Cut),
) -> Result<T, Cut> {
    let mut connection = pin!(connection);
    let mut stopping = pin!(stopping.fuse());
    // One timer, which is not moved when a deadline moves back: it goes off early, and is set anew.
    let mut alarm = pin!(None);
    let mut alarm_at = None;
    let outcome = poll_fn(|cx| {
        pace.set_waker(cx.waker());
        if stopping.as_mut().poll(cx).is_ready() {
            pace.stop(Instant::now());
        }
        if let Poll::Ready(outcome) = connection.as_mut().poll(cx) {
            return Poll::Ready(Ok(outcome));
        }
        if let Some(cut) = pace.verdict(Instant::now()) {
            return Poll::Ready(Err(cut));
        }
        loop {
            match (pace.deadline(), alarm_at) {
                (Some(deadline), None) => {
                    alarm.set(Some(sleep_until(deadline)));
                    alarm_at = Some(deadline);
                }
                (Some(deadline), Some(at)) if deadline < at => {
                    if let Some(alarm) = alarm.as_mut().as_pin_mut() {
                        alarm.reset(deadline);
                    }
                    alarm_at = Some(deadline);
                }
                _ => {}
            }
            let Some(alarm) = alarm.as_mut().as_pin_mut() else {
                return Poll::Pending;
            };
            if alarm_at.is_none() || alarm.poll(cx).is_pending() {
                return Poll::Pending;
            }
            alarm_at = None;
            if let Some(cut) = pace.verdict(Instant::now()) {
                return Poll::Ready(Err(cut));
            }
        }
    })
    .await;
    outcome.inspect_err(|cut| before_cut(*cut))
}

#[cfg(test)]
#[path = "door_tests.rs"]
mod tests;
