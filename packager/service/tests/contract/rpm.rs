//! rpm packages: digests of their payload go on from what is remembered, and are right when nothing is.

use std::process::Command;

use packager_artifact::Sha256Digest;
use serde_json::{Value, json};

use crate::harness::{SECRET, Service, contains, deb_with, everything_below};

fn rpm(secret: &str) -> Value {
    let mut request = deb_with("type", "rpm");
    request["enroll_secret"] = json!(secret);
    request
}

/// Builds a package, downloads it, and has rpm check all of its digests.
async fn verified(service: &Service, secret: &str) -> Value {
    let (id, status) = service.build(&rpm(secret)).await;
    let response = service.download(&id).await;
    assert_eq!(response.headers()["content-type"], "application/x-rpm");
    let bytes = response.bytes().await.unwrap();
    assert_eq!(Sha256Digest::of(&bytes).to_string(), status["sha256"].as_str().unwrap());
    assert_eq!(bytes.len() as u64, status["size"].as_u64().unwrap());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("it.rpm"), &bytes).unwrap();
    // The payload, unpacked, has both the digest that the header says of it and the secret.
    let script = r#"
        rpm --dbpath "$PWD/db" --checksig --nosignature it.rpm
        rpm2cpio it.rpm >payload
        test "$(sha256sum <payload | cut -c 1-64)" = \
            "$(rpm --nosignature --query --queryformat '%{PAYLOADDIGESTALT}' --package it.rpm)"
        cpio --quiet --extract --to-stdout ./etc/default/orbit <payload | grep --fixed-strings --quiet -e "$1""#;
    let output = Command::new("sh")
        .args(["-euc", script, "sh", secret])
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "it.rpm: digests OK\n");
    status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn digests_are_right_with_and_without_a_memory() {
    let service = Service::start().await;
    let first = verified(&service, SECRET).await;
    assert_eq!(first["file_name"], "fleet-osquery-1.58.0-1.x86_64.rpm");
    assert_eq!(first["signed"], false);
    verified(&service, "of another customer").await;
    // Sealed bytes are small, and the secret is in no file.
    let own = service.metric("packager_stored_bytes{kind=\"own\"}").await;
    assert!(own <= 2 * 65_536, "{own}");
    for (path, bytes) in everything_below(&service.world.data()) {
        assert!(!contains(&bytes, SECRET.as_bytes()), "{}", path.display());
    }

    let (mut world, clock) = service.stop().await;
    world.repository.publish().unwrap();
    let service = Service::start_in(world, clock, &[]).await;
    verified(&service, "after a restart, with new metadata").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shared_part_that_was_damaged_is_made_anew() {
    let service = Service::start().await;
    verified(&service, SECRET).await;
    let (world, clock) = service.stop().await;
    for part in std::fs::read_dir(world.data().join("shared")).unwrap() {
        let path = part.unwrap().path();
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
    }
    let service = Service::start_in(world, clock, &[]).await;
    verified(&service, "after the damage").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rpms_and_debs_have_keys_of_their_own() {
    let key = format!("file:{}/../../fixtures/openpgp/rsa4096.asc", env!("CARGO_MANIFEST_DIR"));
    let service = Service::with(&[("signing_rpm_key", &key)]).await;
    assert_eq!(verified(&service, SECRET).await["signed"], true);
    let (_, deb) = service.build(&deb_with("type", "deb")).await;
    assert_eq!(deb["signed"], false);
}
