//! `GET`, `HEAD` and `DELETE /download/{package_id}`.

use std::os::unix::fs::FileExt;
use std::process::Command;

use base64::Engine;
use reqwest::header::{HeaderMap, IF_NONE_MATCH, IF_RANGE, RANGE};
use reqwest::{Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{SECRET, Service, deb, deb_with, problem, put};

fn sha256_hex(bytes: &[u8]) -> String {
    packager_artifact::Sha256Digest::of(bytes).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_is_the_package_that_status_announced() {
    for compression in ["xz", "gzip"] {
        let service = Service::with(&[("deb_compression", compression)]).await;
        let (id, status) = service.build(&deb_with("fleet-desktop", true)).await;
        let response = service.download(&id).await;
        assert_eq!(response.status(), StatusCode::OK);
        let headers = response.headers().clone();
        let bytes = response.bytes().await.unwrap();
        assert_eq!(bytes.len() as u64, status["size"].as_u64().unwrap());
        let sha256 = sha256_hex(&bytes);
        assert_eq!(sha256, status["sha256"].as_str().unwrap());
        assert_headers(&headers, &sha256, bytes.len());

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it.deb");
        std::fs::write(&path, &bytes).unwrap();
        let extracted = folder.path().join("out");
        let output = Command::new("dpkg-deb")
            .arg("-x")
            .args([&path, &extracted])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let environment = std::fs::read_to_string(extracted.join("etc/default/orbit")).unwrap();
        assert!(environment.contains(&format!("ORBIT_ENROLL_SECRET={SECRET}\n")));
        assert!(environment.contains(&format!(
            "ORBIT_UPDATE_URL={}\n",
            service.world.update_url().trim_end_matches('/')
        )));
        assert!(
            extracted
                .join("opt/orbit/bin/desktop/linux/stable/fleet-desktop/fleet-desktop")
                .is_file()
        );
    }
}

fn assert_headers(headers: &HeaderMap, sha256: &str, length: usize) {
    assert_eq!(headers["content-length"], length.to_string());
    assert_eq!(headers["content-type"], "application/vnd.debian.binary-package");
    assert_eq!(
        headers["content-disposition"],
        "attachment; filename=\"fleet-osquery_1.58.0_amd64.deb\""
    );
    assert_eq!(headers["etag"], format!("\"{sha256}\""));
    assert_eq!(headers["accept-ranges"], "bytes");
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["x-checksum-sha256"], sha256);
    let raw: Vec<u8> = (0..64)
        .step_by(2)
        .map(|i| u8::from_str_radix(&sha256[i..i + 2], 16).unwrap())
        .collect();
    let base64 = base64::engine::general_purpose::STANDARD.encode(raw);
    assert_eq!(headers["repr-digest"], format!("sha-256=:{base64}:"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn head_is_get_without_the_body() {
    let service = Service::start().await;
    let (id, status) = service.build(&deb()).await;
    let url = service.url(&format!("/download/{id}"));
    let response = service.client.head(&url).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let length = usize::try_from(status["size"].as_u64().unwrap()).unwrap();
    assert_headers(response.headers(), status["sha256"].as_str().unwrap(), length);
    assert!(response.bytes().await.unwrap().is_empty());
    // The connection is still good for another request.
    assert_eq!(service.download(&id).await.bytes().await.unwrap().len(), length);
    let gone = service
        .client
        .head(service.url("/download/00000000-0000-4000-8000-000000000000"));
    assert_eq!(gone.send().await.unwrap().status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ranges_are_pieces_of_the_whole() {
    let service = Service::start().await;
    let (id, status) = service.build(&deb()).await;
    let whole = service.download(&id).await.bytes().await.unwrap();
    let size = whole.len();
    let last = size - 1;
    let etag = format!("\"{}\"", status["sha256"].as_str().unwrap());
    let url = service.url(&format!("/download/{id}"));
    let ask = |range: String, if_range: Option<String>| {
        let mut request = service.client.get(&url).header(RANGE, range);
        if let Some(tag) = if_range {
            request = request.header(IF_RANGE, tag);
        }
        request.send()
    };
    let mut ranges = vec![(0, 0), (0, last), (1, 7), (last, last), (size / 2, size - 1)];
    // Across every seam between parts.
    ranges.extend(
        (0..size)
            .step_by(size / 50)
            .map(|begin| (begin, (begin + size / 40).min(last))),
    );
    for (begin, end) in ranges {
        for if_range in [None, Some(etag.clone())] {
            let response = ask(format!("bytes={begin}-{end}"), if_range).await.unwrap();
            assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
            assert_eq!(
                response.headers()["content-range"],
                format!("bytes {begin}-{end}/{size}")
            );
            assert_eq!(response.headers()["content-length"], (end - begin + 1).to_string());
            assert_eq!(response.bytes().await.unwrap(), whole[begin..=end]);
        }
    }
    let open = ask(format!("bytes={}-", size - 5), None).await.unwrap();
    assert_eq!(open.bytes().await.unwrap(), whole[size - 5..]);
    let suffix = ask("bytes=-5".to_owned(), None).await.unwrap();
    assert_eq!(
        suffix.headers()["content-range"],
        format!("bytes {}-{last}/{size}", size - 5)
    );
    let beyond = ask(format!("bytes=5-{}", size * 2), None).await.unwrap();
    assert_eq!(beyond.headers()["content-range"], format!("bytes 5-{last}/{size}"));

    let outside = ask(format!("bytes={size}-"), None).await.unwrap();
    assert_eq!(outside.headers()["content-range"], format!("bytes */{size}"));
    problem(outside, 416).await;
    for (range, if_range) in [
        ("bytes=0-1", Some("\"another\"".to_owned())),
        ("bytes=0-1", Some(format!("W/{etag}"))),
        ("bytes=0-1,4-5", None),
        ("bytes=x", None),
    ] {
        let response = ask(range.to_owned(), if_range).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{range}");
        assert_eq!(response.bytes().await.unwrap(), whole);
    }
    let unchanged = service
        .client
        .get(&url)
        .header(IF_NONE_MATCH, &etag)
        .send()
        .await
        .unwrap();
    assert_eq!(unchanged.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn head_sends_nothing_behind_its_head() {
    let service = Service::start().await;
    let (id, _) = service.build(&deb()).await;
    let mut stream = TcpStream::connect(service.address()).await.unwrap();
    let request = format!("HEAD /download/{id} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    assert_eq!(answer.find("\r\n\r\n"), Some(answer.len() - 4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_byte_that_changes_after_a_download_never_reaches_the_next() {
    let service = Service::start().await;
    let (id, _) = service.build(&deb()).await;
    let whole = service.download(&id).await.bytes().await.unwrap();
    assert_eq!(service.download(&id).await.bytes().await.unwrap(), whole);
    for file in std::fs::read_dir(service.world.data().join("shared")).unwrap() {
        let file = std::fs::File::options().write(true).open(file.unwrap().path()).unwrap();
        file.write_all_at(b"changed", file.metadata().unwrap().len() / 2)
            .unwrap();
    }
    let broken = match service.download(&id).await {
        answer if answer.status() == StatusCode::OK => answer.bytes().await.is_err(),
        _ => true,
    };
    assert!(broken);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_deleted_reads_as_expired() {
    let service = Service::start().await;
    let (id, _) = service.build(&deb()).await;
    assert_eq!(service.delete(&id).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(service.status(&id).await, serde_json::json!({"status": "expired"}));
    problem(service.download(&id).await, 410).await;
    assert_eq!(service.delete(&id).await.status(), StatusCode::NO_CONTENT, "again");
    let (again, _) = service.build(&deb()).await;
    assert_ne!(again, id);
    problem(service.delete("00000000-0000-4000-8000-000000000000").await, 404).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deb_has_no_profile() {
    let service = Service::start().await;
    let (id, status) = service.build(&deb()).await;
    assert!(status.get("profile_url").is_none(), "{status}");
    problem(service.get(&format!("/download/{id}/profile")).await, 404).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_methods_and_paths_are_answered() {
    let service = Service::start().await;
    let id = "00000000-0000-4000-8000-000000000000";
    let (package, profile) = (format!("/download/{id}"), format!("/download/{id}/profile"));
    let signature = format!("/download/{id}/signature");
    for (method, path, allowed) in [
        (Method::PUT, "/create", "POST"),
        (Method::GET, "/create", "POST"),
        (Method::POST, "/status", "GET"),
        (Method::TRACE, package.as_str(), "GET, HEAD, DELETE"),
        (Method::DELETE, &profile, "GET"),
        (Method::PATCH, &signature, "GET, HEAD"),
        (Method::POST, "/openapi.json", "GET"),
        (Method::POST, "/healthz", "GET"),
        (Method::POST, "/readyz", "GET"),
    ] {
        let response = service.client.request(method, service.url(path)).send().await.unwrap();
        assert_eq!(response.headers()["allow"], allowed, "{path}");
        problem(response, 405).await;
    }
    for path in [
        "/nothing",
        "/download",
        "/download/",
        "/status/x",
        "/%00",
        "/..%2f..%2fetc/passwd",
    ] {
        problem(service.get(path).await, 404).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_part_breaks_off_and_never_serves_something_else() {
    let service = Service::start().await;
    let (id, _) = service.build(&deb()).await;
    let shared = service.world.data().join("shared");
    for file in std::fs::read_dir(shared).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    problem(service.download(&id).await, 503).await;
    // Another package of the same release makes the part anew, and then this one is whole again.
    service.build(&deb_with("enroll_secret", "another")).await;
    assert_eq!(service.download(&id).await.status(), StatusCode::OK);
}

/// Makes a package that is more than the system buffers between the two ends.
async fn large(service: &mut Service) -> String {
    // Not to be compressed.
    let mut state = 1_u64;
    let noise: Vec<u8> = (0..32 << 20)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect();
    put(&mut service.world.repository, "orbit/linux/large/orbit", &noise);
    service.world.repository.publish().unwrap();
    service.clock.advance(std::time::Duration::from_secs(300));
    let mut request = deb_with("orbit-channel", "large");
    request["retry"] = true.into();
    loop {
        let id = service.create(&request).await;
        if service.finished(&id).await["status"] == "success" {
            break id;
        }
    }
}

/// What of a body arrives, and whether that is all of it.
async fn arriving(mut response: reqwest::Response) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break (bytes, true),
            Err(_) => break (bytes, false),
        }
    }
}

fn shared_files(service: &Service) -> impl Iterator<Item = std::fs::File> {
    std::fs::read_dir(service.world.data().join("shared"))
        .unwrap()
        .map(|file| std::fs::File::options().write(true).open(file.unwrap().path()).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_on_the_way_breaks_the_connection() {
    let mut service = Service::with(&[("deb_compression", "gzip")]).await;
    let id = large(&mut service).await;
    let mut response = service.download(&id).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.chunk().await.unwrap().is_some());
    for file in shared_files(&service) {
        file.set_len(1000).unwrap();
    }
    let (_, whole) = arriving(response).await;
    assert!(!whole, "a part of a package was passed off as the whole");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_while_a_client_waits_is_not_sent() {
    let mut service = Service::with(&[("deb_compression", "gzip")]).await;
    let id = large(&mut service).await;
    // Every block has been found right, and is not read again for a minute.
    let (right, whole) = arriving(service.download(&id).await).await;
    assert!(whole);
    let response = service.download(&id).await;
    for file in shared_files(&service) {
        let length = file.metadata().unwrap().len();
        // What the system has taken for this client is not looked at again: the beginning, and small parts.
        if length > 16 << 20 {
            file.write_all_at(b"changed", length / 8 * 7).unwrap();
        }
    }
    let (sent, whole) = arriving(response).await;
    assert!(!whole, "a body with other bytes was passed off as whole");
    assert!(right.starts_with(&sent), "a byte that had changed was sent");
}
