//! The page and its files as HTTP has them; what they do is shown in a browser, in `tests/browser`.

use std::collections::BTreeSet;
use std::path::Path;

use crate::harness::{Service, problem};

/// Names of the files beside the page and the button, but for what tells Node.js what they are.
fn files() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
    let names = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap());
    let elsewhere = ["index.html", "fleet-installer-button.js", "package.json"];
    names.filter(|name| !elsewhere.contains(&name.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_may_load_what_is_its_own_and_nothing_else() {
    let service = Service::start().await;
    let page = service.get("/").await;
    assert_eq!(page.status(), 200);
    let headers = page.headers();
    let policy = headers["content-security-policy"].to_str().unwrap();
    for directive in [
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(
            policy.split("; ").any(|one| one == directive),
            "{directive} in {policy}"
        );
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for (header, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-cache"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(headers[header], value, "{header}");
    }
    assert!(headers.get("access-control-allow-origin").is_none());
    let html = page.text().await.unwrap();
    // Relative, so that the page can be served below a path.
    for link in html.split("src=\"").skip(1).chain(html.split("href=\"").skip(1)) {
        let link = link.split('"').next().unwrap();
        assert!(!link.starts_with('/') && !link.contains("//"), "{link}");
        assert_eq!(service.get(&format!("/{link}")).await.status(), 200, "{link}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_file_is_served_to_every_site_with_its_type() {
    let service = Service::start().await;
    let names = files();
    assert!(names.len() > 5, "{names:?}");
    let mut paths: Vec<_> = names.iter().map(|name| format!("/page/{name}")).collect();
    paths.push("/fleet-installer-button.js".to_owned());
    for path in paths {
        let file = service.get(&path).await;
        assert_eq!(file.status(), 200, "{path}");
        let media_type = match path.rsplit('.').next().unwrap() {
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        };
        let headers = file.headers().clone();
        for (header, value) in [
            ("content-type", media_type),
            ("access-control-allow-origin", "*"),
            ("cross-origin-resource-policy", "cross-origin"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-cache"),
        ] {
            assert_eq!(headers[header], value, "{header} of {path}");
        }
        let length = file.bytes().await.unwrap().len();
        let head = service.client.head(service.url(&path)).send().await.unwrap();
        assert_eq!(head.headers()["content-length"], length.to_string(), "{path}");

        let asked_again = |tag: &str| {
            service
                .client
                .get(service.url(&path))
                .header("if-none-match", tag)
                .send()
        };
        let etag = headers["etag"].to_str().unwrap();
        for known in [etag.to_owned(), format!("\"x\", W/{etag}")] {
            let unchanged = asked_again(&known).await.unwrap();
            assert_eq!(unchanged.status(), 304, "{known}");
            assert_eq!(unchanged.bytes().await.unwrap(), "");
        }
        assert_eq!(asked_again("\"x\"").await.unwrap().status(), 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_allowed_site_gets_one_header_that_allows_it() {
    let service = Service::with(&[("allowed_origins", "https://fleet.example.com")]).await;
    for (origin, allowed) in [
        ("https://fleet.example.com", "https://fleet.example.com"),
        ("https://other.example", "*"),
    ] {
        let request = service
            .client
            .get(service.url("/page/client.js"))
            .header("origin", origin);
        let response = request.send().await.unwrap();
        let headers: Vec<_> = response
            .headers()
            .get_all("access-control-allow-origin")
            .iter()
            .collect();
        assert_eq!(headers, [allowed], "{origin}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_nothing_else_below_it() {
    let service = Service::start().await;
    for path in [
        "/page/",
        "/page",
        "/page/index.html",
        "/page/package.json",
        "/page/..%2Findex.html",
        "/page/%2e%2e/Cargo.toml",
        "/page/client.js/",
        "/index.html",
    ] {
        problem(service.get(path).await, 404).await;
    }
    let posted = service
        .client
        .post(service.url("/"))
        .body("enroll_secret=x")
        .send()
        .await
        .unwrap();
    problem(posted, 405).await;
}
