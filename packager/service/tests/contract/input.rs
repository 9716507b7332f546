//! Bad input: a clear 4xx that names the field, and nothing built. The rules of every field at their boundaries are
//! tests of `packager-spec`; here it is shown that they stand in front of the service.

use serde_json::{Value, json};

use crate::harness::{SECRET, Service, deb, deb_with, problem};

fn fields(problem: &Value) -> Vec<&str> {
    problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn injection_is_refused_and_named() {
    let service = Service::start().await;
    for (field, values) in [
        (
            "fleet_url",
            vec![
                "https://a.example\nORBIT_DEBUG=true",
                "https://a.example/\"",
                "https://u:p@a.example",
                "ftp://a",
                "a.example",
                "",
            ],
        ),
        (
            "enroll_secret",
            vec!["a\nORBIT_DEBUG=true", "a\rb", "a\u{0}b", "", "a\u{2028}b"],
        ),
        ("osquery-flagfile", vec!["--a\n/etc/passwd", "--a=\u{0}", "rm -rf /"]),
        ("orbit-channel", vec!["../../etc", "a/b", "", ".a", "a b", "a\nb", "-a"]),
        ("osqueryd-channel", vec!["..", "a\u{0}"]),
        ("desktop-channel", vec!["a\"b"]),
        ("end-user-email", vec!["a", "a@b\nX=y", "\"@b.example"]),
        ("osquery-db", vec!["relative", "/a\nb", "/a/../b"]),
        (
            "fleet-desktop-alternative-browser-host",
            vec!["a b", "a:0", "a:65536", "http://a", "a\nb"],
        ),
        ("update-url", vec!["https://a\nb", "file:///etc"]),
        ("update-interval", vec!["59s", "721h", "x", "-1m"]),
        ("host-identifier", vec!["hostname"]),
        ("arch", vec!["x86_64"]),
        ("type", vec!["exe", ""]),
        ("fleet-certificate", vec!["no pem"]),
    ] {
        for value in values {
            let refused = problem(service.post(deb_with(field, value).to_string()).await, 400).await;
            assert_eq!(fields(&refused), [field], "{value:?}: {refused}");
            assert!(!refused.to_string().contains(SECRET));
        }
    }
    assert_eq!(service.metric("packager_packages{state=\"succeeded\"}").await, 0);
    assert_eq!(service.metric("packager_builds_total").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_problems_come_back_together() {
    let service = Service::start().await;
    let request = json!({
        "type": "deb", "fleet_url": 7, "enroll_secret": "a\nb", "arch": "vax", "colour": "red", "debug": "yes",
        "update_interval": "1s", "update-interval": "2m",
    });
    let refused = problem(service.post(request.to_string()).await, 400).await;
    let mut named = fields(&refused);
    named.sort_unstable();
    named.dedup();
    assert_eq!(
        named,
        [
            "arch",
            "colour",
            "debug",
            "enroll_secret",
            "fleet_url",
            "update-interval"
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_json_object_is_refused() {
    let service = Service::start().await;
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"deb\"",
        "{\"type\":\"deb\"} x",
        "{\"type\": deb}",
        "\u{feff}{}",
    ] {
        problem(service.post(body.to_owned()).await, 400).await;
    }
    problem(service.post(vec![b'{', b'"', 0xFF, b'"', b'}']).await, 400).await;
    let deep = format!("{{\"type\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    problem(service.post(deep).await, 400).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_are_uuids() {
    let service = Service::start().await;
    for query in [
        "",
        "?",
        "?package_id=",
        "?package_id=x",
        "?package_id=00000000-0000-1000-8000-000000000000",
        "?id=1",
    ] {
        let refused = problem(service.get(&format!("/status{query}")).await, 400).await;
        assert_eq!(fields(&refused), ["package_id"]);
    }
    problem(
        service
            .get("/status?package_id=00000000-0000-4000-8000-000000000000")
            .await,
        404,
    )
    .await;
    problem(service.download("not-an-id").await, 400).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_may_name_every_option_of_a_deb() {
    let service = Service::start().await;
    let mut request = deb();
    for (field, value) in [
        ("debug", json!(true)),
        ("disable-updates", json!(true)),
        ("enable-scripts", json!(true)),
        ("disable-keystore", json!(true)),
        ("disable-setup-experience", json!(true)),
        ("bypass-end-user-auth", json!(true)),
        ("fleet-managed-host-identity-certificate", json!(true)),
        ("insecure", json!(true)),
        ("fleet-desktop", json!(true)),
        ("service", json!(false)),
        ("host-identifier", json!("instance")),
        ("end-user-email", json!("a@b.example")),
        ("osquery-db", json!("/var/lib/osquery.db")),
        ("fleet-desktop-alternative-browser-host", json!("desktop.example:8080")),
        ("update-url", json!("https://tuf.example")),
        ("update-interval", json!("1h30m")),
        (
            "osquery-flagfile",
            json!("--verbose\n# comment\n\n--logger_plugin=tls\n"),
        ),
    ] {
        request[field] = value;
    }
    service.build(&request).await;
}
