//! A way for the bytes of files past the HTTP library.
//!
//! actix-http copies what a body yields into its buffer, and the buffer into the socket. For the bytes of a package that
//! lie in the system's memory this is most of the work of a download. An outlet hands them from the file to the socket
//! (sendfile(2)), so that nothing is copied in this process at all.
//!
//! Order is kept like this: whatever a body yields lies in the library's buffer; while there is any of it, nothing is
//! sent past it ([`Outlet::emptied`]). A body that is waiting for its outlet yields nothing, and HTTP/1 has one answer at
//! a time on a connection, so that nobody else fills the buffer meanwhile. The library must not count the body's bytes:
//! the answer has a `Content-Length` of its own and a body of unknown size.

use std::fs::File;
use std::future::poll_fn;
use std::io;
use std::ops::Range;
use std::rc::{Rc, Weak};
use std::task::Poll;

use rustix::fs::sendfile;
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::Watched;
use super::watched::Line;

/// A way for the bytes of files past the HTTP library. It does not keep the connection open.
#[derive(Clone)]
pub(crate) struct Outlet(Weak<Line<TcpStream>>);

impl Outlet {
    /// The outlet of a connection.
    pub(crate) fn of(connection: &Watched<TcpStream>) -> Self {
        Self(Rc::downgrade(connection.line()))
    }

    fn line(&self) -> io::Result<Rc<Line<TcpStream>>> {
        self.0.upgrade().ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }

    /// The body is about to yield bytes.
    pub(crate) fn yielding(&self) {
        if let Some(line) = self.0.upgrade() {
            line.before.set(true);
        }
    }

    /// Returns when everything that the body yielded has been taken from the HTTP library's buffer. The body has to have
    /// yielded something: the answer's head lies before it.
    ///
    /// # Errors
    /// [`io::ErrorKind::BrokenPipe`] when the connection is gone.
    pub(crate) async fn emptied(&self) -> io::Result<()> {
        poll_fn(|cx| {
            let line = self.line()?;
            if line.before.get() {
                line.waiting.set(Some(cx.waker().clone()));
                return Poll::Pending;
            }
            Poll::Ready(Ok(()))
        })
        .await
    }

    /// Returns when the connection takes more.
    ///
    /// # Errors
    /// [`io::ErrorKind::BrokenPipe`] when the connection is gone.
    pub(crate) async fn writable(&self) -> io::Result<()> {
        poll_fn(|cx| {
            let line = self.line()?;
            let ready = line.stream.borrow().poll_write_ready(cx);
            if ready.is_pending() {
                line.wrote(&Poll::Pending);
            }
            ready
        })
        .await
    }

    /// Sends bytes of `file` from the beginning of `range` on, and returns how many: as many as the connection takes at
    /// once, which may be none.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] when the file ends before `range`; those of sendfile(2).
    pub(crate) fn send(&self, file: &File, range: &Range<u64>) -> io::Result<u64> {
        let line = self.line()?;
        let most = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
        let mut offset = range.start;
        let stream = line.stream.borrow();
        let sent = stream.try_io(Interest::WRITABLE, || {
            sendfile(&*stream, file, Some(&mut offset), most).map_err(io::Error::from)
        });
        match sent {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(sent) => {
                line.wrote(&Poll::Ready(Ok(sent)));
                Ok(sent as u64)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
#[path = "outlet_tests.rs"]
mod tests;
