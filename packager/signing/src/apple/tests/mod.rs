mod credentials;
mod signatures;
mod time_stamps;

use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use packager_artifact::Sha256Digest;
use packager_test_apple::Identity;

use super::*;
use crate::TimeStamps;

/// `openssl cms -verify` looks at the machine's clock.
fn now() -> Timestamp {
    Timestamp::now()
}

fn signer(identity: &Identity) -> InstallerSigner {
    InstallerSigner::from_pem(identity.chain_pem().as_bytes(), identity.key_pem.as_bytes(), now()).unwrap()
}

/// Of the style `sha256`.
fn toc() -> [u8; 32] {
    *Sha256Digest::of(b"a table of contents, compressed").as_bytes()
}

fn signed(signer: &InstallerSigner) -> InstallerSignature {
    let unstamped = signer.sign(&toc(), now()).unwrap();
    unstamped.filled_up(signer.sizes(TimeStamps::Without)).unwrap()
}

/// Whether openssl takes both signatures over `checksum`.
fn openssl_takes(identity: &Identity, checksum: &[u8], signature: &InstallerSignature) -> (bool, bool) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| std::fs::write(folder.path().join(name), content).unwrap();
    write("root", identity.root_pem.as_bytes());
    write("certificate", identity.certificate_pem.as_bytes());
    write("checksum", checksum);
    write("rsa", &signature.rsa);
    write("cms", &signature.cms);
    let rsa = if checksum.len() == 32 {
        "pkeyutl -verify -certin -inkey certificate -in checksum -sigfile rsa -pkeyopt digest:sha256"
    } else {
        "pkeyutl -verify -certin -inkey certificate -rawin -digest sha256 -in checksum -sigfile rsa"
    };
    // openssl does not know Apple's extension, which is critical.
    let cms = "cms -verify -binary -inform DER -in cms -content checksum -CAfile root -purpose any -ignore_critical \
               -out verified";
    (openssl(folder.path(), rsa), openssl(folder.path(), cms))
}

fn openssl(folder: &Path, arguments: &str) -> bool {
    let output = Command::new("openssl")
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .unwrap();
    output.status.success()
}
