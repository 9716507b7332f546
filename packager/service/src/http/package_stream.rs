//! The bytes of a package, part by part.
//!
//! What the system has in memory is read at once, into a buffer that all downloads of a thread share: a download that
//! waits for its client holds no chunk of its own, and no thread. What has to come from the disk is read by a thread
//! that may wait for it.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, IoSliceMut};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use futures_util::stream::try_unfold;
use packager_artifact::{OwnBytes, SharedPart, Slice};
use packager_store::{OpenPackage, Store};
use rustix::io::{Errno, ReadWriteFlags, preadv2};

/// Bytes read from a shared part at a time. Whatever is read is copied once into the connection's write buffer, which
/// grows to this size, and is what a download that waits for its client holds.
const CHUNK_BYTES: usize = 64 << 10;

/// Yields the bytes in `range` of a package, exactly so many. Whatever goes wrong ends the stream with an error, which
/// breaks the connection: a client never takes a part of a package for the whole.
pub(super) fn stream(
    store: Arc<Store>,
    package: OpenPackage,
    range: Range<u64>,
) -> impl Stream<Item = io::Result<Bytes>> {
    let mut slices = package.record.layout.walk(range);
    slices.reverse();
    let state = Reader {
        store,
        own: Arc::new(package.own),
        slices,
        open: None,
    };
    try_unfold(state, Reader::step)
}

struct Reader {
    store: Arc<Store>,
    own: Arc<OwnBytes>,
    /// What is still to be sent, the next at the end.
    slices: Vec<Slice>,
    /// The shared part that is being read.
    open: Option<OpenPart>,
}

/// A shared part, and what of it is still to be sent.
struct OpenPart {
    file: Arc<File>,
    offset: u64,
    left: u64,
}

impl Reader {
    async fn step(mut self) -> io::Result<Option<(Bytes, Self)>> {
        loop {
            if let Some(part) = &mut self.open {
                let chunk = part.next_chunk().await?;
                if part.left == 0 {
                    self.open = None;
                }
                return Ok(Some((chunk, self)));
            }
            match self.slices.pop() {
                None => return Ok(None),
                Some(Slice::Own { offset, size_bytes }) => {
                    let bytes = own_slice(&self.own, offset, size_bytes)?;
                    return Ok(Some((bytes, self)));
                }
                Some(Slice::Shared {
                    part,
                    offset,
                    size_bytes,
                }) => {
                    self.open = Some(OpenPart {
                        file: open(Arc::clone(&self.store), part).await?,
                        offset,
                        left: size_bytes,
                    });
                }
            }
        }
    }
}

impl OpenPart {
    /// The next bytes, at least one.
    async fn next_chunk(&mut self) -> io::Result<Bytes> {
        let size = usize::try_from(self.left).map_or(CHUNK_BYTES, |left| left.min(CHUNK_BYTES));
        let chunk = match read_cached(&self.file, self.offset, size)? {
            Some(chunk) => chunk,
            None => read_waiting(Arc::clone(&self.file), self.offset, size).await?,
        };
        if chunk.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let read = chunk.len() as u64;
        self.offset += read;
        self.left -= read;
        Ok(chunk)
    }
}

thread_local! {
    /// The buffer of the thread's downloads. It never holds own bytes, which are not read from shared parts.
    static BUFFER: Cell<Bytes> = const { Cell::new(Bytes::new()) };
}

/// Reads what the system has in memory, at most `size` bytes; none if it would have to wait for the disk.
fn read_cached(file: &File, offset: u64, size: usize) -> io::Result<Option<Bytes>> {
    // Where a chunk is still on its way, the next one gets a buffer of its own.
    let mut buffer = BUFFER.take().try_into_mut().unwrap_or_default();
    buffer.resize(size, 0);
    match preadv2(
        file,
        &mut [IoSliceMut::new(&mut buffer)],
        offset,
        ReadWriteFlags::NOWAIT,
    ) {
        Ok(read) => {
            let mut whole = buffer.freeze();
            BUFFER.set(whole.clone());
            whole.truncate(read);
            Ok(Some(whole))
        }
        // NOSYS and OPNOTSUPP: a kernel or a file system that cannot say whether it would have to wait.
        Err(Errno::AGAIN | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INTR) => {
            BUFFER.set(buffer.freeze());
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Reads from the disk, where a thread may wait for it.
async fn read_waiting(file: Arc<File>, offset: u64, size: usize) -> io::Result<Bytes> {
    blocking(move || {
        let mut chunk = BytesMut::zeroed(size);
        let read = file.read_at(&mut chunk, offset)?;
        chunk.truncate(read);
        Ok(chunk.freeze())
    })
    .await
}

async fn open(store: Arc<Store>, part: SharedPart) -> io::Result<Arc<File>> {
    blocking(move || store.shared().open_file(&part).map(Arc::new)).await
}

/// Own bytes as a chunk that zeroes itself when it has been sent.
fn own_slice(own: &Arc<OwnBytes>, offset: u64, size_bytes: u64) -> io::Result<Bytes> {
    struct Owner(Arc<OwnBytes>);
    impl AsRef<[u8]> for Owner {
        fn as_ref(&self) -> &[u8] {
            self.0.expose()
        }
    }
    let all = Bytes::from_owner(Owner(Arc::clone(own)));
    let range = usize::try_from(offset)
        .ok()
        .zip(usize::try_from(offset + size_bytes).ok());
    match range {
        Some((begin, end)) if end <= all.len() => Ok(all.slice(begin..end)),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a package is shorter than its layout",
        )),
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
