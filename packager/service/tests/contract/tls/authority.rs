//! A private authority, and services with its certificates.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use reqwest::Client;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use uuid::Uuid;

use crate::harness::{Service, World, new_clock};

/// The end of a certificate's last day, unless a test says otherwise.
pub const EXPIRES: (i32, u8, u8) = (2035, 12, 31);

/// A private authority, with a folder for the files of a service.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: CertificateDer<'static>,
    pub pem: String,
    folder: TempDir,
}

/// Certificate and key in PEM.
pub struct Issued {
    pub chain: String,
    pub key: String,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // No two have one name: a client would look for the fault elsewhere.
        params
            .distinguished_name
            .push(DnType::CommonName, format!("Authority {}", Uuid::new_v4()));
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let (der, pem) = (certificate.der().clone(), certificate.pem());
        let authority = Self {
            issuer: Issuer::new(params, key),
            der,
            pem,
            folder: tempfile::tempdir().unwrap(),
        };
        authority.install(&authority.issue(EXPIRES));
        std::fs::write(authority.path("ca.pem"), &authority.pem).unwrap();
        authority
    }

    /// A certificate for `localhost`, valid until then.
    pub fn issue(&self, (year, month, day): (i32, u8, u8)) -> Issued {
        let mut params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(year, month, day);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Issued {
            chain: certificate.pem() + &self.pem,
            key: key.serialize_pem(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a pair where the service looks for it.
    pub fn install(&self, issued: &Issued) {
        write_private(&self.path("key.pem"), &issued.key);
        std::fs::write(self.path("chain.pem"), &issued.chain).unwrap();
    }

    /// A client's configuration that trusts this authority alone.
    pub fn client_config(&self) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth()
    }

    pub async fn service(&self, flags: &[(&str, &str)]) -> Service {
        self.service_in(World::new(), flags).await
    }

    /// A service that speaks TLS with the installed pair, and a client that trusts this authority alone.
    pub async fn service_in(&self, world: World, flags: &[(&str, &str)]) -> Service {
        let chain = self.path("chain.pem").display().to_string();
        let key = format!("file:{}", self.path("key.pem").display());
        let mut all = vec![("tls_certificate", chain.as_str()), ("tls_key", &key)];
        all.extend(flags);
        let service = Service::start_in(world, new_clock(), &all).await;
        let client = Client::builder()
            .tls_backend_preconfigured(self.client_config())
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .build()
            .unwrap();
        let base = format!("https://localhost:{}", service.address().port());
        service.reached_at(base, client)
    }
}

/// Writes a file that its owner alone may read.
fn write_private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
