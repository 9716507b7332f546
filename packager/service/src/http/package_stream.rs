//! The bytes of a package, part by part.
//!
//! Blocks of shared parts that are known to be right go from the system's memory to the connection, past the HTTP
//! library ([`Outlet`]). The others are read and checked first. What the system has in memory is read at once, into a
//! buffer that all downloads of a thread share: a download that waits for its client holds no chunk of its own, and no
//! thread. What has to come from the disk is read by a thread that may wait for it.

use std::cell::Cell;
use std::io::{self, IoSliceMut};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::try_unfold;
use packager_artifact::{OwnBytes, SharedPart, Slice};
use packager_store::{OpenPackage, SharedFile, Store};
use rustix::io::{Errno, ReadWriteFlags, preadv2};

use crate::connection::Outlet;

/// How old a look at a file may be when bytes of it are sent.
const LOOK_HOLDS_FOR: Duration = Duration::from_millis(10);

/// Most bytes that are yielded at once: a record of TLS (RFC 8446, section 5.1). What a client does not take waits in the
/// HTTP library's buffer, which grows by whatever is yielded.
const MOST_AT_ONCE: u64 = 16 << 10;

/// Blocks that are sent with one call of the system.
const BLOCKS_AT_ONCE: usize = 16;

/// Yields the bytes in `range` of a package, or sends them through `outlet`: all together exactly so many. Whatever goes
/// wrong ends the stream with an error, which breaks the connection: a client never takes a part of a package for the
/// whole.
pub(super) fn stream(
    store: Arc<Store>,
    package: OpenPackage,
    range: Range<u64>,
    outlet: Option<Outlet>,
) -> impl Stream<Item = io::Result<Bytes>> {
    let mut slices = package.record.layout.walk(range);
    slices.reverse();
    let state = Reader {
        store,
        own: Arc::new(package.own),
        slices,
        open: None,
        outlet,
        begun: false,
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
    outlet: Option<Outlet>,
    /// Whether bytes have been yielded, so that the answer's head is known to be on its way.
    begun: bool,
}

/// A shared part, and what of it is still to be sent.
struct OpenPart {
    part: SharedPart,
    file: SharedFile,
    range: Range<u64>,
}

impl Reader {
    async fn step(mut self) -> io::Result<Option<(Bytes, Self)>> {
        loop {
            if let Some(part) = &mut self.open {
                if let Some(outlet) = self.outlet.as_ref().filter(|_| self.begun) {
                    outlet.emptied().await?;
                    part.send(&self.store, outlet).await?;
                    self.close_read();
                    continue;
                }
                let chunk = part.next_chunk(&self.store).await?;
                self.close_read();
                return Ok(Some(self.yielding(chunk)));
            }
            match self.slices.pop() {
                None => return Ok(None),
                Some(Slice::Own { offset, size_bytes }) => {
                    let bytes = own_slice(&self.own, offset, size_bytes)?;
                    return Ok(Some(self.yielding(bytes)));
                }
                Some(Slice::Shared {
                    part,
                    offset,
                    size_bytes,
                }) => {
                    let file = open(Arc::clone(&self.store), part).await?;
                    let range = offset..offset + size_bytes;
                    self.open = Some(OpenPart { part, file, range });
                }
            }
        }
    }

    /// Lets go of a part that has been read.
    fn close_read(&mut self) {
        self.open.take_if(|part| part.range.is_empty());
    }

    fn yielding(mut self, bytes: Bytes) -> (Bytes, Self) {
        self.begun = true;
        if let Some(outlet) = &self.outlet {
            outlet.yielding();
        }
        (bytes, self)
    }
}

impl OpenPart {
    /// Sends the next bytes. How long that takes is the client's to say, so what was right when it began is looked at again
    /// after a while; the rest of what is not any more is left.
    async fn send(&mut self, store: &Arc<Store>, outlet: &Outlet) -> io::Result<()> {
        let mut right = self.right(store).await?;
        let mut looked = Instant::now();
        while !right.is_empty() {
            outlet.writable().await?;
            if looked.elapsed() > LOOK_HOLDS_FOR {
                if !self.is_still_right(&right)? {
                    break;
                }
                looked = Instant::now();
            }
            right.start += outlet.send(self.file.as_file(), &right)?;
            self.range.start = right.start;
        }
        Ok(())
    }

    /// The next bytes that are known to be right and in the system's memory; at least what is left of a block, which is
    /// read and checked if need be.
    async fn right(&self, store: &Arc<Store>) -> io::Result<Range<u64>> {
        let look = self.file.look(Instant::now())?;
        let mut right = self.range.start..self.range.start;
        for _ in 0..BLOCKS_AT_ONCE {
            let block = self.file.block(right.end);
            if right.end >= self.range.end
                || !self.file.is_known_right(block.start, look)
                || !is_cached(&self.file, &block)
            {
                break;
            }
            right.end = block.end.min(self.range.end);
        }
        if right.is_empty() {
            let block = self.file.block(right.end);
            self.read(store, &block).await?;
            right.end = block.end.min(self.range.end);
        }
        if right.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(right)
    }

    fn is_still_right(&self, range: &Range<u64>) -> io::Result<bool> {
        let look = self.file.look(Instant::now())?;
        let mut from = range.start;
        while from < range.end {
            let block = self.file.block(from);
            if block.end <= from || !self.file.is_known_right(block.start, look) {
                return Ok(false);
            }
            from = block.end;
        }
        Ok(true)
    }

    /// Reads a block and checks it.
    async fn read(&self, store: &Arc<Store>, block: &Range<u64>) -> io::Result<Bytes> {
        let look = self.file.look(Instant::now())?;
        let bytes = match read_cached(&self.file, block)? {
            Some(bytes) => {
                store.shared().check(&self.part, &self.file, block.start, &bytes)?;
                bytes
            }
            None => read_waiting(Arc::clone(store), self.part, self.file.clone(), block.start).await?,
        };
        self.file.found_right(block.start, look);
        Ok(bytes)
    }

    /// The next bytes, at least one and all from one block. Each block is checked before any of it is sent.
    async fn next_chunk(&mut self, store: &Arc<Store>) -> io::Result<Bytes> {
        let block = self.file.block(self.range.start);
        let most = self.range.start.saturating_add(MOST_AT_ONCE);
        let piece = self.range.start..most.min(block.end).min(self.range.end);
        // Looked at again when it has been read: nobody has written to the file meanwhile.
        if self.is_still_right(&piece)?
            && let Some(chunk) = read_cached(&self.file, &piece)?
            && !chunk.is_empty()
            && self.is_still_right(&piece)?
        {
            self.range.start = piece.end;
            return Ok(chunk);
        }
        let mut chunk = self.read(store, &block).await?;
        let size = |from: u64, to: u64| usize::try_from(to.saturating_sub(from)).map_err(io::Error::other);
        chunk.truncate(size(block.start, piece.end)?);
        let skipped = size(block.start, self.range.start)?;
        if skipped >= chunk.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let chunk = chunk.split_off(skipped);
        self.range.start += chunk.len() as u64;
        Ok(chunk)
    }
}

thread_local! {
    /// The buffer of the thread's downloads. It never holds own bytes, which are not read from shared parts.
    static BUFFER: Cell<Bytes> = const { Cell::new(Bytes::new()) };
}

/// Reads what the system has in memory; none if it would have to wait for the disk for any of it.
fn read_cached(file: &SharedFile, range: &Range<u64>) -> io::Result<Option<Bytes>> {
    let size = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
    // Where a chunk is still on its way, the next one gets a buffer of its own.
    let mut buffer = BUFFER.take().try_into_mut().unwrap_or_default();
    buffer.resize(size, 0);
    let read = preadv2(
        file.as_file(),
        &mut [IoSliceMut::new(&mut buffer)],
        range.start,
        ReadWriteFlags::NOWAIT,
    );
    let whole = buffer.freeze();
    BUFFER.set(whole.clone());
    match read {
        Ok(read) if read == size => Ok(Some(whole)),
        // Less than all, and NOSYS and OPNOTSUPP: a kernel or a file system that cannot say whether it would have to wait.
        Ok(_) | Err(Errno::AGAIN | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INTR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether the system has the end of a block in memory, and so, but for rare cases, all of it.
fn is_cached(file: &SharedFile, block: &Range<u64>) -> bool {
    let Some(last) = block.end.checked_sub(1) else {
        return false;
    };
    let byte = &mut [0];
    let read = preadv2(
        file.as_file(),
        &mut [IoSliceMut::new(byte)],
        last,
        ReadWriteFlags::NOWAIT,
    );
    read == Ok(1)
}

/// Reads a block from the disk, where a thread may wait for it.
async fn read_waiting(store: Arc<Store>, part: SharedPart, file: SharedFile, begin: u64) -> io::Result<Bytes> {
    blocking(move || Ok(store.shared().read(&part, &file, begin)?.into())).await
}

async fn open(store: Arc<Store>, part: SharedPart) -> io::Result<SharedFile> {
    blocking(move || store.shared().open_part(&part)).await
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
