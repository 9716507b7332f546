//! `fleet_url`, `enroll_secret`, `use-system-configuration`

use crate::{EnrollSecret, FleetUrl};

/// A Fleet server, and the secret to enroll with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The server.
    pub fleet_url: FleetUrl,
    /// The secret.
    pub enroll_secret: EnrollSecret,
}

/// Where a host learns which server to enroll with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enrollment {
    /// From the package.
    InPackage(Credentials),
    /// From a configuration profile (`pkg` only); the package holds neither. With credentials, the profile is made too.
    SystemConfiguration(Option<Credentials>),
}

impl Enrollment {
    /// The credentials that the package itself carries.
    #[must_use]
    pub const fn in_package(&self) -> Option<&Credentials> {
        match self {
            Self::InPackage(credentials) => Some(credentials),
            Self::SystemConfiguration(_) => None,
        }
    }

    /// The credentials that were given, wherever they go.
    #[must_use]
    pub const fn credentials(&self) -> Option<&Credentials> {
        match self {
            Self::InPackage(credentials) => Some(credentials),
            Self::SystemConfiguration(credentials) => credentials.as_ref(),
        }
    }
}
