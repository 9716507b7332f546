//! The names of the fields of `POST /create`.

use std::fmt;

macro_rules! fields {
    ($($variant:ident = $name:literal,)+) => {
        /// A field of [`CreateRequest`](crate::CreateRequest), in the order in which the contract lists them.
        ///
        /// `Display` writes the contract's spelling.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = concat!("`", $name, "`")] $variant,)+
        }

        impl Field {
            /// Every field.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The contract's spelling.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

fields! {
    Type = "type",
    FleetUrl = "fleet_url",
    EnrollSecret = "enroll_secret",
    Retry = "retry",
    Arch = "arch",
    FleetCertificate = "fleet-certificate",
    Insecure = "insecure",
    OrbitChannel = "orbit-channel",
    OsquerydChannel = "osqueryd-channel",
    DesktopChannel = "desktop-channel",
    DisableUpdates = "disable-updates",
    Debug = "debug",
    FleetDesktop = "fleet-desktop",
    UpdateInterval = "update-interval",
    OsqueryFlagfile = "osquery-flagfile",
    Service = "service",
    EnableScripts = "enable-scripts",
    DisableKeystore = "disable-keystore",
    DisableSetupExperience = "disable-setup-experience",
    BypassEndUserAuth = "bypass-end-user-auth",
    FleetManagedHostIdentityCertificate = "fleet-managed-host-identity-certificate",
    UseSystemConfiguration = "use-system-configuration",
    HostIdentifier = "host-identifier",
    EndUserEmail = "end-user-email",
    OsqueryDb = "osquery-db",
    FleetDesktopAlternativeBrowserHost = "fleet-desktop-alternative-browser-host",
    FleetTlsClientCertificate = "fleet-tls-client-certificate",
    FleetTlsClientKey = "fleet-tls-client-key",
    UpdateUrl = "update-url",
    UpdateTlsCertificate = "update-tls-certificate",
}

impl Field {
    /// The field of this name, in the hyphen or the underscore spelling, or any mixture of both.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let hyphenated = |byte: u8| if byte == b'_' { b'-' } else { byte };
        Self::ALL
            .iter()
            .copied()
            .find(|field| field.name().bytes().map(hyphenated).eq(name.bytes().map(hyphenated)))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_in_every_spelling() {
        for &field in Field::ALL {
            for name in [
                field.name().to_owned(),
                field.name().replace('-', "_"),
                field.name().replace('_', "-"),
            ] {
                assert_eq!(Field::from_name(&name), Some(field), "{name}");
            }
        }
    }

    #[test]
    fn near_misses_are_not_fields() {
        for name in [
            "",
            "Type",
            "type ",
            "fleeturl",
            "fleet--url",
            "fleet url",
            "orbit-channel\0",
        ] {
            assert_eq!(Field::from_name(name), None, "{name:?}");
        }
    }
}
