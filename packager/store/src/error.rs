//! What can go wrong, by what a caller does about it.

use std::io;

/// Why the store did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Too many builds wait already. Try again later.
    #[error("the build queue is full")]
    QueueFull,
    /// The storage limit is reached or the disk is full. Try again after something has expired.
    #[error("the storage is full")]
    StorageFull,
    /// So many packages of this kind are made in a time, and this would be one more.
    #[error("there is no place for another package of this kind until {0}")]
    Limited(jiff::Timestamp),
    /// No package has this id, or it was forgotten.
    #[error("there is no such package")]
    Unknown,
    /// The package is still being built.
    #[error("the package is not finished")]
    NotReady,
    /// The build of the package failed.
    #[error("the build of the package failed")]
    Failed,
    /// The package has expired or was destroyed.
    #[error("the package has expired")]
    Expired,
    /// The package's bytes on disk are not what was stored. They must not be served.
    #[error("the stored package is damaged")]
    Damaged,
    /// The build is over: the package is finished already, or was destroyed meanwhile. The result is to be dropped.
    #[error("the package is not being built any more")]
    NotInProgress,
    /// A shared part that the package refers to is not there. It has to be made anew.
    #[error("a shared part of the package is missing")]
    PartMissing,
    /// The data directory belongs to another master key.
    #[error("the data directory was made with another master key")]
    WrongMasterKey,
    /// The key was replaced by another, under which the packages are now.
    #[error("the master key of the data directory has been replaced: the service needs the new one")]
    ReplacedMasterKey,
    /// The master key was being replaced when that was interrupted. The files are under the one key or the other.
    #[error(
        "the rotation of the data directory's master key was interrupted: run `packager rotate-key` again, as before, \
         with the old key as the one in use; nothing is lost"
    )]
    RotationUnfinished,
    /// The new key of a rotation is the key in use.
    #[error("the new master key is the one in use")]
    SameMasterKey,
    /// There is nothing in the data directory whose key could be replaced.
    #[error("the data directory holds no packages: there is nothing to rotate")]
    NothingToRotate,
    /// The key file cannot be read or replaced.
    #[error("the master key cannot be replaced")]
    MasterKey(#[from] crate::MasterKeyError),
    /// Another process has the data directory open.
    #[error("the data directory is in use by another process")]
    Locked,
    /// The system refused an operation, for example because the disk is mounted read-only.
    #[error("cannot {action}")]
    Io {
        /// What was being done.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The disk failed a while ago, and nothing new is taken until [`Store::mend`](crate::Store::mend) has found it in
    /// order again.
    #[error("the storage does not work at present")]
    Unusable,
    /// The index cannot be read or written.
    #[error("the index cannot be used")]
    Index(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Names the action that failed, except where a full disk is all there is to say.
    pub(crate) fn io(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| {
            if is_full(&source) {
                Self::StorageFull
            } else {
                Self::Io { action, source }
            }
        }
    }
}

impl From<sled::Error> for Error {
    fn from(error: sled::Error) -> Self {
        match error {
            sled::Error::Io(source) => Self::io("use the index")(source),
            other => Self::Index(Box::new(other)),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Index(Box::new(error))
    }
}

/// Whether the disk or the quota is used up.
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_not_just_any_error() {
        let enospc = || io::Error::from(rustix::io::Errno::NOSPC);
        let edquot = || io::Error::from(rustix::io::Errno::DQUOT);
        let erofs = || io::Error::from(rustix::io::Errno::ROFS);
        assert!(matches!(Error::io("write")(enospc()), Error::StorageFull));
        assert!(matches!(Error::io("write")(edquot()), Error::StorageFull));
        assert!(matches!(Error::from(sled::Error::Io(enospc())), Error::StorageFull));
        let read_only = Error::io("write a package")(erofs());
        assert_eq!(read_only.to_string(), "cannot write a package");
        let source = std::error::Error::source(&read_only).unwrap().to_string();
        assert!(source.contains("Read-only file system"), "{source}");
    }
}
