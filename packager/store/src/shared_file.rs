//! The file of a shared part, whose bytes are checked as they are read.
//!
//! A part is named by its SHA-256, so it is known when its bytes have changed on the disk; but to compute that for each
//! download would cost more than everything else about it. So the part is read whole once by each process, and a CRC-32
//! of each block is kept: it notices every burst of up to 32 bits and misses one in four billion of all other changes,
//! at a speed at which it is not felt. A block that was found right is trusted for a minute, as long as nobody writes to
//! the file: many downloads at once do not all read it again.

use std::fs::File;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crc32fast::Hasher;
use packager_artifact::{DigestWriter, SharedPart};

use crate::SharedParts;
use crate::pending::lock;

/// Bytes that have a check together, and are read together. A download that waits for its client holds so many.
const BLOCK_SIZE: u64 = 64 * 1024;

/// How long it is remembered that a block was right: what the disk does to it later is noticed then at the latest.
const REMEMBERED_FOR: Duration = Duration::from_secs(60);

/// An open part.
#[derive(Debug, Clone)]
pub struct SharedFile {
    file: Arc<File>,
    size_bytes: u64,
    checks: Arc<Checks>,
}

/// What is known of the blocks of a part.
#[derive(Debug)]
pub(crate) struct Checks(Box<[BlockCheck]>);

#[derive(Debug)]
struct BlockCheck {
    crc32: u32,
    /// When the block was last found right.
    found_right: Mutex<Option<Look>>,
}

/// A file at a moment.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    at: Instant,
    /// stat(2), `st_ctim`: no write to a file leaves it as it was.
    changed: (i64, i64),
}

impl From<Vec<u32>> for Checks {
    fn from(all: Vec<u32>) -> Self {
        let unseen = |crc32| BlockCheck {
            crc32,
            found_right: Mutex::default(),
        };
        Self(all.into_iter().map(unseen).collect())
    }
}

impl Checks {
    fn of_block_at(&self, begin: u64) -> Option<&BlockCheck> {
        let number = usize::try_from(begin / BLOCK_SIZE).ok()?;
        self.0.get(number)
    }
}

impl SharedFile {
    pub(crate) fn new(file: File, part: &SharedPart, checks: Arc<Checks>) -> io::Result<Self> {
        if file.metadata()?.len() != part.size_bytes {
            return Err(damaged("a shared part is not as long as its reference says"));
        }
        Ok(Self {
            file: Arc::new(file),
            size_bytes: part.size_bytes,
            checks,
        })
    }

    /// The block that the byte at `offset` is in.
    #[must_use]
    pub fn block(&self, offset: u64) -> Range<u64> {
        let begin = offset - offset % BLOCK_SIZE;
        begin..begin.saturating_add(BLOCK_SIZE).min(self.size_bytes.max(begin))
    }

    /// The file, for reading a [block](Self::block) without waiting for the disk. What was read has to be
    /// [checked](SharedParts::check).
    #[must_use]
    pub fn as_file(&self) -> &File {
        &self.file
    }

    /// Looks at the file at the moment `now`. To be called before a block is read.
    ///
    /// # Errors
    /// Those of fstat(2).
    pub fn look(&self, now: Instant) -> io::Result<Look> {
        let file = self.file.metadata()?;
        Ok(Look {
            at: now,
            changed: (file.ctime(), file.ctime_nsec()),
        })
    }

    /// Remembers that the block that begins at `begin`, read after `look`, was found right.
    pub fn found_right(&self, begin: u64, look: Look) {
        if let Some(check) = self.checks.of_block_at(begin) {
            *lock(&check.found_right) = Some(look);
        }
    }

    /// Whether the block that begins at `begin` was found right not long before `look`, and nobody has written to the
    /// file since: then its bytes may be sent without being read again.
    #[must_use]
    pub fn is_known_right(&self, begin: u64, look: Look) -> bool {
        let known = self
            .checks
            .of_block_at(begin)
            .and_then(|check| *lock(&check.found_right));
        known.is_some_and(|known| {
            known.changed == look.changed && look.at.saturating_duration_since(known.at) < REMEMBERED_FOR
        })
    }

    /// Whether `bytes` are those of the block that begins at `begin`.
    pub(crate) fn check(&self, begin: u64, bytes: &[u8]) -> io::Result<()> {
        let check = self.checks.of_block_at(begin).map(|check| check.crc32);
        if check == Some(crc32fast::hash(bytes)) {
            Ok(())
        } else {
            Err(damaged("a shared part has changed on the disk"))
        }
    }

    /// The bytes from `offset` to the end of its block; none behind the end of the part.
    pub(crate) fn read_block(&self, offset: u64) -> io::Result<Vec<u8>> {
        let range = self.block(offset);
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let mut block = vec![0; usize::try_from(range.end - range.start).map_err(io::Error::other)?];
        self.file
            .read_exact_at(&mut block, range.start)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => damaged("a shared part was cut while it was read"),
                _ => error,
            })?;
        self.check(range.start, &block)?;
        let skipped = usize::try_from(offset - range.start).map_err(io::Error::other)?;
        block.drain(..skipped.min(block.len()));
        Ok(block)
    }
}

/// Reads a part block by block.
pub(crate) struct PartReader<'a> {
    parts: &'a SharedParts,
    part: SharedPart,
    file: SharedFile,
    offset: u64,
    block: io::Cursor<Vec<u8>>,
}

impl<'a> PartReader<'a> {
    pub(crate) fn new(parts: &'a SharedParts, part: SharedPart, file: SharedFile) -> Self {
        Self {
            parts,
            part,
            file,
            offset: 0,
            block: io::Cursor::default(),
        }
    }
}

impl Read for PartReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.block.read(buffer)?;
        if read > 0 || buffer.is_empty() || self.offset >= self.part.size_bytes {
            return Ok(read);
        }
        let block = self.parts.read(&self.part, &self.file, self.offset)?;
        self.offset += block.len() as u64;
        self.block = io::Cursor::new(block);
        self.block.read(buffer)
    }
}

/// Reads a whole part, and returns the checks of its blocks if it is what its name says.
pub(crate) fn verify(path: &Path, part: &SharedPart) -> io::Result<Arc<Checks>> {
    let file = File::open(path)?;
    let mut digest = DigestWriter::new(Checked::new(io::sink()));
    // One byte more than promised is enough to notice a part that is too long.
    io::copy(&mut file.take(part.size_bytes.saturating_add(1)), &mut digest)?;
    let (checked, sha256, size_bytes) = digest.finish();
    if (SharedPart { sha256, size_bytes }) != *part {
        return Err(damaged("a shared part is not what its name says"));
    }
    Ok(Arc::new(checked.finish().1.into()))
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Takes the checks of the blocks that pass through.
pub(crate) struct Checked<W> {
    inner: W,
    block: Hasher,
    filled: u64,
    checks: Vec<u32>,
}

impl<W> Checked<W> {
    pub(crate) fn new(inner: W) -> Self {
        Self {
            inner,
            block: Hasher::new(),
            filled: 0,
            checks: Vec::new(),
        }
    }

    pub(crate) fn finish(mut self) -> (W, Vec<u32>) {
        if self.filled > 0 {
            self.checks.push(self.block.finalize());
        }
        (self.inner, self.checks)
    }

    fn count(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = usize::try_from(BLOCK_SIZE - self.filled).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.block.update(now);
            self.filled += now.len() as u64;
            if self.filled == BLOCK_SIZE {
                self.checks.push(std::mem::take(&mut self.block).finalize());
                self.filled = 0;
            }
            bytes = later;
        }
    }
}

impl<W: Write> Write for Checked<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.count(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
