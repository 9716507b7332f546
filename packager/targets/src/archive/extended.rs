use std::borrow::Cow;
use std::io::Read;

use tar::{EntryType, PaxExtensions};

use super::fault::ArchiveFault;
use super::reader::fault_of;

/// Longest extended header: attributes and a path, not data.
const EXTENDED_BYTES: u64 = 64 << 10;

/// What extended headers say about the entry that follows them.
#[derive(Debug, Default)]
pub(super) struct Extended {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size_bytes: Option<u64>,
}

impl Extended {
    /// Takes in `entry` if it is an extended header, and says whether it was.
    pub(super) fn take_in<R: Read>(&mut self, entry: &mut tar::Entry<'_, R>) -> Result<bool, ArchiveFault> {
        match entry.header().entry_type() {
            EntryType::GNULongName => {
                self.path = Some(read_name(entry)?);
            }
            EntryType::GNULongLink => {
                self.link = Some(read_name(entry)?);
            }
            EntryType::XHeader => {
                let records = read(entry)?;
                self.take_in_pax(&records)?;
            }
            // A global header may hold a comment, as `git archive` writes it. What it says
            // about entries would be easy to miss, so it must not.
            EntryType::XGlobalHeader => {
                let mut global = Self::default();
                global.take_in_pax(&read(entry)?)?;
                if global.path.is_some() || global.link.is_some() || global.size_bytes.is_some() {
                    return Err(ArchiveFault::Malformed);
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn take_in_pax(&mut self, records: &[u8]) -> Result<(), ArchiveFault> {
        for record in PaxExtensions::new(records) {
            let record = record.map_err(|_| ArchiveFault::Malformed)?;
            match record.key_bytes() {
                b"path" => self.path = Some(record.value_bytes().to_vec()),
                b"size" => {
                    let size = record.value().ok().and_then(|text| text.parse().ok());
                    self.size_bytes = Some(size.ok_or(ArchiveFault::Malformed)?);
                }
                b"linkpath" => self.link = Some(record.value_bytes().to_vec()),
                key if key.starts_with(b"GNU.sparse.") => return Err(ArchiveFault::EntryType),
                _ => {}
            }
        }
        Ok(())
    }

    /// The target of `entry`, a link which these headers precede.
    pub(super) fn target_of<R: Read>(&mut self, entry: &tar::Entry<'_, R>) -> Result<Vec<u8>, ArchiveFault> {
        let target = self.link.take();
        let target = target.or_else(|| entry.header().link_name_bytes().map(Cow::into_owned));
        target.ok_or(ArchiveFault::LinkTarget)
    }

    /// The path of `entry`, which these headers precede.
    pub(super) fn path_of<R: Read>(self, entry: &tar::Entry<'_, R>) -> Result<Vec<u8>, ArchiveFault> {
        // A size beyond the header's own field is far beyond the limit on the archive.
        if self.size_bytes.is_some_and(|size| size != entry.size()) {
            return Err(ArchiveFault::TooLarge);
        }
        // Of what is no link.
        if self.link.is_some() {
            return Err(ArchiveFault::Malformed);
        }
        Ok(self.path.unwrap_or_else(|| entry.header().path_bytes().into_owned()))
    }
}

fn read_name<R: Read>(entry: &mut tar::Entry<'_, R>) -> Result<Vec<u8>, ArchiveFault> {
    let mut name = read(entry)?;
    if name.last() == Some(&0) {
        name.pop();
    }
    Ok(name)
}

fn read<R: Read>(entry: &mut tar::Entry<'_, R>) -> Result<Vec<u8>, ArchiveFault> {
    if entry.size() > EXTENDED_BYTES {
        return Err(ArchiveFault::TooLarge);
    }
    let mut content = Vec::new();
    entry.read_to_end(&mut content).map_err(|error| fault_of(&error))?;
    Ok(content)
}
