//! The version of an executable, as the `File` table has it.
//!
//! Windows Installer replaces an installed file when the package's has a higher version, so the table must say what the
//! file itself says: what `MsiGetFileVersion` returns. That is the version in numbers of the file's *version resource*, and
//! the languages that the resource says it is in.
//!
//! An executable (*PE Format*) begins with headers: a program for MS-DOS, the COFF header, the optional header with the
//! table of data directories, and the table of sections. A data directory says which section the resources are in
//! (`image.rs`). They are a tree of three levels, type, name and language, whose leaves say where the data is; the version
//! resource is type 16 (`RT_VERSION`), name 1 (`resources.rs`). Its data is `VS_VERSIONINFO` (`version_info.rs`).
//!
//! A file is read once, from its beginning to its end, and no more of it is kept than its headers and the section of its
//! resources. Whoever made it may be hostile: what does not hold together has no version.

mod image;
mod resources;
mod version_info;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use self::image::ResourceSection;
use self::version_info::VersionInfo;

/// What is looked at in search of headers. Linkers' are of a few kilobytes.
const MAX_HEAD_SIZE: usize = 64 << 10;
/// Longest section of resources that is looked at. An agent's are icons and a version; a file with more is said to have no
/// version.
const MAX_RESOURCES_SIZE: usize = 4 << 20;
/// Longest list of languages that the `File` table takes.
const MAX_LANGUAGE_SIZE: usize = 20;

/// What the `File` table says of an executable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileVersion {
    /// Four numbers of 16 bits with periods between them.
    pub(crate) version: String,
    /// Numbers of languages with commas between them: those of the version resource's `Translation`, 0 (neutral) if there is
    /// none. A versioned file is to have one (ICE60), and a list too long for the table's column ends with the last
    /// number that fits.
    pub(crate) language: String,
}

impl From<VersionInfo> for FileVersion {
    fn from(info: VersionInfo) -> Self {
        let [a, b, c, d] = info.version;
        let mut language = String::new();
        for number in &info.languages {
            let separator = if language.is_empty() { "" } else { "," };
            let more = format!("{separator}{number}");
            if language.len() + more.len() > MAX_LANGUAGE_SIZE {
                break;
            }
            language += &more;
        }
        if language.is_empty() {
            language.push('0');
        }
        Self {
            version: format!("{a}.{b}.{c}.{d}"),
            language,
        }
    }
}

/// Finds the version in a file that passes by.
pub(crate) struct VersionReader {
    state: State,
    /// How much has passed by.
    position: u64,
}

/// Buffers are cleared in the end and have room for all that goes into them: a vector that grows leaves copies behind,
/// and the file may be a secret that begins as an executable does.
enum State {
    /// Headers are gathered.
    Head(Zeroizing<Vec<u8>>),
    /// The section of resources is awaited or gathered.
    Resources(ResourceSection, Zeroizing<Vec<u8>>),
    /// There is nothing to be found.
    Done,
}

impl VersionReader {
    /// For a file of `size_bytes`.
    pub(crate) fn new(size_bytes: u64) -> Self {
        let head_size = usize::try_from(size_bytes).map_or(MAX_HEAD_SIZE, |size| size.min(MAX_HEAD_SIZE));
        Self {
            state: State::Head(Zeroizing::new(Vec::with_capacity(head_size))),
            position: 0,
        }
    }

    /// Takes the next bytes of the file.
    pub(crate) fn look(&mut self, chunk: &[u8]) {
        match &mut self.state {
            State::Done => {}
            State::Resources(section, data) => {
                section.gather(self.position, chunk, data);
                self.position += chunk.len() as u64;
            }
            State::Head(head) => {
                let room = head.capacity() - head.len();
                let (taken, rest) = chunk.split_at_checked(room).unwrap_or((chunk, &[]));
                head.extend_from_slice(taken);
                if image::cannot_be(head) {
                    self.state = State::Done;
                } else if taken.len() == room {
                    self.end_head();
                    self.look(rest);
                }
            }
        }
    }

    /// Reads the headers. The beginning of the resources may have been gathered with them.
    fn end_head(&mut self) {
        let State::Head(head) = std::mem::replace(&mut self.state, State::Done) else {
            return;
        };
        let section = ResourceSection::find(&head).filter(|section| section.size <= MAX_RESOURCES_SIZE);
        if let Some(section) = section {
            let data = Zeroizing::new(Vec::with_capacity(section.size));
            self.state = State::Resources(section, data);
            self.look(&head);
        }
    }

    /// The version, if the file has one.
    pub(crate) fn finish(self) -> Option<FileVersion> {
        let State::Resources(section, data) = self.state else {
            return None;
        };
        let data = resources::version_resource(&data, &section)?;
        VersionInfo::read(data).map(FileVersion::from)
    }
}

#[cfg(test)]
mod tests;
