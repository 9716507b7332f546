//! The options that are on or off, and off by default.

use std::collections::BTreeSet;

use packager_api::{CreateRequest, Field};

use crate::PackageType;

/// An option that is off unless asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PackagerSwitch {
    /// `insecure`: the agent does not verify TLS certificates.
    Insecure,
    /// `disable-updates`: the agent does not update itself.
    DisableUpdates,
    /// `debug`: the agent logs verbosely.
    Debug,
    /// `fleet-desktop`: Fleet Desktop is included.
    FleetDesktop,
    /// `enable-scripts`: Fleet may run scripts on the host.
    EnableScripts,
    /// `disable-keystore`: the agent does not use the system's keystore.
    DisableKeystore,
    /// `disable-setup-experience`: the setup experience is skipped.
    DisableSetupExperience,
    /// `bypass-end-user-auth`: the host enrolls without its user's authentication.
    BypassEndUserAuth,
    /// `fleet-managed-host-identity-certificate`: requests are signed with a certificate that Fleet issues to the host.
    FleetManagedHostIdentityCertificate,
}

impl PackagerSwitch {
    /// Every switch, in the contract's order.
    pub const ALL: [Self; 9] = [
        Self::Insecure,
        Self::DisableUpdates,
        Self::Debug,
        Self::FleetDesktop,
        Self::EnableScripts,
        Self::DisableKeystore,
        Self::DisableSetupExperience,
        Self::BypassEndUserAuth,
        Self::FleetManagedHostIdentityCertificate,
    ];

    /// The request's field.
    #[must_use]
    pub const fn field(self) -> Field {
        match self {
            Self::Insecure => Field::Insecure,
            Self::DisableUpdates => Field::DisableUpdates,
            Self::Debug => Field::Debug,
            Self::FleetDesktop => Field::FleetDesktop,
            Self::EnableScripts => Field::EnableScripts,
            Self::DisableKeystore => Field::DisableKeystore,
            Self::DisableSetupExperience => Field::DisableSetupExperience,
            Self::BypassEndUserAuth => Field::BypassEndUserAuth,
            Self::FleetManagedHostIdentityCertificate => Field::FleetManagedHostIdentityCertificate,
        }
    }

    /// Whether packages of this type can have the switch on, as `fleetctl package` has it.
    #[must_use]
    pub const fn is_for(self, package_type: PackageType) -> bool {
        match self {
            Self::DisableSetupExperience | Self::BypassEndUserAuth => !matches!(package_type, PackageType::Pkg),
            Self::FleetManagedHostIdentityCertificate => package_type.is_linux(),
            _ => true,
        }
    }

    /// The types that [`is_for`](Self::is_for) allows, as a problem's detail.
    pub(crate) const fn types_rule(self) -> &'static str {
        match self {
            Self::DisableSetupExperience | Self::BypassEndUserAuth => "is not for pkg",
            Self::FleetManagedHostIdentityCertificate => "is for deb, rpm and pkg.tar.zst",
            _ => "is for every type",
        }
    }

    pub(crate) const fn get(self, request: &CreateRequest) -> Option<bool> {
        match self {
            Self::Insecure => request.insecure,
            Self::DisableUpdates => request.disable_updates,
            Self::Debug => request.debug,
            Self::FleetDesktop => request.fleet_desktop,
            Self::EnableScripts => request.enable_scripts,
            Self::DisableKeystore => request.disable_keystore,
            Self::DisableSetupExperience => request.disable_setup_experience,
            Self::BypassEndUserAuth => request.bypass_end_user_auth,
            Self::FleetManagedHostIdentityCertificate => request.fleet_managed_host_identity_certificate,
        }
    }
}

/// The switches that are on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PackagerSwitches(BTreeSet<PackagerSwitch>);

impl PackagerSwitches {
    /// Whether `switch` is on.
    #[must_use]
    pub fn contains(&self, switch: PackagerSwitch) -> bool {
        self.0.contains(&switch)
    }

    /// The switches that are on, in the contract's order.
    pub fn iter(&self) -> impl Iterator<Item = PackagerSwitch> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<PackagerSwitch> for PackagerSwitches {
    fn from_iter<I: IntoIterator<Item = PackagerSwitch>>(switches: I) -> Self {
        Self(switches.into_iter().collect())
    }
}
