//! The names of all points, in one place.

use std::fmt;

/// A place in the program at which something has just been done to the disk, or is about to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Writing a file that appears whole.
    Write(File, Step),
    /// Making a shared part.
    Part(Part),
    /// Unpacking an archive.
    Unpack(Unpack),
    /// Destroying sealed files.
    Destroy(Destroy),
    /// Changing the index.
    Index(Index),
    /// Opening a data directory.
    Start(Start),
}

/// Which file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// The default master key.
    MasterKey,
    /// What tells another master key from the right one.
    KeyCheck,
    /// A sealed job.
    Job,
    /// A package's sealed own bytes.
    Own,
    /// A target of the update repository.
    Target,
    /// A root of the update repository.
    Root,
    /// When packages were submitted for notarization: no test stops there, for it may be lost.
    Submissions,
    /// The newest timestamp role.
    Timestamp,
    /// The newest snapshot role.
    Snapshot,
    /// The last set of metadata that belongs together.
    CompleteSet,
    /// A file of a sample repository: no test stops there.
    Sample,
}

/// How far the writing of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is there under a temporary name, empty.
    Created,
    /// Its bytes are being written. Here the write can be torn.
    Write,
    /// Its bytes are written.
    Written,
    /// It has its name.
    Renamed,
    /// It and its name are on the disk.
    Synced,
}

/// How far the making of a shared part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A piece of it is being written. Here the write can be torn.
    Write,
    /// Its bytes are on the disk.
    Written,
    /// It has its name.
    Renamed,
    /// Its name is on the disk, and the index does not know it.
    Synced,
    /// The index knows it.
    Indexed,
    /// One that nothing refers to is not in the index any more.
    Forgotten,
    /// Its file is gone too.
    Removed,
}

/// How far the unpacking of an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpack {
    /// What an earlier process unpacked is gone.
    Cleared,
    /// A temporary folder is there.
    Created,
    /// All files are in the temporary folder.
    Written,
    /// The folder has its name.
    Renamed,
}

/// How far the destruction of sealed files is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destroy {
    /// Nothing has been overwritten.
    Begin,
    /// A file's first block is being overwritten, its wrapped key with it. Here the write can be torn.
    Key,
    /// All keys are overwritten, on the disk too.
    KeysSynced,
    /// The rest of a file is being overwritten. Here the write can be torn.
    Bytes,
    /// All bytes are overwritten, on the disk too.
    BytesSynced,
    /// A file's name is gone.
    Removed,
}

/// How far a change of the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// Nothing has changed.
    Begin,
    /// The fingerprint points to the package, or to none.
    Fingerprint,
    /// The time at which the package is due is noted.
    Due,
    /// The record has changed.
    Record,
    /// The time at which it was due before is forgotten.
    End,
    /// Changes are about to be synced.
    Flush,
    /// Changes are on the disk.
    Flushed,
}

/// How far the opening of a data directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// No other process has it.
    Locked,
    /// Its folders are there.
    Folders,
    /// What was temporary is gone.
    Cleared,
    /// The key is the right one.
    KeyChecked,
    /// The index is open.
    IndexOpen,
    /// One of the 256 folders of packages agrees with the index.
    FolderRecovered,
    /// All of them do.
    Recovered,
    /// The shared parts are known.
    PartsLoaded,
}

impl Point {
    /// All points that a test can stop at.
    pub fn all() -> impl Iterator<Item = Self> {
        let files = [
            File::MasterKey,
            File::KeyCheck,
            File::Job,
            File::Own,
            File::Target,
            File::Root,
            File::Timestamp,
            File::Snapshot,
            File::CompleteSet,
        ];
        let steps = [Step::Created, Step::Write, Step::Written, Step::Renamed, Step::Synced];
        let writes = files
            .into_iter()
            .flat_map(move |file| steps.map(|step| Self::Write(file, step)));
        let parts = [
            Part::Write,
            Part::Written,
            Part::Renamed,
            Part::Synced,
            Part::Indexed,
            Part::Forgotten,
            Part::Removed,
        ];
        let unpacks = [Unpack::Cleared, Unpack::Created, Unpack::Written, Unpack::Renamed];
        let destroys = [
            Destroy::Begin,
            Destroy::Key,
            Destroy::KeysSynced,
            Destroy::Bytes,
            Destroy::BytesSynced,
            Destroy::Removed,
        ];
        let changes = [
            Index::Begin,
            Index::Fingerprint,
            Index::Due,
            Index::Record,
            Index::End,
            Index::Flush,
            Index::Flushed,
        ];
        let starts = [
            Start::Locked,
            Start::Folders,
            Start::Cleared,
            Start::KeyChecked,
            Start::IndexOpen,
            Start::FolderRecovered,
            Start::Recovered,
            Start::PartsLoaded,
        ];
        writes
            .chain(parts.map(Self::Part))
            .chain(unpacks.map(Self::Unpack))
            .chain(destroys.map(Self::Destroy))
            .chain(changes.map(Self::Index))
            .chain(starts.map(Self::Start))
    }

    /// Whether bytes are written there, so that the write can be torn.
    #[must_use]
    pub const fn is_write(self) -> bool {
        matches!(
            self,
            Self::Write(_, Step::Write) | Self::Part(Part::Write) | Self::Destroy(Destroy::Key | Destroy::Bytes)
        )
    }
}

/// The name, as `FAULT_POINT` has it: `Own.Renamed`.
impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write(file, step) => write!(f, "{file:?}.{step:?}"),
            Self::Part(part) => write!(f, "Part.{part:?}"),
            Self::Unpack(unpack) => write!(f, "Unpack.{unpack:?}"),
            Self::Destroy(destroy) => write!(f, "Destroy.{destroy:?}"),
            Self::Index(index) => write!(f, "Index.{index:?}"),
            Self::Start(start) => write!(f, "Start.{start:?}"),
        }
    }
}
