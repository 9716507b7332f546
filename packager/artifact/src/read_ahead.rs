//! Reading while what was read before is worked on.

use std::io::{self, Read};
use std::sync::mpsc;
use std::thread;

/// Bytes that are read at a time.
const CHUNK_SIZE: usize = 256 * 1024;
/// Chunks there are: one that is worked on, and one that is being read.
const CHUNKS: usize = 2;
/// What has less than this is over before another thread has begun.
const WORTH_A_THREAD_BYTES: u64 = 2 * 1024 * 1024;

/// Hands what `reader` has, about `size_bytes`, on in chunks while a thread of its own reads the next one. Returns how
/// much it was.
///
/// # Errors
/// When reading fails, or there can be no thread.
pub(crate) fn read_ahead(
    mut reader: impl Read + Send,
    size_bytes: u64,
    mut take: impl FnMut(&[u8]),
) -> io::Result<u64> {
    let mut total_bytes = 0;
    let mut take = |chunk: &[u8]| {
        total_bytes += chunk.len() as u64;
        take(chunk);
    };
    if size_bytes < WORTH_A_THREAD_BYTES {
        let mut chunk = vec![0; CHUNK_SIZE];
        while let Some(read) = fill(&mut reader, &mut chunk)? {
            take(read);
        }
        return Ok(total_bytes);
    }
    thread::scope(|scope| {
        let (full, filled) = mpsc::sync_channel::<io::Result<(Vec<u8>, usize)>>(CHUNKS);
        let (empty, emptied) = mpsc::sync_channel::<Vec<u8>>(CHUNKS);
        let read = move || {
            // Whoever works on them ends it by letting go of the channels.
            while let Ok(mut chunk) = emptied.recv() {
                let size = match fill(&mut reader, &mut chunk) {
                    Ok(Some(read)) => read.len(),
                    Ok(None) => break,
                    Err(error) => {
                        let _ = full.send(Err(error));
                        break;
                    }
                };
                if full.send(Ok((chunk, size))).is_err() {
                    break;
                }
            }
        };
        for _ in 0..CHUNKS {
            let _ = empty.send(vec![0; CHUNK_SIZE]);
        }
        thread::Builder::new()
            .name("read ahead".to_owned())
            .spawn_scoped(scope, read)?;
        for chunk in filled {
            let (chunk, size) = chunk?;
            take(chunk.get(..size).unwrap_or_default());
            let _ = empty.send(chunk);
        }
        Ok::<_, io::Error>(())
    })?;
    Ok(total_bytes)
}

/// Fills a chunk as far as there is something; `None` at the end.
fn fill<'a>(reader: &mut impl Read, chunk: &'a mut [u8]) -> io::Result<Option<&'a [u8]>> {
    let mut size = 0;
    while let Some(rest) = chunk.get_mut(size..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(read) => size += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(chunk.get(..size).filter(|read| !read.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], size_bytes: u64) -> Vec<u8> {
        let mut all = Vec::new();
        let total = read_ahead(bytes, size_bytes, |chunk| all.extend_from_slice(chunk)).unwrap();
        assert_eq!(total, bytes.len() as u64);
        all
    }

    #[test]
    fn every_byte_comes_once_and_in_order() {
        let bytes: Vec<u8> = (0..5_000_001_u32).map(|number| (number % 251) as u8).collect();
        for size in [0, 1, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE * CHUNKS + 1, bytes.len()] {
            // With and without a thread, whatever was promised.
            for size_bytes in [0, WORTH_A_THREAD_BYTES] {
                assert!(read(&bytes[..size], size_bytes) == bytes[..size], "{size}");
            }
        }
    }

    #[test]
    fn a_fault_is_told_after_what_was_read_before() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::InvalidData.into())
            }
        }
        for size_bytes in [0, WORTH_A_THREAD_BYTES] {
            let mut taken = 0;
            let reader = io::repeat(7).take(CHUNK_SIZE as u64).chain(Broken);
            let error = read_ahead(reader, size_bytes, |chunk| taken += chunk.len()).unwrap_err();
            assert_eq!((error.kind(), taken), (io::ErrorKind::InvalidData, CHUNK_SIZE));
        }
    }
}
