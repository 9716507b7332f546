//! Which packages everybody can share.

use packager_spec::{Enrollment, PackageSpec, Submission};
use serde_json::{Value, json};

fn spec(more: &[(&str, Value)]) -> PackageSpec {
    let mut request = json!({
        "type": "pkg", "use-system-configuration": true,
        "fleet_url": "https://fleet.example.com", "enroll_secret": "a-secret",
    });
    for (field, value) in more {
        request[field] = value.clone();
    }
    Submission::parse(request.to_string().as_bytes()).unwrap().spec
}

#[test]
fn credentials_make_no_difference() {
    let shared = spec(&[]).for_everybody().unwrap();
    assert!(matches!(shared.enrollment, Enrollment::SystemConfiguration(None)));
    assert_eq!(
        spec(&[("enroll_secret", json!("another"))]).for_everybody().unwrap(),
        shared
    );
    assert_eq!(shared.for_everybody().unwrap(), shared);
    let canonical = shared.canonical_bytes();
    for own in ["a-secret", "fleet.example.com"] {
        assert!(!String::from_utf8_lossy(&canonical).contains(own));
    }
}

#[test]
fn options_that_anybody_may_choose_make_another_one() {
    let plain = spec(&[]).for_everybody().unwrap();
    for (field, value) in [
        ("fleet-desktop", json!(true)),
        ("enable-scripts", json!(true)),
        ("debug", json!(true)),
        ("insecure", json!(true)),
        ("disable-updates", json!(true)),
        ("orbit-channel", json!("edge")),
        ("host-identifier", json!("instance")),
    ] {
        let other = spec(&[(field, value)]).for_everybody().unwrap();
        assert_ne!(other, plain, "{field}");
    }
}

#[test]
fn what_is_one_customers_own_is_not_shared() {
    let certificate = rcgen::generate_simple_self_signed(Vec::new()).unwrap().cert.pem();
    for (field, value) in [
        ("fleet-certificate", json!(certificate)),
        ("update-tls-certificate", json!(certificate)),
        ("use-system-configuration", json!(false)),
        ("update-url", json!("https://updates.example.com")),
        ("osquery-flagfile", json!("--verbose")),
        ("osquery-db", json!("/var/osquery.db")),
        ("fleet-desktop-alternative-browser-host", json!("fleet.example.com")),
    ] {
        assert!(spec(&[(field, value)]).for_everybody().is_none(), "{field}");
    }
}
