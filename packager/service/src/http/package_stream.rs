//! The bytes of a package, part by part.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::try_unfold;
use packager_artifact::{OwnBytes, SharedPart, Slice};
use packager_store::{OpenPackage, Store};

/// Bytes read from a shared part at a time.
const CHUNK_SIZE: u64 = 256 << 10;

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
    /// The shared part that is being read, and how much of it is still to be sent.
    open: Option<(File, u64)>,
}

impl Reader {
    async fn step(mut self) -> io::Result<Option<(Bytes, Self)>> {
        if let Some((file, left)) = self.open.take() {
            let (chunk, file) = read_chunk(file, left.min(CHUNK_SIZE)).await?;
            let left = left - chunk.len() as u64;
            if left > 0 {
                self.open = Some((file, left));
            }
            return Ok(Some((chunk, self)));
        }
        match self.slices.pop() {
            None => Ok(None),
            Some(Slice::Own { offset, size_bytes }) => {
                let bytes = own_slice(&self.own, offset, size_bytes)?;
                Ok(Some((bytes, self)))
            }
            Some(Slice::Shared {
                part,
                offset,
                size_bytes,
            }) => {
                let first = size_bytes.min(CHUNK_SIZE);
                let (chunk, file) = open_and_read(Arc::clone(&self.store), part, offset, first).await?;
                if size_bytes > first {
                    self.open = Some((file, size_bytes - first));
                }
                Ok(Some((chunk, self)))
            }
        }
    }
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

async fn open_and_read(store: Arc<Store>, part: SharedPart, offset: u64, size: u64) -> io::Result<(Bytes, File)> {
    blocking(move || {
        let mut file = store.shared().open_file(&part)?;
        file.seek(SeekFrom::Start(offset))?;
        read_exactly(file, size)
    })
    .await
}

async fn read_chunk(file: File, size: u64) -> io::Result<(Bytes, File)> {
    blocking(move || read_exactly(file, size)).await
}

fn read_exactly(mut file: File, size: u64) -> io::Result<(Bytes, File)> {
    let mut chunk = vec![0; usize::try_from(size).map_err(io::Error::other)?];
    file.read_exact(&mut chunk)?;
    Ok((chunk.into(), file))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
