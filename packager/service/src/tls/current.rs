//! The pair in force.

use std::sync::Arc;

use rustls::ServerConfig;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::Pair;

/// The pair in force: what handshakes take from now on. Connections that are there keep what they began with.
pub(crate) struct Current(watch::Sender<Arc<ServerConfig>>);

/// Begins handshakes with the pair in force.
#[derive(Clone)]
pub(crate) struct Acceptor(watch::Receiver<Arc<ServerConfig>>);

impl Current {
    pub(crate) fn new(pair: &Pair) -> Self {
        Self(watch::Sender::new(Arc::clone(&pair.config)))
    }

    pub(super) fn replace(&self, pair: &Pair) {
        self.0.send_replace(Arc::clone(&pair.config));
    }

    pub(crate) fn acceptor(&self) -> Acceptor {
        Acceptor(self.0.subscribe())
    }
}

impl Acceptor {
    pub(crate) fn begin(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.0.borrow()))
    }
}
