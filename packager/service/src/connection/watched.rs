//! A stream whose bytes are counted as they come and go.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::Pace;

/// A stream that can be ended without the other side's help.
pub(crate) trait Reset {
    /// Makes the end of the stream a reset: what has not been sent is dropped, and nothing is left to wait for.
    fn reset_when_dropped(&self);
}

impl Reset for TcpStream {
    fn reset_when_dropped(&self) {
        // It fails only for a socket that is gone already.
        let _ = self.set_zero_linger();
    }
}

/// A stream whose bytes are counted as they come and go.
pub(crate) struct Watched<S: Reset> {
    stream: S,
    pace: Arc<Pace>,
}

impl<S: Reset> Watched<S> {
    /// Enters what happens on `stream` in the books.
    pub(super) const fn new(stream: S, pace: Arc<Pace>) -> Self {
        Self { stream, pace }
    }

    /// The books.
    pub(crate) const fn pace(&self) -> &Arc<Pace> {
        &self.pace
    }

    fn wrote(&self, outcome: &Poll<io::Result<usize>>) {
        match outcome {
            Poll::Pending => self.pace.blocked(Instant::now()),
            Poll::Ready(Ok(count)) => self.pace.took(*count, Instant::now()),
            Poll::Ready(Err(_)) => {}
        }
    }
}

impl<S: Reset> Drop for Watched<S> {
    fn drop(&mut self) {
        if self.pace.was_cut() {
            self.stream.reset_when_dropped();
        }
    }
}

impl<S: AsyncRead + Unpin + Reset> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.pace.received(Instant::now());
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin + Reset> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(&outcome);
        outcome
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.wrote(&outcome);
        outcome
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
