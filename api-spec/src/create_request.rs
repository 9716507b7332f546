//! The body of `POST /create`.

use std::io;

use serde::Serialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::{Field, SecretText};

/// The body of `POST /create`, as the client said it: typed, not yet judged.
///
/// `None` is a field that was not given, and is left out when written. Everything that may hold a secret or name the
/// customer is a [`SecretText`], so [`Debug`] shows which fields are there and nothing of those values. It is read by
/// [`CreateRequest::parse`], which takes hyphen and underscore spellings alike, not by serde.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schema(description = "What to build. A field that is `null` counts as not given.")]
pub struct CreateRequest {
    /// The kind of package: `deb`, `rpm`, `msi`, `pkg`, or `pkg.tar.zst` for Arch Linux.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::package_type, required)]
    pub package_type: Option<String>,
    /// The Fleet server's absolute http or https URL: a host, no user info, no control characters.
    /// Optional with `use-system-configuration`.
    #[serde(rename = "fleet_url", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uri", max_length = 2048, pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+")]
    pub fleet_url: Option<SecretText>,
    /// The secret that hosts enroll with: printable, no newline, at most 255 bytes of UTF-8.
    /// Optional with `use-system-configuration`.
    #[serde(rename = "enroll_secret", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255, write_only)]
    pub enroll_secret: Option<SecretText>,
    /// Build anew when the same arguments failed before. Not one of the arguments that make two requests the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = false)]
    pub retry: Option<bool>,
    /// The host's architecture. Refused for `pkg`, which is universal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::arch)]
    pub arch: Option<String>,
    /// PEM certificates that the agent trusts for the Fleet server. Excludes `insecure`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 65536, pattern = "-----BEGIN CERTIFICATE-----")]
    pub fleet_certificate: Option<SecretText>,
    /// The agent does not verify TLS certificates.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = false)]
    pub insecure: Option<bool>,
    /// The update channel of orbit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = "stable", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub orbit_channel: Option<String>,
    /// The update channel of osqueryd.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = "stable", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub osqueryd_channel: Option<String>,
    /// The update channel of Fleet Desktop.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = "stable", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub desktop_channel: Option<String>,
    /// The agent does not update itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = false)]
    pub disable_updates: Option<bool>,
    /// The agent logs verbosely.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = false)]
    pub debug: Option<bool>,
    /// Include Fleet Desktop.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = false)]
    pub fleet_desktop: Option<bool>,
    /// How often the agent looks for updates: a Go duration from `1m` to `720h`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = "15m0s")]
    pub update_interval: Option<String>,
    /// The content of osquery's flagfile: each line a `--flag[=value]`, a comment (`#`) or blank; at most 64 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, default = "", max_length = 65536)]
    pub osquery_flagfile: Option<SecretText>,
    /// Install and start the agent's service.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = true)]
    pub service: Option<bool>,
    /// Fleet may run scripts on the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = false)]
    pub enable_scripts: Option<bool>,
    /// The agent does not use the system's keystore.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = false)]
    pub disable_keystore: Option<bool>,
    /// Skip the setup experience. Not for `pkg`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = false)]
    pub disable_setup_experience: Option<bool>,
    /// Enroll without the end user's authentication. Not for `pkg`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = false)]
    pub bypass_end_user_auth: Option<bool>,
    /// Requests are signed with a certificate that Fleet issues to the host. For `deb`, `rpm` and `pkg.tar.zst`; excludes
    /// a TLS client certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = false)]
    pub fleet_managed_host_identity_certificate: Option<bool>,
    /// URL and secret come from a configuration profile, not from the package. For `pkg`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = false)]
    pub use_system_configuration: Option<bool>,
    /// What osquery identifies the host by.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::host_identifier)]
    pub host_identifier: Option<String>,
    /// The e-mail address of the host's user. Not for `pkg`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "email", max_length = 254)]
    pub end_user_email: Option<SecretText>,
    /// The absolute path of osquery's database on the host, in the Windows form (`C:\…`) for `msi`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 2, max_length = 1024)]
    pub osquery_db: Option<SecretText>,
    /// `host[:port]` of the links that Fleet Desktop opens in a browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 1)]
    pub fleet_desktop_alternative_browser_host: Option<SecretText>,
    /// PEM certificate chain that the agent presents to the Fleet server. Only with `fleet-tls-client-key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 65536, pattern = "-----BEGIN CERTIFICATE-----")]
    pub fleet_tls_client_certificate: Option<SecretText>,
    /// Unencrypted PEM private key of `fleet-tls-client-certificate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 65536, pattern = "-----BEGIN ", write_only)]
    pub fleet_tls_client_key: Option<SecretText>,
    /// The update repository that the agent uses on the host; the service's own if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uri", max_length = 2048, pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+")]
    pub update_url: Option<SecretText>,
    /// PEM certificates that the agent trusts for the update repository. Excludes `insecure`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 65536, pattern = "-----BEGIN CERTIFICATE-----")]
    pub update_tls_certificate: Option<SecretText>,
}

