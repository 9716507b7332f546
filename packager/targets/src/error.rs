use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::archive::ArchiveFault;
use crate::role::Role;
use crate::target_name::TargetName;

/// What lies beneath an [`Error`]. It may carry URLs and paths of this machine: it is for
/// the operator's log, while the error's own text may travel further.
pub type Source = Arc<dyn StdError + Send + Sync + 'static>;

/// Why the repository could not be read, or was not believed.
///
/// It is `Clone`, because callers who wait for the same download share its outcome.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The repository could not be reached or did not deliver in time: try again later.
    #[error("the update repository did not deliver {subject}")]
    Transport {
        /// What was asked for.
        subject: Subject,
        /// What the transport said.
        source: Source,
    },
    /// Something arrived that is not what the trusted keys vouch for.
    #[error("{subject} of the update repository is not trusted: {check}")]
    Untrusted {
        /// What arrived.
        subject: Subject,
        /// The check that it did not pass.
        check: Check,
        /// Details, where there are any.
        source: Option<Source>,
    },
    /// The newest metadata of a role is past its date: a freeze attack, or a repository
    /// that nobody signs any more.
    #[error("the {role} metadata of the update repository expired at {at}")]
    Expired {
        /// The role whose metadata has expired.
        role: Role,
        /// When it expired.
        at: Timestamp,
    },
    /// The trusted metadata lists no such target.
    #[error("the update repository has no target {name}")]
    NotFound {
        /// The name that was asked for.
        name: TargetName,
    },
    /// No complete set of metadata has been verified yet: refresh first.
    #[error("no metadata of the update repository has been verified yet")]
    Unavailable,
    /// An archive inside a target is not one that can be unpacked safely.
    #[error("the archive is refused: {reason}")]
    Archive {
        /// What is wrong with it.
        reason: ArchiveFault,
    },
    /// The disk, or what the service may use of it, is full: files of the cache cannot be written. What was being
    /// written is removed.
    #[error("the disk is full: what the update repository delivered cannot be kept")]
    DiskFull {
        /// What the operating system said.
        source: Source,
    },
    /// The cache directory could not be read or written.
    #[error("the cache of the update repository failed")]
    Cache {
        /// What the operating system said.
        source: Source,
    },
    /// The root that the operator pinned is not a valid, self-signed root.
    #[error("the pinned root is not valid")]
    InvalidRoot {
        /// What is wrong with it.
        source: Source,
    },
    /// The connection's settings cannot be used.
    #[error("{setting} cannot be used")]
    InvalidSettings {
        /// Which setting, in words.
        setting: &'static str,
        /// What is wrong with it.
        source: Option<Source>,
    },
}

impl Error {
    pub(crate) fn transport(subject: Subject, source: impl StdError + Send + Sync + 'static) -> Self {
        Self::Transport {
            subject,
            source: Arc::new(source),
        }
    }

    pub(crate) fn untrusted(subject: impl Into<Subject>, check: Check) -> Self {
        Self::Untrusted {
            subject: subject.into(),
            check,
            source: None,
        }
    }

    pub(crate) fn untrusted_because(
        subject: impl Into<Subject>,
        check: Check,
        source: impl StdError + Send + Sync + 'static,
    ) -> Self {
        Self::Untrusted {
            subject: subject.into(),
            check,
            source: Some(Arc::new(source)),
        }
    }

    pub(crate) fn cache(source: impl StdError + Send + Sync + 'static) -> Self {
        Self::Cache {
            source: Arc::new(source),
        }
    }

    /// A failure of the cache's file system.
    pub(crate) fn disk(source: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Self::DiskFull {
                source: Arc::new(source),
            },
            _ => Self::cache(source),
        }
    }

    pub(crate) fn settings(setting: &'static str, source: impl StdError + Send + Sync + 'static) -> Self {
        Self::InvalidSettings {
            setting,
            source: Some(Arc::new(source)),
        }
    }
}

impl From<packager_http_client::Error> for Error {
    fn from(error: packager_http_client::Error) -> Self {
        Self::InvalidSettings {
            setting: error.setting,
            source: error.cause.map(Into::into),
        }
    }
}

/// What an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The metadata file of a role.
    Metadata(Role),
    /// A target file.
    Target,
}

impl From<Role> for Subject {
    fn from(role: Role) -> Self {
        Self::Metadata(role)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Metadata(role) => write!(f, "the {role} metadata"),
            Self::Target => f.write_str("a target file"),
        }
    }
}

/// The check that something from the repository did not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Check {
    /// It is not JSON of the form that the specification gives the role.
    #[error("its form is wrong")]
    Form,
    /// It is the metadata of another role.
    #[error("it is of another role")]
    Type,
    /// It follows a version of the specification that is not understood.
    #[error("it follows another version of the specification")]
    SpecificationVersion,
    /// Fewer of the role's keys have signed it than the threshold asks for.
    #[error("too few valid signatures")]
    Signatures,
    /// It, or something it lists, is older than what was already trusted.
    #[error("it is older than what was trusted before")]
    Rollback,
    /// Its version is not the one that was announced.
    #[error("it is not the version that was announced")]
    Version,
    /// It is longer than allowed, or not as long as listed.
    #[error("its length is wrong")]
    Length,
    /// Its digest is not the one listed.
    #[error("its hash is wrong")]
    Hash,
}
