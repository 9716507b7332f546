//! Why a build failed.

use jiff::Timestamp;
use packager_signing::{AuthenticodeError, Error as SigningError, InstallerError, TimeStampError};
use packager_targets::Damaged;

/// Why a build failed. Its text is for the person who asked for the package: no secrets, no paths. The sources are for
/// the operator's log.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The update repository did not deliver, or delivered what cannot be trusted.
    #[error("the agent could not be fetched: {0}")]
    Targets(#[from] packager_targets::Error),
    /// What was verified last has expired, and the update repository has nothing newer.
    #[error("the agent could not be fetched: {expired}, and asking for newer metadata failed: {refresh}")]
    Outdated {
        /// What has expired.
        expired: packager_targets::Error,
        /// Why there is nothing newer.
        #[source]
        refresh: packager_targets::Error,
    },
    /// The repository's targets cannot be packaged.
    #[error("{0}")]
    Agent(#[from] packager_fleetd::Error),
    /// The package could not be composed.
    #[error("the package could not be composed")]
    Compose(#[source] packager_formats::Error),
    /// The package could not be signed. Why is for the operator alone.
    #[error("the package could not be signed{}", reason(.0))]
    Sign(#[from] SigningError),
    /// The same for an msi.
    #[error("the package could not be signed{}", windows_reason(.0))]
    Authenticode(#[from] AuthenticodeError),
    /// The authority that is to say when the package was signed did not.
    #[error("the package could not be signed: {0}")]
    TimeStamp(#[source] TimeStampError),
    /// Apple did not notarize the package.
    #[error("{0}")]
    Notary(#[from] packager_notary::Error),
    /// The package that everybody gets was not to be had, for this reason.
    #[error("{0}")]
    Everybodys(String),
    /// So many packages were submitted to Apple that there is no place for this one.
    #[error("so many packages are notarized in a day, and this would be one more; there is a place again at {0}")]
    NoPlace(Timestamp),
    /// The storage failed.
    #[error("the package could not be stored")]
    Store(#[from] packager_store::Error),
    /// Reading shared parts failed.
    #[error("the package could not be read back")]
    Read(#[from] std::io::Error),
    /// The build took longer than it may.
    #[error("the build took too long and was stopped")]
    Timeout,
    /// A defect of this program.
    #[error("the build stopped because of a defect in the service")]
    Defect,
}

/// What the person is told of why there is no signature: what only the operator can change, and has to hear of.
const fn reason(error: &SigningError) -> &'static str {
    match error {
        SigningError::Installer(InstallerError::Expired(_)) => {
            ": the certificate that macOS packages are signed with has expired; whoever runs this service has to renew it"
        }
        _ => "",
    }
}

/// The same for Windows packages.
const fn windows_reason(error: &AuthenticodeError) -> &'static str {
    match error {
        AuthenticodeError::Expired(_) => {
            ": the certificate that Windows packages are signed with has expired; whoever runs this service has to renew it"
        }
        AuthenticodeError::Late(_) => ": what signs it did not answer in time; it may work if it is tried again",
        AuthenticodeError::TimeStamp(_) => {
            ": the server that has to say when it was signed did not; it may work if it is tried again"
        }
        _ => "; whoever runs this service finds the reason in its log",
    }
}

impl From<packager_formats::Error> for BuildError {
    fn from(error: packager_formats::Error) -> Self {
        match error {
            packager_formats::Error::Shared(error) => Self::Read(error),
            error => Self::Compose(error),
        }
    }
}

impl BuildError {
    /// Whether another attempt starts from something else: a cached file or a shared part that was damaged or lost is
    /// fetched or made anew.
    pub(crate) fn is_worth_another_attempt(&self) -> bool {
        use std::error::Error;
        use std::io::ErrorKind;
        match self {
            Self::Store(packager_store::Error::PartMissing) => return true,
            // A shared part; it is known by now that it has to be made anew.
            Self::Read(error) | Self::Notary(packager_notary::Error::Package(error))
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidData) =>
            {
                return true;
            }
            _ => {}
        }
        let mut cause: Option<&(dyn Error + 'static)> = Some(self);
        while let Some(error) = cause {
            // `source` of an I/O error skips the error that it wraps.
            let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
            let is_damage = matches!(wrapped, Some(wrapped) if wrapped.is::<Damaged>());
            if is_damage || error.is::<Damaged>() {
                return true;
            }
            cause = error.source();
        }
        false
    }

    /// A target's name that the request led to and that cannot be one.
    pub(super) const fn component(component: &'static str, reason: &'static str) -> Self {
        Self::Agent(packager_fleetd::Error::Component { component, reason })
    }
}