/// Where the value of a field belongs, by the JSON type it must have.
pub(crate) enum Slot<'a> {
    Plain(&'a mut Option<String>),
    Secret(&'a mut Option<SecretText>),
    Switch(&'a mut Option<bool>),
}

impl CreateRequest {
    /// The request as compact JSON in the contract's spelling and order.
    ///
    /// The memory is allocated once, so no copy of a secret is left behind by a growing buffer.
    #[must_use]
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "strings and booleans under fixed names always serialize, to memory"
    )]
    pub fn to_json(&self) -> Zeroizing<Vec<u8>> {
        let mut length = Length(0);
        serde_json::to_writer(&mut length, self).expect("counting does not fail");
        let mut json = Zeroizing::new(Vec::with_capacity(length.0));
        serde_json::to_writer(&mut *json, self).expect("writing to memory does not fail");
        json
    }

    pub(crate) fn slot(&mut self, field: Field) -> Slot<'_> {
        match field {
            Field::Type => Slot::Plain(&mut self.package_type),
            Field::FleetUrl => Slot::Secret(&mut self.fleet_url),
            Field::EnrollSecret => Slot::Secret(&mut self.enroll_secret),
            Field::Retry => Slot::Switch(&mut self.retry),
            Field::Arch => Slot::Plain(&mut self.arch),
            Field::FleetCertificate => Slot::Secret(&mut self.fleet_certificate),
            Field::Insecure => Slot::Switch(&mut self.insecure),
            Field::OrbitChannel => Slot::Plain(&mut self.orbit_channel),
            Field::OsquerydChannel => Slot::Plain(&mut self.osqueryd_channel),
            Field::DesktopChannel => Slot::Plain(&mut self.desktop_channel),
            Field::DisableUpdates => Slot::Switch(&mut self.disable_updates),
            Field::Debug => Slot::Switch(&mut self.debug),
            Field::FleetDesktop => Slot::Switch(&mut self.fleet_desktop),
            Field::UpdateInterval => Slot::Plain(&mut self.update_interval),
            Field::OsqueryFlagfile => Slot::Secret(&mut self.osquery_flagfile),
            Field::Service => Slot::Switch(&mut self.service),
            Field::EnableScripts => Slot::Switch(&mut self.enable_scripts),
            Field::DisableKeystore => Slot::Switch(&mut self.disable_keystore),
            Field::DisableSetupExperience => Slot::Switch(&mut self.disable_setup_experience),
            Field::BypassEndUserAuth => Slot::Switch(&mut self.bypass_end_user_auth),
            Field::FleetManagedHostIdentityCertificate => {
                Slot::Switch(&mut self.fleet_managed_host_identity_certificate)
            }
            Field::UseSystemConfiguration => Slot::Switch(&mut self.use_system_configuration),
            Field::HostIdentifier => Slot::Plain(&mut self.host_identifier),
            Field::EndUserEmail => Slot::Secret(&mut self.end_user_email),
            Field::OsqueryDb => Slot::Secret(&mut self.osquery_db),
            Field::FleetDesktopAlternativeBrowserHost => Slot::Secret(&mut self.fleet_desktop_alternative_browser_host),
            Field::FleetTlsClientCertificate => Slot::Secret(&mut self.fleet_tls_client_certificate),
            Field::FleetTlsClientKey => Slot::Secret(&mut self.fleet_tls_client_key),
            Field::UpdateUrl => Slot::Secret(&mut self.update_url),
            Field::UpdateTlsCertificate => Slot::Secret(&mut self.update_tls_certificate),
        }
    }
}

/// Counts what is written.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The schemas of strings that are one of a few words.
mod schema {
    use utoipa::openapi::schema::SchemaType;
    use utoipa::openapi::{Object, ObjectBuilder, Type};

    pub(super) fn package_type() -> Object {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(["deb", "rpm", "msi", "pkg", "pkg.tar.zst"]))
            .description(Some("The kind of package; `pkg.tar.zst` is Arch Linux's."))
            .build()
    }

    pub(super) fn arch() -> Object {
        optional(
            ["amd64", "arm64"],
            "The hosts' architecture. Refused for `pkg`, which is universal.",
        )
    }

    pub(super) fn host_identifier() -> Object {
        optional(["uuid", "instance"], "What osquery identifies the host by.")
    }

    /// One of `words`, the first by default, or null.
    fn optional(words: [&'static str; 2], description: &str) -> Object {
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .enum_values(Some(words.into_iter().map(Some).chain([None])))
            .default(words.first().map(|&word| word.into()))
            .description(Some(description))
            .build()
    }
}
