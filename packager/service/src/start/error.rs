//! Why the service did not start.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file that a setting names cannot be read.
    #[error("{key}: cannot read {}", path.display())]
    File {
        /// The setting.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A secret that a setting refers to cannot be had.
    #[error("{key}")]
    Secret {
        /// The setting.
        key: &'static str,
        /// Why.
        source: packager_settings::SecretError,
    },
    /// The certificate or the key of the public listener cannot be used.
    #[error(transparent)]
    Certificate(#[from] crate::tls::CertificateError),
    /// A key cannot sign.
    #[error("{key}")]
    SigningKey {
        /// The setting.
        key: &'static str,
        /// Why, and what to do.
        source: packager_signing::Error,
    },
    /// What msi packages are signed with does not sign.
    #[error("{key}")]
    Authenticode {
        /// The setting.
        key: &'static str,
        /// Why, and what to do.
        source: packager_signing::AuthenticodeError,
    },
    /// The key for Apple's notary service is not one.
    #[error("notary_key")]
    NotaryKey(#[source] packager_notary::ApiKeyError),
    /// There is no HTTP client for a server that a setting names.
    #[error("{key}")]
    HttpClient {
        /// The setting.
        key: &'static str,
        /// Why.
        source: packager_http_client::Error,
    },
    /// Settings that belong together are not both there.
    #[error("{0}")]
    Incomplete(&'static str),
    /// The update URL has no embedded root.
    #[error("update_roots: is needed for this update_url, for which no root is embedded")]
    NoTrustedRoot,
    /// The data directory was made with a key that is not there any more.
    #[error("master_key: {} is not there, and the data directory was made with a key: put it back, or name the master key", path.display())]
    NoKeyFile {
        /// Where it would be.
        path: PathBuf,
    },
    /// The master key is kept elsewhere, so a new one is not this program's to make.
    #[error(
        "master_key is kept outside the data directory: put the new key beside it and name it with --new-master-key"
    )]
    NewKeyNeeded,
    /// The master key cannot be used.
    #[error("master_key")]
    MasterKey(#[from] packager_store::MasterKeyError),
    /// The default key file is not there, and packages are sealed under that key.
    #[error(
        "the master key file {} is gone, and what is in the data directory opens with that master key alone: put it \
         back, or begin with an empty data directory", .0.display()
    )]
    MasterKeyGone(PathBuf),
    /// The data directory cannot be used.
    #[error("data_dir")]
    Store(#[from] packager_store::Error),
    /// The update repository's settings or its cache cannot be used.
    #[error("the update repository")]
    Targets(#[from] packager_targets::Error),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}
