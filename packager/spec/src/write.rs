//! From a spec back to the request that asks for it.

use packager_api::CreateRequest;

use crate::{
    BrowserHost, CertificateChain, EndUserEmail, Enrollment, OsqueryDatabasePath, PackageSpec, PackagerSwitch, Service,
    TlsClientIdentity, UpdateUrl,
};

impl PackageSpec {
    /// The normalised request: every default is explicit, `retry` is absent, and so is `arch` for `pkg`. Two requests
    /// for the same package have equal ones, and [`PackageSpec::from_request`] makes an equal spec of it.
    #[must_use]
    pub fn to_request(&self) -> CreateRequest {
        let credentials = self.enrollment.credentials();
        let is_on = |switch: PackagerSwitch| Some(self.has(switch));
        let client = self.fleet_tls_client.as_ref();
        CreateRequest {
            package_type: Some(self.package_type.to_string()),
            fleet_url: credentials.map(|credentials| credentials.fleet_url.to_secret_text()),
            enroll_secret: credentials.map(|credentials| credentials.enroll_secret.to_secret_text()),
            retry: None,
            arch: self.architecture.map(|architecture| architecture.to_string()),
            fleet_certificate: self.fleet_certificate.as_ref().map(CertificateChain::to_secret_text),
            insecure: is_on(PackagerSwitch::Insecure),
            orbit_channel: Some(self.orbit_channel.to_string()),
            osqueryd_channel: Some(self.osqueryd_channel.to_string()),
            desktop_channel: Some(self.desktop_channel.to_string()),
            disable_updates: is_on(PackagerSwitch::DisableUpdates),
            debug: is_on(PackagerSwitch::Debug),
            fleet_desktop: is_on(PackagerSwitch::FleetDesktop),
            update_interval: Some(self.update_interval.to_string()),
            osquery_flagfile: Some(self.osquery_flagfile.to_secret_text()),
            service: Some(self.service == Service::Installed),
            enable_scripts: is_on(PackagerSwitch::EnableScripts),
            disable_keystore: is_on(PackagerSwitch::DisableKeystore),
            disable_setup_experience: is_on(PackagerSwitch::DisableSetupExperience),
            bypass_end_user_auth: is_on(PackagerSwitch::BypassEndUserAuth),
            fleet_managed_host_identity_certificate: is_on(PackagerSwitch::FleetManagedHostIdentityCertificate),
            use_system_configuration: Some(matches!(self.enrollment, Enrollment::SystemConfiguration(_))),
            host_identifier: Some(self.host_identifier.to_string()),
            end_user_email: self.end_user_email.as_ref().map(EndUserEmail::to_secret_text),
            osquery_db: self.osquery_database.as_ref().map(OsqueryDatabasePath::to_secret_text),
            fleet_desktop_alternative_browser_host: self
                .fleet_desktop_alternative_browser_host
                .as_ref()
                .map(BrowserHost::to_secret_text),
            fleet_tls_client_certificate: client.map(|client| client.certificate().to_secret_text()),
            fleet_tls_client_key: client.map(TlsClientIdentity::key_to_secret_text),
            update_url: self.update_url.as_ref().map(UpdateUrl::to_secret_text),
            update_tls_certificate: self
                .update_tls_certificate
                .as_ref()
                .map(CertificateChain::to_secret_text),
        }
    }
}
