//! A package as one stream.

use std::io::{self, Read};
use std::sync::Arc;

use packager_artifact::{Part, SharedBytes};
use packager_notary::PackageBytes;
use packager_store::Store;

/// A package whose shared parts are in the store.
pub(crate) struct StoredPackage {
    /// Where they are.
    pub(crate) store: Arc<Store>,
    /// All of its parts, in order.
    pub(crate) parts: Vec<Part>,
}

impl PackageBytes for StoredPackage {
    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(PartsReader {
            shared: self.store.shared(),
            parts: self.parts.iter(),
            part: Box::new(io::empty()),
        }))
    }
}

/// Reads one part after the other. A part is opened when its turn comes.
struct PartsReader<'a> {
    shared: &'a (dyn SharedBytes + Sync),
    parts: std::slice::Iter<'a, Part>,
    part: Box<dyn Read + Send + 'a>,
}

impl Read for PartsReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let read = self.part.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            self.part = match self.parts.next() {
                None => return Ok(0),
                Some(Part::Own(bytes)) => Box::new(bytes.expose()),
                Some(Part::Shared(part)) => self.shared.open(part)?,
            };
        }
    }
}
