//! The certificate that msis under test are signed with, in a file or in a token. There is one for all tests of the process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use jiff::Timestamp;
use packager_test_apple::{Identity, Kind};

use crate::installer_certificate::authority_url;
use crate::producer::secret_reference;
use crate::ran::Ran;

/// What the PKCS#12 file is protected with.
pub const PASSWORD: &str = "Schlüssel-9kT2";
/// What the token is protected with.
pub const PIN: &str = "72593861";
/// `SoftHSM`, a token of software.
const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const CONFIGURATION: &str = "SOFTHSM2_CONF";

static IDENTITY: LazyLock<Identity> = LazyLock::new(|| Identity::new(Kind::Code, Timestamp::now()));

/// Makes a token with the key and the certificate that lie in the folder `$1`, whose PIN is `$2`. `$3` is the module.
const MAKE_TOKEN: &str = r#"
cd "$1"
mkdir tokens
echo "directories.tokendir = $1/tokens" >softhsm2.conf
softhsm2-util --init-token --free --label signing --so-pin 1234 --pin "$2"
softhsm2-util --import key.pem --token signing --label code --id 01 --pin "$2"
openssl x509 -in certificate.pem -outform DER -out certificate.der
pkcs11-tool --module "$3" --token-label signing --login --pin "$2" --write-object certificate.der --type cert \
    --label code --id 01
rm key.pem
"#;

/// Where the key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// In a PKCS#12 file.
    File,
    /// In a token.
    Token,
}

/// How msis are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CodeCertificate {
    /// Where the key is.
    pub place: Place,
    /// Whether signatures have time stamps.
    pub is_stamped: bool,
}

impl CodeCertificate {
    /// In a file, without time stamps.
    pub const FILE: Self = Self {
        place: Place::File,
        is_stamped: false,
    };
    /// In a file, with time stamps.
    pub const STAMPED: Self = Self {
        place: Place::File,
        is_stamped: true,
    };
    /// In a token, with time stamps.
    pub const TOKEN: Self = Self {
        place: Place::Token,
        is_stamped: true,
    };

    /// The settings that have a service sign so. Its secrets are put into `folder`.
    pub(crate) fn settings(self, folder: &Path) -> Vec<String> {
        let keep = |name: &str, secret: &[u8]| secret_reference(&folder.join(name), secret);
        let mut settings = match self.place {
            Place::File => vec![
                "--signing-msi-pkcs12".to_owned(),
                keep("code.p12", &identity().pkcs12(PASSWORD, &[])),
                "--signing-msi-password".to_owned(),
                keep("code.password", PASSWORD.as_bytes()),
            ],
            Place::Token => {
                let issuers = make_token(folder);
                vec![
                    "--signing-msi-pkcs11-module".to_owned(),
                    MODULE.to_owned(),
                    "--signing-msi-pkcs11-uri".to_owned(),
                    "pkcs11:token=signing;object=code".to_owned(),
                    "--signing-msi-pin".to_owned(),
                    keep("code.pin", PIN.as_bytes()),
                    "--signing-msi-pkcs11-chain".to_owned(),
                    issuers.display().to_string(),
                    "--signing-msi-pkcs11-environment".to_owned(),
                    CONFIGURATION.to_owned(),
                ]
            }
        };
        if self.is_stamped {
            settings.extend(["--signing-msi-timestamp-url".to_owned(), authority_url()]);
        }
        settings
    }

    /// What the service's environment has to have.
    pub(crate) fn environment(folder: &Path) -> (&'static str, PathBuf) {
        (CONFIGURATION, folder.join("softhsm2.conf"))
    }
}

/// Makes a token in `folder`, and gives the path of the issuers' certificates.
fn make_token(folder: &Path) -> PathBuf {
    let identity = identity();
    let issuers = folder.join("issuers.pem");
    for (path, content) in [
        (folder.join("key.pem"), &identity.key_pem),
        (folder.join("certificate.pem"), &identity.certificate_pem),
        (issuers.clone(), &identity.issuers_pem),
    ] {
        fs::write(path, content).unwrap();
    }
    let mut make = Command::new("bash");
    make.args(["-euc", MAKE_TOKEN, "bash"])
        .arg(folder)
        .args([PIN, MODULE])
        .env("SOFTHSM2_CONF", folder.join("softhsm2.conf"));
    let _ = Ran::new(make).expect_success();
    issuers
}

/// The certificate, its key and its issuers.
#[must_use]
pub fn identity() -> &'static Identity {
    &IDENTITY
}
