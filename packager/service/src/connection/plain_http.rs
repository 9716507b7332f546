//! What comes to a TLS listener without TLS.
//!
//! Somebody who writes `http` for `https` is told so. It is an answer in the clear to a request in the clear, and the
//! request has not been looked at.

use std::io;

use packager_api::{PROBLEM_MEDIA_TYPE, Problem};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use zeroize::Zeroizing;

/// Most bytes of the request that are let go by, so that the client gets to read the answer: a connection that is closed
/// with bytes unread is reset.
const MOST_DRAINED_BYTES: usize = 64 << 10;
const PIECE_BYTES: usize = 4096;

/// Whether a connection that begins so is plain HTTP: a method's name begins with a capital letter, and what TLS sends
/// first with the number 22 (RFC 8446, section 5.1).
pub(super) const fn is_plain_http(first_byte: u8) -> bool {
    first_byte.is_ascii_uppercase()
}

/// Says that the listener speaks TLS, and ends the connection.
pub(super) async fn refuse_plain_http(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let detail = "This port speaks TLS alone: use https. What was sent to it was readable on its way.";
    let body = serde_json::to_string(&Problem::new(400, "TLS is needed", detail.to_owned()))?;
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: {PROBLEM_MEDIA_TYPE}\r\ncontent-length: {}\r\ncache-control: \
         no-store\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    // It may hold a secret.
    let mut piece = Zeroizing::new(vec![0; PIECE_BYTES]);
    let mut drained = 0;
    while drained < MOST_DRAINED_BYTES {
        match stream.read(&mut piece).await? {
            0 => break,
            count => drained += count,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_handshakes_begin_differently() {
        for request in ["GET / HTTP/1.1", "POST /create", "HEAD", "PRI * HTTP/2.0"] {
            assert!(is_plain_http(request.as_bytes()[0]), "{request}");
        }
        for other in [22, 0x80, 0, b'\n'] {
            assert!(!is_plain_http(other), "{other}");
        }
    }

    #[tokio::test]
    async fn the_answer_comes_and_the_request_is_let_go_by() {
        let (mut client, server) = tokio::io::duplex(PIECE_BYTES);
        let refused = tokio::spawn(refuse_plain_http(server));
        let body = vec![b'x'; MOST_DRAINED_BYTES];
        client.write_all(&body).await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 400 ") && answer.contains("use https"),
            "{answer}"
        );
        refused.await.unwrap().unwrap();
    }
}
