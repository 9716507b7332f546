//! Reading shared parts, none of whose bytes is taken on trust.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use packager_artifact::{SharedBytes, SharedPart};

use super::SharedParts;
use crate::Error;
use crate::pending::lock;
use crate::shared_file::{self, Checks, PartReader, SharedFile};

impl SharedParts {
    /// Opens a part for reading. It stays readable when the part is collected. The first time in this process, the
    /// whole part is read beforehand, to know that it is what its name says; from then on each block is checked when it
    /// is read, so that no byte leaves that changed on the disk.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when the part is not there, [`io::ErrorKind::InvalidData`] when it is damaged: then it
    /// is dropped, so that it is made anew, and packages that refer to it do not open until then.
    pub fn open_part(&self, part: &SharedPart) -> io::Result<SharedFile> {
        let checks = self.known_or_read(part)?;
        let file = File::open(self.path(&part.sha256)).and_then(|file| SharedFile::new(file, part, checks));
        self.distrust_on_error(part, file)
    }

    /// Reads the bytes of a part from `offset` to the end of its block.
    ///
    /// # Errors
    /// As [`Self::open_part`].
    pub fn read(&self, part: &SharedPart, file: &SharedFile, offset: u64) -> io::Result<Vec<u8>> {
        self.distrust_on_error(part, file.read_block(offset))
    }

    /// Reads the bytes of `range` of a part.
    ///
    /// # Errors
    /// As [`Self::open_part`], and [`io::ErrorKind::UnexpectedEof`] if the part ends before the range.
    pub fn read_range(&self, part: &SharedPart, range: &Range<u64>) -> io::Result<Vec<u8>> {
        if range.end > part.size_bytes || range.start > range.end {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let file = self.open_part(part)?;
        let size = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
        let mut bytes = Vec::with_capacity(size);
        while bytes.len() < size {
            let rest = self.read(part, &file, range.start + bytes.len() as u64)?;
            let wanted = rest.len().min(size - bytes.len());
            bytes.extend_from_slice(rest.get(..wanted).unwrap_or_default());
        }
        Ok(bytes)
    }

    /// Whether `bytes` are those of the block of a part that begins at `begin`.
    ///
    /// # Errors
    /// As [`Self::open_part`].
    pub fn check(&self, part: &SharedPart, file: &SharedFile, begin: u64, bytes: &[u8]) -> io::Result<()> {
        self.distrust_on_error(part, file.check(begin, bytes))
    }

    /// Reads a whole part and says whether it is what its name says. One that is not is dropped, so that it is made
    /// anew; packages that refer to it do not open until then.
    pub fn verify(&self, part: &SharedPart) -> Result<bool, Error> {
        match self.distrust_on_error(part, self.read_whole(part)) {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) => Ok(false),
            Err(error) => Err(Error::io("read a shared part")(error)),
        }
    }

    /// Verifies all parts, one after the other, and says how many were damaged.
    pub fn verify_all(&self) -> Result<usize, Error> {
        let present = lock(&self.state)
            .parts
            .iter()
            .map(|(sha256, part)| SharedPart {
                sha256: *sha256,
                size_bytes: part.size_bytes,
            })
            .collect::<Vec<_>>();
        let mut damaged = 0;
        for part in present {
            damaged += usize::from(!self.verify(&part)?);
        }
        Ok(damaged)
    }

    /// What this process knows of the part's blocks; an error if it has no such part.
    fn checks(&self, part: &SharedPart) -> io::Result<Option<Arc<Checks>>> {
        match lock(&self.state).parts.get(&part.sha256) {
            Some(present) => Ok(present.checks.clone()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn known_or_read(&self, part: &SharedPart) -> io::Result<Arc<Checks>> {
        if let Some(checks) = self.checks(part)? {
            return Ok(checks);
        }
        let _one = lock(&self.verifying);
        if let Some(checks) = self.checks(part)? {
            return Ok(checks);
        }
        self.distrust_on_error(part, self.read_whole(part))
    }

    fn read_whole(&self, part: &SharedPart) -> io::Result<Arc<Checks>> {
        let checks = shared_file::verify(&self.path(&part.sha256), part)?;
        if let Some(present) = lock(&self.state).parts.get_mut(&part.sha256) {
            present.checks = Some(Arc::clone(&checks));
        }
        Ok(checks)
    }

    /// Drops a part that turned out to be damaged.
    pub(super) fn distrust_on_error<T>(&self, part: &SharedPart, outcome: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &outcome
            && matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData)
        {
            tracing::error!(part = %part.sha256, %error, "a shared part is damaged and has to be made anew");
            if let Err(error) = self.drop_broken(&part.sha256) {
                tracing::error!(error = &error as &dyn std::error::Error, "it could not be removed");
            }
        }
        outcome
    }
}

impl SharedBytes for SharedParts {
    fn open(&self, part: &SharedPart) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(PartReader::new(self, *part, self.open_part(part)?)))
    }
}
