//! Builds that succeed.

use packager_artifact::Sha256Digest;

use super::{Credentials, borrowed, code_certificate, msi, sh, world};
use crate::harness::{Service, contains, everything_below, new_clock};

const ONE: &str = "marked-secret-of-one-4Wq8";
const ANOTHER: &str = "marked-secret-of-another-9Zt3";

/// How many there are.
fn shared_parts(service: &Service) -> usize {
    std::fs::read_dir(service.world.data().join("shared")).unwrap().count()
}

/// Builds a package, downloads it and has stock readers go through it.
async fn verified(service: &Service, secret: &str, osqueryd_bytes: usize, is_signed: bool) -> Vec<u8> {
    let (id, status) = service.build(&msi(secret)).await;
    assert_eq!(status["signed"], is_signed, "{status}");
    assert_eq!(status["file_name"], "fleet-osquery.msi");
    let response = service.download(&id).await;
    assert_eq!(response.headers()["content-type"], "application/x-msi");
    let bytes = response.bytes().await.unwrap().to_vec();
    assert_eq!(Sha256Digest::of(&bytes).to_string(), status["sha256"].as_str().unwrap());
    let script = r"
        7z t it.msi >&2
        msiextract -C . it.msi >&2
        stat --format %s Orbit/bin/osqueryd/windows/stable/osqueryd.exe
        cat Orbit/secret.txt";
    assert_eq!(sh(script, &bytes), format!("{osqueryd_bytes}\n{secret}"));
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn releases_share_what_they_can_whatever_their_size() {
    // Less than, and more than, what a sector of the file's table describes.
    for (osqueryd_bytes, parts) in [(10_000, 4), (5_000_000, 5)] {
        let service = Service::start_in(world(osqueryd_bytes), new_clock(), &[]).await;
        let first = verified(&service, ONE, osqueryd_bytes, false).await;
        let second = verified(&service, ANOTHER, osqueryd_bytes, false).await;
        assert_ne!(first, second);
        assert_eq!(shared_parts(&service), parts);
        let own = service.metric("packager_stored_bytes{kind=\"own\"}").await;
        assert!(own <= 2 * 65_536, "{own}");
        for (path, bytes) in everything_below(&service.world.data()) {
            for secret in [ONE, ANOTHER] {
                assert!(!contains(&bytes, secret.as_bytes()), "{}", path.display());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signed_ones_share_the_same() {
    let (size, credentials) = (5_000_000, Credentials::new(&code_certificate()));
    let settings = credentials.settings();
    let service = Service::start_in(world(size), new_clock(), &borrowed(&settings)).await;
    for secret in [ONE, ANOTHER] {
        let package = verified(&service, secret, size, true).await;
        let names = sh(
            "7z l -slt it.msi | grep '^Path = ' | grep -c DigitalSignature",
            &package,
        );
        assert_eq!(names, "1\n");
        assert_eq!(credentials.left(), Vec::<std::path::PathBuf>::new());
    }
    assert_eq!(shared_parts(&service), 5);
    let own = service.metric("packager_stored_bytes{kind=\"own\"}").await;
    assert!(own <= 2 * 65_536, "{own}");
}
