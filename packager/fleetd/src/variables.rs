//! The agent's configuration: environment variables that orbit reads, whatever sets them on a host.

use std::borrow::Cow;

use packager_spec::{
    BrowserHost, EndUserEmail, Enrollment, HostIdentifier, OsqueryDatabasePath, PackageSpec, PackagerSwitch,
};

use crate::Platform;
use crate::agent_folder::{ROOT, SECRET_FILE};

/// Properties of the Windows installer that can be given on its command line.
pub(crate) mod property {
    /// The Fleet server.
    pub(crate) const FLEET_URL: &str = "FLEET_URL";
    /// `True` or `False`.
    pub(crate) const FLEET_DESKTOP: &str = "FLEET_DESKTOP";
    /// `True` or `False`.
    pub(crate) const ENABLE_SCRIPTS: &str = "ENABLE_SCRIPTS";
    /// The address of whoever uses the host.
    pub(crate) const END_USER_EMAIL: &str = "END_USER_EMAIL";
}

/// Names with their values, in the order in which they are written.
pub(crate) struct Variables<'a>(Vec<(&'static str, Value<'a>)>);

/// A variable's value.
#[derive(Clone)]
pub(crate) enum Value<'a> {
    /// What it is.
    Text(Cow<'a, str>),
    /// The path of a file in the agent's folder, which is known on the host alone.
    InFolder(&'static str),
    /// What whoever installs the package gives, or its default: a property of Windows Installer.
    Property(&'static str),
}

impl<'a> Variables<'a> {
    /// What `spec` asks for. `update_url` is the repository that the builder uses, for a request that names none.
    pub(crate) fn of(spec: &'a PackageSpec, update_url: &'a str) -> Self {
        let platform = Platform::of(spec);
        let is_mac = platform == Platform::MacOs;
        let is_windows = matches!(platform, Platform::Windows(_));
        let mut variables = Self(Vec::new());
        variables.set(
            "ORBIT_UPDATE_URL",
            spec.update_url.as_ref().map_or(update_url, |url| url.as_str()),
        );
        variables.set("ORBIT_ORBIT_CHANNEL", spec.orbit_channel.as_str());
        variables.set("ORBIT_OSQUERYD_CHANNEL", spec.osqueryd_channel.as_str());
        variables.set("ORBIT_UPDATE_INTERVAL", spec.update_interval.to_string());
        // There whoever installs the package decides.
        if is_windows {
            variables.property("ORBIT_FLEET_DESKTOP", property::FLEET_DESKTOP);
        } else if spec.has(PackagerSwitch::FleetDesktop) {
            variables.set("ORBIT_FLEET_DESKTOP", "true");
        }
        if is_windows || spec.has(PackagerSwitch::FleetDesktop) {
            let browser_host = spec.fleet_desktop_alternative_browser_host.as_ref();
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
        if is_windows {
            variables.property("ORBIT_FLEET_URL", property::FLEET_URL);
        } else {
            let url = credentials.map(|credentials| credentials.fleet_url.as_str());
            variables.set_if("ORBIT_FLEET_URL", url);
        }
        if spec.fleet_certificate.is_some() {
            variables.in_folder(platform, "ORBIT_FLEET_CERTIFICATE", "fleet.pem");
        }
        if spec.update_tls_certificate.is_some() {
            variables.in_folder(platform, "ORBIT_UPDATE_TLS_CERTIFICATE", "update.pem");
        }
        match credentials {
            // The property list of a daemon and the environment of a service are readable by everybody.
            Some(_) if is_mac || is_windows => {
                variables.in_folder(platform, "ORBIT_ENROLL_SECRET_PATH", SECRET_FILE);
            }
            Some(credentials) => variables.set("ORBIT_ENROLL_SECRET", credentials.enroll_secret.expose_secret()),
            None => {}
        }
        variables.switch(spec, "ORBIT_DEBUG", PackagerSwitch::Debug);
        if is_windows {
            variables.property("ORBIT_ENABLE_SCRIPTS", property::ENABLE_SCRIPTS);
        } else {
            variables.switch(spec, "ORBIT_ENABLE_SCRIPTS", PackagerSwitch::EnableScripts);
        }
        if spec.host_identifier != HostIdentifier::Uuid {
            variables.set("ORBIT_HOST_IDENTIFIER", spec.host_identifier.as_str());
        }
        // Keychain, and Windows' Credential Manager.
        if is_mac || is_windows {
            variables.switch(spec, "ORBIT_DISABLE_KEYSTORE", PackagerSwitch::DisableKeystore);
        }
        variables.set_if(
            "ORBIT_OSQUERY_DB",
            spec.osquery_database.as_ref().map(OsqueryDatabasePath::as_str),
        );
        if is_windows {
            variables.property("ORBIT_END_USER_EMAIL", property::END_USER_EMAIL);
        } else {
            let email = spec.end_user_email.as_ref().map(EndUserEmail::as_str);
            variables.set_if("ORBIT_END_USER_EMAIL", email);
        }
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

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &Value<'a>)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    /// Those whose values are known here: all of them, but on Windows.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.iter().filter_map(|(name, value)| match value {
            Value::Text(text) => Some((name, &**text)),
            Value::InFolder(_) | Value::Property(_) => None,
        })
    }

    fn set(&mut self, name: &'static str, value: impl Into<Cow<'a, str>>) {
        self.0.push((name, Value::Text(value.into())));
    }

    fn property(&mut self, name: &'static str, property: &'static str) {
        self.0.push((name, Value::Property(property)));
    }

    fn in_folder(&mut self, platform: Platform, name: &'static str, file: &'static str) {
        match platform {
            Platform::Linux(_) | Platform::MacOs => self.set(name, format!("/{ROOT}/{file}")),
            Platform::Windows(_) => self.0.push((name, Value::InFolder(file))),
        }
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
