//! A key in a token, which is `SoftHSM`'s.

use std::path::PathBuf;
use std::process::Command;

use packager_test_apple::Identity;
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::package::{digest, package, with_signature};
use super::{
    AuthenticodeCredentials, AuthenticodeError, AuthenticodeSigner, Concern, Pkcs11Token, identity, list, now, refusal,
    settings, sign, verify,
};

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "72593861";

/// A token with one key and its certificate.
struct Token {
    folder: TempDir,
    identity: Identity,
}

impl Token {
    fn new() -> Self {
        let token = Self {
            folder: tempfile::tempdir().unwrap(),
            identity: identity(),
        };
        let path = |name: &str| token.folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::create_dir(path("tokens")).unwrap();
        std::fs::write(
            path("softhsm2.conf"),
            format!("directories.tokendir = {}\n", path("tokens")),
        )
        .unwrap();
        std::fs::write(path("key.pem"), &token.identity.key_pem).unwrap();
        std::fs::write(path("certificate.pem"), &token.identity.certificate_pem).unwrap();
        token.run("softhsm2-util --init-token --free --label signing --so-pin 1234 --pin 72593861");
        token.run("softhsm2-util --import key.pem --token signing --label code --id 01 --pin 72593861");
        token.run("openssl x509 -in certificate.pem -outform DER -out certificate.der");
        let write = "--login --pin 72593861 --write-object certificate.der --type cert --label code --id 01";
        token.run(&format!("pkcs11-tool --module {MODULE} --token-label signing {write}"));
        token
    }

    fn run(&self, command: &str) {
        let mut words = command.split_whitespace();
        let output = Command::new(words.next().unwrap())
            .args(words)
            .env("SOFTHSM2_CONF", self.configuration())
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{command}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn configuration(&self) -> PathBuf {
        self.folder.path().join("softhsm2.conf")
    }

    fn credentials(&self) -> Pkcs11Token {
        Pkcs11Token {
            module: MODULE.into(),
            uri: "pkcs11:token=signing;object=code".to_owned(),
            issuers_pem: self.identity.issuers_pem.clone().into(),
            pin: Some(Zeroizing::new(PIN.to_owned())),
            environment: vec![("SOFTHSM2_CONF".into(), self.configuration().into())],
        }
    }
}

#[tokio::test]
async fn a_key_in_a_token_signs() {
    let token = Token::new();
    for uri in [
        "pkcs11:token=signing;object=code",
        "pkcs11:token=signing;id=%01;type=private",
    ] {
        let mut credentials = token.credentials();
        credentials.uri = uri.to_owned();
        let (settings, scratch) = settings(AuthenticodeCredentials::Pkcs11(credentials));
        let signer = AuthenticodeSigner::new(settings, now()).await.unwrap();
        assert!(signer.name().starts_with("Developer ID Installer"));
        let package = package("one");
        let signature = sign(&signer, &package).await.unwrap();
        signer.verify(&digest(&package), &signature).unwrap();
        // The issuer's certificate is in the signature, and not in the token.
        let (good, text) = verify(&with_signature(&package, &signature), &token.identity, &[]);
        assert!(good, "{text}");
        assert_eq!(list(scratch.path()).len(), 0);
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_with_a_sentence_that_says_why() {
    type Change = fn(&mut Pkcs11Token);
    let token = Token::new();
    let cases: [(Change, &str, Concern); 9] = [
        (
            |token| token.issuers_pem = b"issuer".into(),
            "issuers cannot be read",
            Concern::Issuers,
        ),
        (
            |token| token.module = "/usr/lib/softhsm/nothing.so".into(),
            "there is no PKCS#11 module at",
            Concern::Module,
        ),
        (
            |token| token.module = "/etc/passwd".into(),
            "cannot be loaded",
            Concern::Module,
        ),
        (
            |token| token.uri = "pkcs11:token=signing;object=other".into(),
            "no token has both",
            Concern::Uri,
        ),
        (
            |token| token.uri = "pkcs11:token=other;object=code".into(),
            "no token has both",
            Concern::Uri,
        ),
        (|token| token.environment.clear(), "needs their names set", Concern::Uri),
        (
            |token| token.pin = Some(Zeroizing::new("9999".into())),
            "the token refused the PIN",
            Concern::Pin,
        ),
        (
            |token| token.pin = None,
            "the token wants a PIN, and none is set",
            Concern::Pin,
        ),
        (
            |token| token.pin = Some(Zeroizing::new("9".repeat(5000))),
            "the system refused",
            Concern::Nothing,
        ),
    ];
    for (change, words, concern) in cases {
        let mut credentials = token.credentials();
        change(&mut credentials);
        let (settings, scratch) = settings(AuthenticodeCredentials::Pkcs11(credentials));
        let error = refusal(settings).await;
        let text = error.to_string();
        assert!(text.contains(words), "{words}: {text}");
        assert!(!text.contains(PIN) && !text.contains("9999"), "{text}");
        assert_eq!(error.concern(), concern, "{text}");
        assert_eq!(list(scratch.path()).len(), 0);
    }
}

#[tokio::test]
async fn the_pin_goes_through_a_descriptor_alone() {
    let token = Token::new();
    let folder = tempfile::tempdir().unwrap();
    let tool = folder.path().join("osslsigncode");
    let place = folder.path().to_str().unwrap();
    let script = format!(
        "#!/bin/bash\ntr '\\0' '\\n' </proc/$$/cmdline >{place}/seen; tr '\\0' '\\n' </proc/$$/environ >>{place}/seen\n\
         read -r -n {} pin </proc/self/fd/5; echo \"it is $pin\"; exit 1\n",
        PIN.len()
    );
    std::fs::write(&tool, script).unwrap();
    std::fs::set_permissions(&tool, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let (mut settings, _scratch) = settings(AuthenticodeCredentials::Pkcs11(token.credentials()));
    settings.tool = tool;
    let error = refusal(settings).await;
    assert!(matches!(error, AuthenticodeError::ToolFailed { .. }), "{error:?}");
    // It had it, and what it says of it is not repeated.
    assert!(error.to_string().contains("it printed: it is [PIN]"), "{error}");
    let seen = std::fs::read_to_string(folder.path().join("seen")).unwrap();
    assert!(!seen.contains(PIN), "{seen}");
    let environment: Vec<_> = seen
        .lines()
        .filter(|line| line.contains('=') && !line.starts_with("pkcs11:"))
        .collect();
    assert_eq!(
        environment,
        [format!("SOFTHSM2_CONF={}", token.configuration().display())]
    );
}
