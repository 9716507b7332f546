//! Packages over TLS.

use std::os::unix::fs::FileExt;
use std::time::Duration;

use super::authority::Authority;
use super::wire::Secure;
use crate::abuse::wire::large_package;
use crate::harness::{SECRET, Service, World, contains, deb, new_clock};
use reqwest::header::{HOST, RANGE};
use tokio::io::AsyncReadExt;

const OPEN: &str = "packager_connections{listener=\"public\"}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_is_the_same_over_tls_and_in_the_clear() {
    let clear = Service::start_in(World::new(), new_clock(), &[("deb_compression", "gzip")]).await;
    let (id, _) = clear.build(&deb()).await;
    let expected = clear.download(&id).await.bytes().await.unwrap();
    let headers = |response: &reqwest::Response| {
        let mut headers = response.headers().clone();
        // Lists in no order, and what differs each time, or should.
        for other in [
            "access-control-expose-headers",
            "date",
            "strict-transport-security",
            "x-request-id",
        ] {
            headers.remove(other);
        }
        headers
    };
    let clear_headers = headers(&clear.download(&id).await);
    let (world, _) = clear.stop().await;

    let authority = Authority::new();
    let service = authority.service_in(world, &[]).await;
    let response = service.download(&id).await;
    assert_eq!(headers(&response), clear_headers);
    assert_eq!(response.bytes().await.unwrap(), expected);
    assert!(contains(&expected, SECRET.as_bytes()));
    let last = expected.len() - 1;
    for (begin, end) in [(0, 0), (1, 70_000), (last / 2, last / 2 + 100_000), (last - 5, last)] {
        let end = end.min(last);
        let ranged = service
            .client
            .get(service.url(&format!("/download/{id}")))
            .header(RANGE, format!("bytes={begin}-{end}"));
        let ranged = ranged.send().await.unwrap();
        assert_eq!(ranged.status(), 206);
        assert_eq!(ranged.bytes().await.unwrap(), expected[begin..=end]);
    }
    let head = service.client.head(service.url(&format!("/download/{id}")));
    let head = head.send().await.unwrap();
    assert_eq!(head.headers()["content-length"], expected.len().to_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_download_at_once_and_some_go_away() {
    let authority = Authority::new();
    let mut service = authority.service(&[("deb_compression", "gzip")]).await;
    let id = large_package(&mut service, 8).await;
    let expected = service.download(&id).await.bytes().await.unwrap();
    let path = format!("/download/{id}");
    let downloads = (0..12).map(|number| {
        let (service, authority, path, expected) = (&service, &authority, &path, &expected);
        async move {
            if number % 3 == 0 {
                let mut gone = Secure::open(service, authority).await;
                assert!(gone.begin(path).await.starts_with("HTTP/1.1 200 "));
                gone.0.read_u8().await.unwrap();
                return;
            }
            assert!(service.get(path).await.bytes().await.unwrap() == *expected);
        }
    });
    futures_util::future::join_all(downloads).await;
    // Whoever went away costs nothing.
    let pool = std::mem::replace(
        &mut service.client,
        reqwest::Client::builder().no_proxy().build().unwrap(),
    );
    drop(pool);
    tokio::time::timeout(Duration::from_secs(60), async {
        while service.metric(OPEN).await > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_on_the_way_is_no_end() {
    let authority = Authority::new();
    let mut service = authority.service(&[("deb_compression", "gzip")]).await;
    let id = large_package(&mut service, 32).await;
    let mut wire = Secure::open(&service, &authority).await;
    assert!(
        wire.begin(&format!("/download/{id}"))
            .await
            .starts_with("HTTP/1.1 200 ")
    );
    for file in std::fs::read_dir(service.world.data().join("shared")).unwrap() {
        let file = std::fs::File::options().write(true).open(file.unwrap().path()).unwrap();
        file.set_len(1000).unwrap();
    }
    // The client's TLS tells a connection that breaks from one that is ended (close_notify).
    let error = wire.0.read_to_end(&mut Vec::new()).await.unwrap_err();
    assert!(
        matches!(
            error.kind(),
            std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::ConnectionReset
        ),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_while_a_client_waits_is_not_sent() {
    let authority = Authority::new();
    let mut service = authority.service(&[("deb_compression", "gzip")]).await;
    let id = large_package(&mut service, 32).await;
    let path = format!("/download/{id}");
    // Every block has been found right, and is not checked again for a minute.
    let right = service.get(&path).await.bytes().await.unwrap();
    let mut wire = Secure::open(&service, &authority).await;
    assert!(wire.begin(&path).await.starts_with("HTTP/1.1 200 "));
    for file in std::fs::read_dir(service.world.data().join("shared")).unwrap() {
        let file = std::fs::File::options().write(true).open(file.unwrap().path()).unwrap();
        let length = file.metadata().unwrap().len();
        if length > 16 << 20 {
            file.write_all_at(b"changed", length / 8 * 7).unwrap();
        }
    }
    let mut sent = Vec::new();
    assert!(
        wire.0.read_to_end(&mut sent).await.is_err(),
        "other bytes were passed off as whole"
    );
    assert!(right.starts_with(&sent), "a byte that had changed was sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_answer_ends_with_close_notify() {
    let authority = Authority::new();
    let service = authority.service(&[]).await;
    let (id, status) = service.build(&deb()).await;
    let mut wire = Secure::open(&service, &authority).await;
    wire.begin(&format!("/download/{id}")).await;
    let mut body = Vec::new();
    wire.0.read_to_end(&mut body).await.unwrap();
    assert_eq!(body.len() as u64, status["size"].as_u64().unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_names_https() {
    let authority = Authority::new();
    let service = authority.service(&[("trusted_proxies", "127.0.0.1")]).await;
    let (id, status) = service.build(&deb()).await;
    let url = service.url(&format!("/download/{id}"));
    assert_eq!(status["download_url"], url.as_str());
    let download = service.client.get(status["download_url"].as_str().unwrap());
    assert_eq!(download.send().await.unwrap().status(), 200);
    // What a trusted proxy says of its own client counts.
    let asked = service
        .client
        .get(service.url(&format!("/status?package_id={id}")))
        .header(HOST, "pkg.example.com")
        .header("x-forwarded-proto", "http");
    let status = crate::harness::json_of(asked.send().await.unwrap()).await;
    assert_eq!(status["download_url"], format!("http://pkg.example.com/download/{id}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_url_goes_over_what_is_spoken() {
    let authority = Authority::new();
    let service = authority
        .service(&[("public_url", "http://inside.example.com/p/")])
        .await;
    let (id, status) = service.build(&deb()).await;
    assert_eq!(
        status["download_url"],
        format!("http://inside.example.com/p/download/{id}")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn browsers_are_told_to_come_over_tls_again_and_only_over_tls() {
    const HEADER: &str = "strict-transport-security";
    let authority = Authority::new();
    let service = authority.service(&[]).await;
    for path in ["/healthz", "/status", "/nothing", "/openapi.json"] {
        assert_eq!(service.get(path).await.headers()[HEADER], "max-age=31536000", "{path}");
    }
    let admin = service.client.get(service.admin_url("/healthz")).send().await.unwrap();
    assert!(!admin.headers().contains_key(HEADER));
    let clear = Service::start().await;
    assert!(!clear.get("/healthz").await.headers().contains_key(HEADER));
}
