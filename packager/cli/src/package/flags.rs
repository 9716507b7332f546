//! The flags of `packager package`, under the names that `fleetctl package` has.

use std::convert::Infallible;
use std::path::PathBuf;

use clap::Args;
use packager_api::SecretText;
use url::Url;

use super::elsewhere::ElsewhereFlags;

/// Builds an installer of Fleet's agent, like `fleetctl package`: here, or with `--remote` through a service.
#[derive(Debug, Args)]
#[command(next_line_help = true)]
pub(crate) struct PackageFlags {
    #[command(flatten)]
    pub(crate) enrollment: EnrollmentFlags,
    #[command(flatten)]
    pub(crate) agent: AgentFlags,
    #[command(flatten)]
    pub(crate) updates: UpdateFlags,
    #[command(flatten)]
    pub(crate) output: OutputFlags,
    #[command(flatten)]
    pub(crate) elsewhere: ElsewhereFlags,
}

/// Where hosts enroll.
#[derive(Debug, Args)]
#[command(next_help_heading = "Enrollment")]
pub(crate) struct EnrollmentFlags {
    /// The Fleet server: a URL, or `host:port` for https.
    #[arg(long, value_name = "URL")]
    pub(crate) fleet_url: Option<String>,
    /// The secret that hosts enroll with, or `-` to read it from standard input. Every user of this machine can see a
    /// secret that is given here in the list of processes: prefer standard input, --enroll-secret-file, or the
    /// environment variable `FLEET_ENROLL_SECRET`, which is read when neither flag is given.
    #[arg(long, value_name = "SECRET", value_parser = secret, allow_hyphen_values = true)]
    pub(crate) enroll_secret: Option<SecretText>,
    /// The file that holds the enroll secret. One line break at its end is not part of the secret.
    #[arg(long, value_name = "PATH", conflicts_with = "enroll_secret")]
    pub(crate) enroll_secret_file: Option<PathBuf>,
    /// URL and secret come from a configuration profile, not from the package. For pkg alone.
    #[arg(long, env = "FLEETCTL_USE_SYSTEM_CONFIGURATION",
          value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch)]
    pub(crate) use_system_configuration: Option<bool>,
    /// The certificate chain of the Fleet server, a file in PEM.
    #[arg(long, value_name = "PATH")]
    pub(crate) fleet_certificate: Option<PathBuf>,
    /// The client certificate that the agent presents to the Fleet server, a file in PEM.
    #[arg(long, value_name = "PATH")]
    pub(crate) fleet_tls_client_certificate: Option<PathBuf>,
    /// The private key of the client certificate, a file in PEM.
    #[arg(long, value_name = "PATH")]
    pub(crate) fleet_tls_client_key: Option<PathBuf>,
    /// The agent does not verify TLS certificates.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch)]
    pub(crate) insecure: Option<bool>,
    /// Requests are signed with a certificate that Fleet issues to the host. For Linux.
    #[arg(long, alias = "fleet-managed-client-certificate",
          env = "FLEETCTL_FLEET_MANAGED_HOST_IDENTITY_CERTIFICATE",
          value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch)]
    pub(crate) fleet_managed_host_identity_certificate: Option<bool>,
    /// What osquery identifies the host by: uuid or instance [default: uuid]
    #[arg(long, value_name = "WORD", env = "FLEETCTL_HOST_IDENTIFIER")]
    pub(crate) host_identifier: Option<String>,
    /// The e-mail address of the host's user. Not for pkg.
    #[arg(long, value_name = "ADDRESS", env = "FLEETCTL_END_USER_EMAIL")]
    pub(crate) end_user_email: Option<String>,
}

/// What is installed, and how it runs.
#[derive(Debug, Args)]
#[command(next_help_heading = "Agent")]
pub(crate) struct AgentFlags {
    /// The kind of package: deb, rpm, msi, pkg or pkg.tar.zst.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) package_type: String,
    /// The hosts' architecture: amd64 or arm64. Not for pkg, which is universal [default: amd64]
    #[arg(long)]
    pub(crate) arch: Option<String>,
    /// Install and start the agent's service [default: true]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch)]
    pub(crate) service: Option<bool>,
    /// Include Fleet Desktop.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch)]
    pub(crate) fleet_desktop: Option<bool>,
    /// `host:port` of the links that Fleet Desktop opens.
    #[arg(long, value_name = "HOST")]
    pub(crate) fleet_desktop_alternative_browser_host: Option<String>,
    /// osquery's flags, a file.
    #[arg(long, value_name = "PATH")]
    pub(crate) osquery_flagfile: Option<PathBuf>,
    /// The absolute path of osquery's database on the host.
    #[arg(long, value_name = "PATH", env = "FLEETCTL_OSQUERY_DB")]
    pub(crate) osquery_db: Option<String>,
    /// Fleet may run scripts on the host.
    #[arg(long, env = "FLEETCTL_ENABLE_SCRIPTS",
          value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch)]
    pub(crate) enable_scripts: Option<bool>,
    /// The agent does not use the system's keystore.
    #[arg(long, env = "FLEETCTL_DISABLE_KEYSTORE",
          value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch)]
    pub(crate) disable_keystore: Option<bool>,
    /// Skip the setup experience. Not for pkg.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch)]
    pub(crate) disable_setup_experience: Option<bool>,
    /// Enroll without the end user's authentication. Not for pkg.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch)]
    pub(crate) bypass_end_user_auth: Option<bool>,
    /// The agent logs verbosely.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch)]
    pub(crate) debug: Option<bool>,
}

