//! What a package is made from.

use std::ops::Deref;

use crate::{
    Architecture, BrowserHost, CertificateChain, Channel, EndUserEmail, Enrollment, Flagfile, HostIdentifier,
    OsqueryDatabasePath, PackageType, PackagerSwitch, PackagerSwitches, Service, TlsClientIdentity, UpdateInterval,
    UpdateUrl,
};

/// Arguments of a package that keep every rule of the contract.
///
/// It is made from a request alone, and read through [`Arguments`], which it lends but never hands out to be changed:
/// the rules between fields hold for as long as it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageSpec {
    arguments: Arguments,
}

/// The arguments of a [`PackageSpec`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Arguments {
    /// The kind of package.
    pub package_type: PackageType,
    /// The hosts' architecture; `None` exactly for `pkg`, which is universal.
    pub architecture: Option<Architecture>,
    /// Where the host learns URL and secret.
    pub enrollment: Enrollment,
    /// Certificates that the agent trusts for the Fleet server. Never with [`PackagerSwitch::Insecure`].
    pub fleet_certificate: Option<CertificateChain>,
    /// What the agent presents to the Fleet server. Never with
    /// [`PackagerSwitch::FleetManagedHostIdentityCertificate`].
    pub fleet_tls_client: Option<TlsClientIdentity>,
    /// The channel that orbit is taken from and updates itself from.
    pub orbit_channel: Channel,
    /// The channel of osqueryd.
    pub osqueryd_channel: Channel,
    /// The channel of Fleet Desktop, whether or not it is included.
    pub desktop_channel: Channel,
    /// How often the agent looks for updates.
    pub update_interval: UpdateInterval,
    /// The update repository that the agent uses on the host; `None`: the one that the builder uses.
    pub update_url: Option<UpdateUrl>,
    /// Certificates that the agent trusts for the update repository. Never with [`PackagerSwitch::Insecure`].
    pub update_tls_certificate: Option<CertificateChain>,
    /// What the agent presents to the update repository. A local build alone has it: it is not on the wire.
    pub update_tls_client: Option<TlsClientIdentity>,
    /// osquery's flags.
    pub osquery_flagfile: Flagfile,
    /// osquery's database on the host; `None`: where osquery has it by default.
    pub osquery_database: Option<OsqueryDatabasePath>,
    /// Whether the service is installed.
    pub service: Service,
    /// What osquery identifies the host by.
    pub host_identifier: HostIdentifier,
    /// The address of the host's user. Never for `pkg`.
    pub end_user_email: Option<EndUserEmail>,
    /// The host of the links that Fleet Desktop opens.
    pub fleet_desktop_alternative_browser_host: Option<BrowserHost>,
    /// The options that are on, all of them allowed for the package's type.
    pub switches: PackagerSwitches,
}

impl Arguments {
    /// Whether `switch` is on.
    #[must_use]
    pub fn has(&self, switch: PackagerSwitch) -> bool {
        self.switches.contains(switch)
    }
}

impl PackageSpec {
    /// Who calls has checked the rules between the arguments.
    pub(crate) const fn from_checked(arguments: Arguments) -> Self {
        Self { arguments }
    }

    /// The spec of the package that this one's hosts could share with everybody's: without URL and secret, which a
    /// configuration profile has. `None` if the package has those itself, or something else that is one customer's own:
    /// certificates, flags, an update repository, a path or a host.
    #[must_use]
    pub fn for_everybody(&self) -> Option<Self> {
        let Arguments {
            enrollment: Enrollment::SystemConfiguration(_),
            fleet_certificate: None,
            fleet_tls_client: None,
            update_url: None,
            update_tls_certificate: None,
            update_tls_client: None,
            osquery_database: None,
            end_user_email: None,
            fleet_desktop_alternative_browser_host: None,
            // All of them by name, so that whoever adds one decides.
            package_type: _,
            architecture: _,
            orbit_channel: _,
            osqueryd_channel: _,
            desktop_channel: _,
            update_interval: _,
            osquery_flagfile: flagfile,
            service: _,
            host_identifier: _,
            switches: _,
        } = &self.arguments
        else {
            return None;
        };
        if *flagfile != Flagfile::default() {
            return None;
        }
        Some(Self::from_checked(Arguments {
            enrollment: Enrollment::SystemConfiguration(None),
            ..self.arguments.clone()
        }))
    }

    /// The same spec whose agent presents `identity` to the update repository.
    ///
    /// For the local command line only. The wire has no field for it, so neither [`PackageSpec::to_request`] nor
    /// [`PackageSpec::canonical_bytes`] carries it, and a service must not use it.
    #[must_use]
    pub fn with_update_tls_client(mut self, identity: TlsClientIdentity) -> Self {
        self.arguments.update_tls_client = Some(identity);
        self
    }
}

impl Deref for PackageSpec {
    type Target = Arguments;

    fn deref(&self) -> &Arguments {
        &self.arguments
    }
}
