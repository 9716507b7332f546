//! `certs.pem`: the certificate authorities that osquery trusts.

use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packager_formats::Content;

use crate::named::Named;

/// Characters of base64 in a line (RFC 7468, section 2).
const LINE_SIZE: usize = 64;

/// The file, made once for all packages.
pub(crate) static FILE: LazyLock<Arc<dyn Content>> = LazyLock::new(|| Arc::new(Named::new(roots().into_bytes())));

/// Mozilla's root certificates in PEM, from the `webpki-root-certs` crate, which is generated from Mozilla's list.
fn roots() -> String {
    let mut pem = String::new();
    for certificate in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        pem.push_str("-----BEGIN CERTIFICATE-----\n");
        let mut base64 = STANDARD.encode(certificate);
        while !base64.is_empty() {
            let rest = base64.split_off(base64.len().min(LINE_SIZE));
            pem.push_str(&base64);
            pem.push('\n');
            base64 = rest;
        }
        pem.push_str("-----END CERTIFICATE-----\n");
    }
    pem
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::roots;

    /// openssl decides.
    #[test]
    fn every_root_is_a_certificate() {
        let mut child = Command::new("openssl")
            .args(["crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(roots().as_bytes()).unwrap();
        let pkcs7 = child.wait_with_output().unwrap();
        assert!(pkcs7.status.success());
        let mut child = Command::new("openssl")
            .args(["pkcs7", "-print_certs", "-noout"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&pkcs7.stdout).unwrap();
        let listed = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        let subjects = listed.lines().filter(|line| line.starts_with("subject")).count();
        assert_eq!(subjects, webpki_root_certs::TLS_SERVER_ROOT_CERTS.len());
        assert!(subjects > 100, "{subjects}");
    }
}