/// Where the agent comes from, here and on the host.
#[derive(Debug, Args)]
#[command(next_help_heading = "Updates")]
pub(crate) struct UpdateFlags {
    /// The update channel of orbit [default: stable]
    #[arg(long, value_name = "CHANNEL")]
    pub(crate) orbit_channel: Option<String>,
    /// The update channel of osqueryd [default: stable]
    #[arg(long, value_name = "CHANNEL")]
    pub(crate) osqueryd_channel: Option<String>,
    /// The update channel of Fleet Desktop [default: stable]
    #[arg(long, value_name = "CHANNEL")]
    pub(crate) desktop_channel: Option<String>,
    /// The agent does not update itself.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch)]
    pub(crate) disable_updates: Option<bool>,
    /// How often the agent looks for updates, from 1m to 720h [default: 15m]
    #[arg(long, value_name = "DURATION")]
    pub(crate) update_interval: Option<String>,
    /// The TUF repository that the agent is fetched from, and that it updates itself from on the host; here also a
    /// `file:` URL. With --remote it is for the host alone: the service has a repository of its own.
    #[arg(long, value_name = "URL")]
    pub(crate) update_url: Option<String>,
    /// The trusted root of the update repository: the path of a root.json, or its text. Not needed for the repositories
    /// whose root is built in.
    #[arg(long, value_name = "PATH|JSON")]
    pub(crate) update_roots: Option<String>,
    /// The certificate chain of the update repository, a file in PEM.
    #[arg(long, value_name = "PATH")]
    pub(crate) update_tls_certificate: Option<PathBuf>,
    /// The client certificate for the update repository, a file in PEM: used here, and by the agent on the host.
    #[arg(long, value_name = "PATH")]
    pub(crate) update_tls_client_certificate: Option<PathBuf>,
    /// The private key of that client certificate, a file in PEM.
    #[arg(long, value_name = "PATH")]
    pub(crate) update_tls_client_key: Option<PathBuf>,
}

/// Where it is built, and where the package goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputFlags {
    /// The package's path, which ends with the type's extension. By default it gets its conventional name in the
    /// current directory.
    #[arg(long, value_name = "PATH")]
    pub(crate) outfile: Option<PathBuf>,
    /// Read the finished package back: its digest, and its structure with the format's own reader.
    #[arg(long)]
    pub(crate) verify: bool,
    /// Print one JSON object to standard output, of the package or of why there is none.
    #[arg(long)]
    pub(crate) json: bool,
    /// Log each step to standard error.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch)]
    pub(crate) verbose: Option<bool>,
    /// Where downloads and compressed files are kept for the next package
    /// [default: `$XDG_CACHE_HOME/fleet-packager` or `~/.cache/fleet-packager`]
    #[arg(long, value_name = "PATH", conflicts_with = "remote")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Let the service at this URL build the package.
    #[arg(long, value_name = "URL")]
    pub(crate) remote: Option<Url>,
    /// Certificates of private authorities that vouch for the service, a file in PEM.
    #[arg(long, value_name = "PATH", requires = "remote")]
    pub(crate) remote_ca: Option<PathBuf>,
    /// The public half of the service's release key, an Ed25519 key in PEM. A package that this key has not signed is thrown
    /// away.
    #[arg(long, value_name = "PATH", requires = "remote")]
    pub(crate) remote_public_key: Option<PathBuf>,
    /// Build anew if the service failed to build this very package before.
    #[arg(long, requires = "remote")]
    pub(crate) retry: bool,
}

/// Takes a secret out of the argument at once. Any text is one, so no error quotes it.
#[expect(clippy::unnecessary_wraps, reason = "the form of a value parser")]
pub(super) fn secret(text: &str) -> Result<SecretText, Infallible> {
    Ok(SecretText::from(text))
}

/// A boolean as Go's `strconv.ParseBool` reads it; an empty variable of the environment is false, as with fleetctl.
pub(super) fn switch(text: &str) -> Result<bool, &'static str> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "" | "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err("must be true or false"),
    }
}
