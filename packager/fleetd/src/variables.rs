//! The agent's configuration: environment variables that orbit reads, whatever sets them on a host.

use std::borrow::Cow;

use packager_spec::{
    BrowserHost, EndUserEmail, Enrollment, HostIdentifier, OsqueryDatabasePath, PackageSpec, PackagerSwitch,
};

use crate::Platform;
use crate::agent_folder::{ROOT, SECRET_FILE};

/// Names with their values, in the order in which they are written.
pub(crate) struct Variables<'a>(Vec<(&'static str, Cow<'a, str>)>);

impl<'a> Variables<'a> {
    /// What `spec` asks for. `update_url` is the repository that the builder uses, for a request that names none.
    pub(crate) fn of(spec: &'a PackageSpec, update_url: &'a str) -> Self {
        let is_mac = Platform::of(spec) == Platform::MacOs;
        let mut variables = Self(Vec::new());
        variables.set(
            "ORBIT_UPDATE_URL",
            spec.update_url.as_ref().map_or(update_url, |url| url.as_str()),
        );
        variables.set("ORBIT_ORBIT_CHANNEL", spec.orbit_channel.as_str());
        variables.set("ORBIT_OSQUERYD_CHANNEL", spec.osqueryd_channel.as_str());
        variables.set("ORBIT_UPDATE_INTERVAL", spec.update_interval.to_string());
        if spec.has(PackagerSwitch::FleetDesktop) {
            let browser_host = spec.fleet_desktop_alternative_browser_host.as_ref();
            variables.set("ORBIT_FLEET_DESKTOP", "true");
            variables.set("ORBIT_DESKTOP_CHANNEL", spec.desktop_channel.as_str());
            variables.set_if(
                "ORBIT_FLEET_DESKTOP_ALTERNATIVE_BROWSER_HOST",
                browser_host.map(BrowserHost::as_str),
            );
        }
        variables.switch(spec, "ORBIT_INSECURE", PackagerSwitch::Insecure);
        variables.switch(spec, "ORBIT_DISABLE_UPDATES", PackagerSwitch::DisableUpdates);
        if let Enrollment::SystemConfiguration(_) = spec.enrollment {
            variables.set("ORBIT_USE_SYSTEM_CONFIGURATION", "true");
        }
        let credentials = spec.enrollment.in_package();
        variables.set_if(
            "ORBIT_FLEET_URL",
            credentials.map(|credentials| credentials.fleet_url.as_str()),
        );
        let in_root = |name| format!("/{ROOT}/{name}");
        if spec.fleet_certificate.is_some() {
            variables.set("ORBIT_FLEET_CERTIFICATE", in_root("fleet.pem"));
        }
        if spec.update_tls_certificate.is_some() {
            variables.set("ORBIT_UPDATE_TLS_CERTIFICATE", in_root("update.pem"));
        }
        match credentials {
            // A property list of a daemon is readable by everybody.
            Some(_) if is_mac => variables.set("ORBIT_ENROLL_SECRET_PATH", format!("/{SECRET_FILE}")),
            Some(credentials) => variables.set("ORBIT_ENROLL_SECRET", credentials.enroll_secret.expose_secret()),
            None => {}
        }
        variables.switch(spec, "ORBIT_DEBUG", PackagerSwitch::Debug);
        variables.switch(spec, "ORBIT_ENABLE_SCRIPTS", PackagerSwitch::EnableScripts);
        if spec.host_identifier != HostIdentifier::Uuid {
            variables.set("ORBIT_HOST_IDENTIFIER", spec.host_identifier.as_str());
        }
        if is_mac {
            variables.switch(spec, "ORBIT_DISABLE_KEYSTORE", PackagerSwitch::DisableKeystore);
        }
        variables.set_if(
            "ORBIT_OSQUERY_DB",
            spec.osquery_database.as_ref().map(OsqueryDatabasePath::as_str),
        );
        variables.set_if(
            "ORBIT_END_USER_EMAIL",
            spec.end_user_email.as_ref().map(EndUserEmail::as_str),
        );
        for (name, switch) in [
            (
                "ORBIT_FLEET_MANAGED_HOST_IDENTITY_CERTIFICATE",
                PackagerSwitch::FleetManagedHostIdentityCertificate,
            ),
            ("ORBIT_DISABLE_SETUP_EXPERIENCE", PackagerSwitch::DisableSetupExperience),
            ("ORBIT_BYPASS_END_USER_AUTH", PackagerSwitch::BypassEndUserAuth),
        ] {
            variables.switch(spec, name, switch);
        }
        variables
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, &**value))
    }

    fn set(&mut self, name: &'static str, value: impl Into<Cow<'a, str>>) {
        self.0.push((name, value.into()));
    }

    fn set_if(&mut self, name: &'static str, value: Option<&'a str>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    fn switch(&mut self, spec: &PackageSpec, name: &'static str, switch: PackagerSwitch) {
        if spec.has(switch) {
            self.set(name, "true");
        }
    }
}
