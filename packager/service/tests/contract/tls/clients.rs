//! The clients that people have: curl and `openssl s_client`.

use std::process::{Output, Stdio};

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::authority::Authority;
use super::wire::Secure;
use crate::harness::{Service, deb};

/// `openssl s_client`, which sends one request.
async fn openssl(service: &Service, authority: &Authority, arguments: &[&str]) -> Output {
    let mut child = Command::new("openssl")
        .args([
            "s_client",
            "-quiet",
            "-no_ign_eof",
            "-verify_return_error",
            "-verify_quiet",
        ])
        .args(["-connect", &service.address().to_string()])
        .args(["-servername", "localhost", "-verify_hostname", "localhost"])
        .arg("-CAfile")
        .arg(authority.path("ca.pem"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // It may have been refused.
    let _ = stdin
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .await;
    // Kept open: it ends when the service does.
    let output = child.wait_with_output().await.unwrap();
    drop(stdin);
    output
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_1_2_and_1_3_are_spoken_and_nothing_older() {
    let authority = Authority::new();
    let service = authority.service(&[]).await;
    for version in ["-tls1_2", "-tls1_3"] {
        let output = openssl(&service, &authority, &[version]).await;
        assert!(
            text(&output).contains("HTTP/1.1 200 OK"),
            "{version}: {}",
            text(&output)
        );
    }
    // At level 0 openssl itself would speak them.
    for version in ["-tls1_1", "-tls1"] {
        let output = openssl(&service, &authority, &[version, "-cipher", "ALL:@SECLEVEL=0"]).await;
        assert!(!output.status.success(), "{version}");
        // Refused by the service, and not by openssl itself.
        assert!(
            text(&output).contains("SSL alert number"),
            "{version}: {}",
            text(&output)
        );
    }
    let weak = [
        "-tls1_2",
        "-cipher",
        "AES128-SHA:DES-CBC3-SHA:AES256-SHA256:@SECLEVEL=0",
    ];
    let output = openssl(&service, &authority, &weak).await;
    assert!(text(&output).contains("alert handshake failure"), "{}", text(&output));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_1_1_is_what_is_spoken_inside() {
    let authority = Authority::new();
    let service = authority.service(&[]).await;
    let mut config = authority.client_config();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let wire = Secure::try_from_client(&service, config, 1).await.unwrap();
    assert_eq!(wire.0.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let output = openssl(&service, &authority, &["-alpn", "h2"]).await;
    assert!(text(&output).contains("no application protocol"), "{}", text(&output));
}

/// openssl writes down (`-sess_out`) each session that it is offered to resume.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_session_can_be_resumed() {
    let authority = Authority::new();
    let service = authority.service(&[]).await;
    let session = authority.path("session");
    for version in ["-tls1_2", "-tls1_3"] {
        let output = openssl(&service, &authority, &[version, "-sess_out", session.to_str().unwrap()]).await;
        assert!(text(&output).contains("HTTP/1.1 200 OK"), "{}", text(&output));
        assert!(!session.exists(), "{version}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curl_downloads_a_package_and_goes_on_with_one_that_broke_off() {
    let authority = Authority::new();
    let service = authority.service(&[]).await;
    let (id, status) = service.build(&deb()).await;
    let folder = tempfile::tempdir().unwrap();
    let curl = |file: &str, arguments: &[&str]| {
        Command::new("curl")
            .args(["--silent", "--show-error", "--fail", "--noproxy", "*", "--cacert"])
            .arg(authority.path("ca.pem"))
            .args(arguments)
            .arg("--output")
            .arg(folder.path().join(file))
            .arg(status["download_url"].as_str().unwrap())
            .output()
    };
    let whole = curl("whole", &[]).await.unwrap();
    assert!(whole.status.success(), "{}", text(&whole));
    let bytes = std::fs::read(folder.path().join("whole")).unwrap();
    assert_eq!(
        packager_artifact::Sha256Digest::of(&bytes).to_string(),
        status["sha256"]
    );
    std::fs::write(folder.path().join("part"), &bytes[..bytes.len() / 3]).unwrap();
    let rest = curl("part", &["--continue-at", "-"]).await.unwrap();
    assert!(rest.status.success(), "{}", text(&rest));
    assert_eq!(std::fs::read(folder.path().join("part")).unwrap(), bytes);
    // Without the authority's word there is no download.
    let stranger = Authority::new();
    let refused = curl("none", &["--cacert", stranger.path("ca.pem").to_str().unwrap()]);
    assert_eq!(refused.await.unwrap().status.code(), Some(60));
    assert_eq!(service.download(&id).await.status(), 200);
}
