use std::fmt;

/// The four top-level roles of a TUF repository (specification, section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Says which keys may sign for every role, itself included.
    Root,
    /// Says which snapshot is the newest, and is signed anew most often.
    Timestamp,
    /// Says which versions of the targets metadata belong together.
    Snapshot,
    /// Says which files there are, with their lengths and hashes.
    Targets,
}

impl Role {
    /// All four, in the order in which they depend on each other.
    pub const ALL: [Self; 4] = [Self::Root, Self::Timestamp, Self::Snapshot, Self::Targets];

    /// The role's name as metadata spells it in `_type` and in file names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Timestamp => "timestamp",
            Self::Snapshot => "snapshot",
            Self::Targets => "targets",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
