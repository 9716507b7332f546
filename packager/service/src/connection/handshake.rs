//! The TLS handshake of a connection under guard.
//!
//! The guard bounds how long it takes, and the crowd how many are under way: a connection has its place among those of its
//! client from its first byte on, and one that is shaking hands counts as idle, so that it makes room before one that is
//! served.

use tokio::net::TcpStream;
use tokio::time::Instant;

use super::plain_http::{is_plain_http, refuse_plain_http};
use super::{Stream, Watched};
use crate::metrics::Metrics;
use crate::tls::Acceptor;

/// Most bytes of an answer that wait inside TLS, encrypted, beside those that the system takes: two records (RFC 8446,
/// section 5.1). Stops clients that do not read from having more of the memory.
const MOST_UNSENT_BYTES: usize = 32 << 10;

/// The connection inside TLS; none if it has come to nothing, and is over.
pub(super) async fn shake_hands(stream: Watched<TcpStream>, tls: &Acceptor, metrics: &Metrics) -> Option<Stream> {
    let pace = stream.pace().clone();
    pace.begin_handshake(Instant::now());
    match stream.first_byte().await {
        Ok(Some(byte)) if is_plain_http(byte) => {
            metrics.handshake_ended("plain_http");
            // Whether the client takes it is the client's business.
            let _ = refuse_plain_http(stream).await;
            return None;
        }
        Ok(Some(_)) => {}
        // Somebody looked whether the port is open. That is no handshake, and no failure.
        Ok(None) | Err(_) => return None,
    }
    let accepted = tls
        .begin()
        .accept_with(stream, |session| session.set_buffer_limit(Some(MOST_UNSENT_BYTES)))
        .await;
    pace.end_handshake(Instant::now());
    match accepted {
        Ok(stream) => {
            metrics.handshake_ended("success");
            Some(Stream::Tls(Box::new(stream)))
        }
        Err(error) => {
            metrics.handshake_ended("failure");
            tracing::debug!(%error, "a TLS handshake failed");
            None
        }
    }
}
