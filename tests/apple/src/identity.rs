//! Certificates as Apple issues them.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256,
};

/// 1.2.840.113635.100.6.1.14
const INSTALLER_EXTENSION: &[u64] = &[1, 2, 840, 113_635, 100, 6, 1, 14];
/// 1.2.840.113635.100.6.1.13
const APPLICATION_EXTENSION: &[u64] = &[1, 2, 840, 113_635, 100, 6, 1, 13];
/// 1.2.840.113635.100.4.13
const INSTALLER_USAGE: &[u64] = &[1, 2, 840, 113_635, 100, 4, 13];
/// 1.2.840.113635.100.4.9
const APP_STORE_USAGE: &[u64] = &[1, 2, 840, 113_635, 100, 4, 9];
/// 1.2.840.113635.100.6.1.10
const APP_STORE_EXTENSION: &[u64] = &[1, 2, 840, 113_635, 100, 6, 1, 10];

/// DER of NULL, which is what Apple's extensions hold.
const NULL: &[u8] = &[5, 0];

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Developer ID Installer.
    Installer,
    /// Developer ID Application.
    Application,
    /// Mac Installer Distribution, for the App Store.
    AppStoreInstaller,
    /// The extended key usage of an installer certificate without its extension.
    UsageAlone,
    /// The extension of an installer certificate without its extended key usage.
    ExtensionAlone,
    /// Something else: a web server's.
    Server,
    /// Not Apple's: for code of any kind, as Windows takes it.
    Code,
}

/// A certificate with its key and its issuers.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The certificate.
    pub certificate_pem: String,
    /// Those of its issuer and the root.
    pub issuers_pem: String,
    /// The root alone.
    pub root_pem: String,
    /// The private key, PKCS#8.
    pub key_pem: String,
}

impl Identity {
    /// A certificate of a kind, good from a day before to a year after `now`, with an RSA key of 2048 bits.
    #[must_use]
    pub fn new(kind: Kind, now: Timestamp) -> Self {
        Self::valid(kind, now, -24, 365 * 24)
    }

    /// The same, good from `from_hours` to `to_hours` after `now`.
    #[must_use]
    pub fn valid(kind: Kind, now: Timestamp, from_hours: i64, to_hours: i64) -> Self {
        Self::with_key(
            kind,
            now,
            from_hours,
            to_hours,
            &openssl(&["genpkey", "-algorithm", "RSA"]),
        )
    }

    /// The same, with this key (PKCS#8).
    #[must_use]
    pub fn with_key(kind: Kind, now: Timestamp, from_hours: i64, to_hours: i64, key_pem: &str) -> Self {
        let root = authority("Apple Root CA (test)", now);
        let root = CertifiedIssuer::self_signed(root, authority_key(0)).unwrap();
        let issuer = authority("Developer ID Certification Authority (test)", now);
        let issuer = CertifiedIssuer::signed_by(issuer, authority_key(1), &root).unwrap();

        let key = if key_pem.len() > 1000 {
            // Its form does not say what it signs with.
            KeyPair::from_pem_and_sign_algo(key_pem, &PKCS_RSA_SHA256).unwrap()
        } else {
            KeyPair::from_pem(key_pem).unwrap()
        };
        let mut params = CertificateParams::default();
        params.distinguished_name = name("Developer ID Installer: Example, Inc. (AB12CD34EF)");
        params
            .distinguished_name
            .push(DnType::OrganizationalUnitName, "AB12CD34EF");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let (usages, extensions) = traits(kind);
        params.extended_key_usages = usages;
        for extension in extensions {
            let mut extension = CustomExtension::from_oid_content(extension, NULL.to_vec());
            extension.set_criticality(true);
            params.custom_extensions.push(extension);
        }
        validity(&mut params, now, from_hours, to_hours);
        let certificate = params.signed_by(&key, &issuer).unwrap();
        Self {
            certificate_pem: certificate.pem(),
            issuers_pem: format!("{}{}", issuer.pem(), root.pem()),
            root_pem: root.pem(),
            key_pem: key_pem.to_owned(),
        }
    }

    /// Certificate and issuers in one file.
    #[must_use]
    pub fn chain_pem(&self) -> String {
        format!("{}{}", self.certificate_pem, self.issuers_pem)
    }

    /// A PKCS#12 file, made by `openssl pkcs12 -export` with these further arguments.
    #[must_use]
    pub fn pkcs12(&self, password: &str, arguments: &[&str]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(path("certificate"), &self.certificate_pem).unwrap();
        std::fs::write(path("issuers"), &self.issuers_pem).unwrap();
        std::fs::write(path("key"), &self.key_pem).unwrap();
        std::fs::write(path("password"), password).unwrap();
        let (certificate, issuers, key) = (path("certificate"), path("issuers"), path("key"));
        let (password, out) = (format!("file:{}", path("password")), path("out"));
        let mut all = vec![
            "pkcs12",
            "-export",
            "-in",
            &certificate,
            "-inkey",
            &key,
            "-certfile",
            &issuers,
        ];
        all.extend(["-passout", &password, "-out", &out]);
        all.extend(arguments);
        openssl(&all);
        std::fs::read(Path::new(&out)).unwrap()
    }
}

/// RSA, as Apple's are. Made once: it takes a while.
fn authority_key(number: usize) -> KeyPair {
    static KEYS: OnceLock<[String; 2]> = OnceLock::new();
    let keys = KEYS.get_or_init(|| [0; 2].map(|_| openssl(&["genpkey", "-algorithm", "RSA"])));
    KeyPair::from_pem_and_sign_algo(&keys[number], &PKCS_RSA_SHA256).unwrap()
}

fn traits(kind: Kind) -> (Vec<ExtendedKeyUsagePurpose>, Vec<&'static [u64]>) {
    let other = |oid: &[u64]| vec![ExtendedKeyUsagePurpose::Other(oid.to_vec())];
    match kind {
        Kind::Installer => (other(INSTALLER_USAGE), vec![INSTALLER_EXTENSION]),
        Kind::Application => (vec![ExtendedKeyUsagePurpose::CodeSigning], vec![APPLICATION_EXTENSION]),
        Kind::AppStoreInstaller => (other(APP_STORE_USAGE), vec![APP_STORE_EXTENSION]),
        Kind::UsageAlone => (other(INSTALLER_USAGE), Vec::new()),
        Kind::ExtensionAlone => (vec![ExtendedKeyUsagePurpose::CodeSigning], vec![INSTALLER_EXTENSION]),
        Kind::Server => (vec![ExtendedKeyUsagePurpose::ServerAuth], Vec::new()),
        Kind::Code => (vec![ExtendedKeyUsagePurpose::CodeSigning], Vec::new()),
    }
}

fn authority(common_name: &str, now: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = name(common_name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    validity(&mut params, now, -48, 2 * 365 * 24);
    params
}

fn name(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name.push(DnType::OrganizationName, "Example, Inc.");
    name.push(DnType::CountryName, "US");
    name
}

fn validity(params: &mut CertificateParams, now: Timestamp, from_hours: i64, to_hours: i64) {
    let at = |hours: i64| {
        let time = std::time::SystemTime::from(now);
        let by = std::time::Duration::from_secs(hours.unsigned_abs() * 3600);
        if hours < 0 { time - by } else { time + by }
    };
    params.not_before = at(from_hours).into();
    params.not_after = at(to_hours).into();
}

/// What `openssl` prints.
pub(crate) fn openssl(arguments: &[&str]) -> String {
    let output = Command::new("openssl")
        .args(arguments)
        .output()
        .expect("openssl is not there");
    assert!(
        output.status.success(),
        "openssl {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
