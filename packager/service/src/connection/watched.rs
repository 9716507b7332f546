//! A stream whose bytes are counted as they come and go.

use std::cell::{Cell, RefCell, RefMut};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

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
    line: Rc<Line<S>>,
}

/// What a [`Watched`] and its [`Outlet`](super::Outlet) share.
pub(super) struct Line<S: Reset> {
    pub(super) stream: RefCell<S>,
    pub(super) pace: Arc<Pace>,
    /// Whether the HTTP library has bytes in its buffer that came before what is to be sent past it.
    pub(super) before: Cell<bool>,
    /// Whom to wake when it has none any more.
    pub(super) waiting: Cell<Option<Waker>>,
}

impl<S: Reset> Watched<S> {
    /// Enters what happens on `stream` in the books.
    pub(super) fn new(stream: S, pace: Arc<Pace>) -> Self {
        let line = Line {
            stream: RefCell::new(stream),
            pace,
            before: Cell::new(false),
            waiting: Cell::new(None),
        };
        Self { line: Rc::new(line) }
    }

    /// The books.
    pub(crate) fn pace(&self) -> &Arc<Pace> {
        &self.line.pace
    }

    pub(super) const fn line(&self) -> &Rc<Line<S>> {
        &self.line
    }

    fn stream(&self) -> RefMut<'_, S> {
        self.line.stream.borrow_mut()
    }

    /// Of `offered` bytes, which are all that the HTTP library has.
    fn wrote(&self, offered: usize, outcome: &Poll<io::Result<usize>>) {
        self.line.wrote(outcome);
        if matches!(outcome, Poll::Ready(Ok(count)) if *count == offered) {
            self.line.before.set(false);
            if let Some(waiting) = self.line.waiting.take() {
                waiting.wake();
            }
        }
    }
}

impl Watched<TcpStream> {
    /// The first byte that comes, which stays to be read; none if the stream ends before.
    pub(super) async fn first_byte(&self) -> io::Result<Option<u8>> {
        let mut byte = [0];
        let count = poll_fn(|cx| self.stream().poll_peek(cx, &mut ReadBuf::new(&mut byte))).await?;
        Ok((count > 0).then_some(byte[0]))
    }
}

impl<S: Reset> Line<S> {
    /// Enters the outcome of a write.
    pub(super) fn wrote(&self, outcome: &Poll<io::Result<usize>>) {
        match outcome {
            Poll::Pending => self.pace.blocked(Instant::now()),
            Poll::Ready(Ok(count)) => self.pace.took(*count, Instant::now()),
            Poll::Ready(Err(_)) => {}
        }
    }
}

impl<S: Reset> Drop for Line<S> {
    fn drop(&mut self) {
        if self.pace.was_cut() {
            self.stream.get_mut().reset_when_dropped();
        }
    }
}

impl<S: AsyncRead + Unpin + Reset> AsyncRead for Watched<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let outcome = Pin::new(&mut *self.stream()).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.line.pace.received(Instant::now());
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin + Reset> AsyncWrite for Watched<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut *self.stream()).poll_write(cx, bytes);
        self.wrote(bytes.len(), &outcome);
        outcome
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream()).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream()).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut *self.stream()).poll_write_vectored(cx, slices);
        self.wrote(slices.iter().map(|slice| slice.len()).sum(), &outcome);
        outcome
    }

    fn is_write_vectored(&self) -> bool {
        self.stream().is_write_vectored()
    }
}
