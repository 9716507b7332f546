//! `GET` and `HEAD /download/{package_id}/signature`.

use std::path::Path;
use std::process::Command;

use packager_artifact::Sha256Digest;

use crate::harness::{Service, contains, deb, deb_with, everything_below, problem};

fn key(name: &str) -> String {
    format!("file:{}/../../fixtures/openpgp/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Whether gpg finds `signature` good over `content`.
fn gpg_accepts(content: &[u8], signature: &[u8]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("content"), content).unwrap();
    std::fs::write(folder.path().join("signature"), signature).unwrap();
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/openpgp");
    let script = r#"
        gpg --homedir . --batch --quiet --import "$1/ed25519.asc"
        status=0
        gpg --homedir . --batch --verify signature content || status=$?
        gpgconf --homedir . --kill all
        exit $status"#;
    let mut sh = Command::new("sh");
    sh.args(["-euc", script, "sh"]).arg(keys).current_dir(folder.path());
    sh.output().unwrap().status.success()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_beside_a_package_is_served_with_its_name_and_goes_with_it() {
    let service = Service::with(&[("signing_rpm_key", &key("ed25519.asc"))]).await;
    let mut last = None;
    // The second goes on from what was remembered of the first.
    for secret in ["one", "another"] {
        let mut request = deb_with("type", "pkg.tar.zst");
        request["enroll_secret"] = secret.into();
        let (id, status) = service.build(&request).await;
        assert_eq!(status["signed"], true, "{status}");
        let path = format!("/download/{id}/signature");
        assert_eq!(status["signature_url"], service.url(&path), "{status}");

        let package = service.download(&id).await;
        assert_eq!(package.headers()["content-type"], "application/zstd");
        let package = package.bytes().await.unwrap();
        assert_eq!(
            Sha256Digest::of(&package).to_string(),
            status["sha256"].as_str().unwrap()
        );

        let response = service.get(&path).await;
        assert_eq!(response.status(), 200);
        let name = status["file_name"].as_str().unwrap();
        for (header, value) in [
            ("content-type", "application/pgp-signature"),
            ("content-disposition", &format!("attachment; filename=\"{name}.sig\"")),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(response.headers()[header], value, "{header}");
        }
        let signature = response.bytes().await.unwrap();
        let head = service.client.head(service.url(&path)).send().await.unwrap();
        assert_eq!(head.status(), 200);
        assert_eq!(head.headers()["content-length"], signature.len().to_string());
        assert_eq!(head.bytes().await.unwrap(), "");
        assert!(gpg_accepts(&package, &signature));
        assert!(!gpg_accepts(&package[1..], &signature));
        // It lies sealed.
        for (path, bytes) in everything_below(&service.world.data()) {
            assert!(!contains(&bytes, &signature), "{}", path.display());
        }
        last = Some(path);
    }
    let path = last.unwrap();
    let id = path.split('/').nth(2).unwrap().to_owned();
    service.delete(&id).await;
    problem(service.get(&path).await, 410).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_there_is_none_the_answer_says_why() {
    let key = key("ed25519.asc");
    let service = Service::with(&[("signing_deb_key", &key)]).await;
    for (request, signed, detail) in [
        (deb(), true, "The package has its signature within."),
        (deb_with("type", "pkg.tar.zst"), false, "The package is not signed."),
    ] {
        let (id, status) = service.build(&request).await;
        assert_eq!(status["signed"], signed, "{status}");
        assert!(status.get("signature_url").is_none(), "{status}");
        let answer = problem(service.get(&format!("/download/{id}/signature")).await, 404).await;
        assert_eq!(answer["detail"], detail);
    }
    let unknown = "/download/00000000-0000-4000-8000-000000000000/signature";
    problem(service.get(unknown).await, 404).await;
    problem(service.get("/download/x/signature").await, 400).await;
}
