//! A package on a host that has another one.

use packager_sample_agent::Program;
use packager_tests::foreign_msi::sample;
use packager_tests::request::Request;
use packager_tests::wine::{State, WineHost};

use super::{ROOT, SERVICE, install, package, secret, variable};

fn running_orbit(host: &WineHost) -> String {
    let report = host.file(&format!(r"{ROOT}\bin\orbit\{}", Program::REPORT));
    let report = String::from_utf8(report).unwrap();
    report.lines().next().unwrap().to_owned()
}

#[test]
fn newer_and_older_ones_take_each_others_place() {
    let host = WineHost::fresh();
    for (version, secret_text, url) in [
        ("1.58.0", "first-secret", "https://one.example.com"),
        ("1.59.0", "second", "https://two.example.com"),
        ("1.57.9", "third-secret-which-is-longer", "https://three.example.com"),
    ] {
        let request = Request::msi().with("enroll_secret", secret_text).with("fleet_url", url);
        install(&host, &package(version, &request), &[]);
        let products: Vec<_> = host.products().into_iter().map(|(_, product)| product).collect();
        assert_eq!(products, [format!("Fleet osquery {version}")]);
        assert_eq!(running_orbit(&host), format!("orbit {version}"));
        assert_eq!(host.service(SERVICE).unwrap().state, State::Running);
        assert_eq!(secret(&host), secret_text);
        assert_eq!(variable(&host, "ORBIT_FLEET_URL").unwrap(), url);
    }
}

#[test]
fn the_same_version_takes_the_place_of_itself() {
    let host = WineHost::fresh();
    for secret_text in ["one-customer", "another"] {
        install(
            &host,
            &package("1.58.0", &Request::msi().with("enroll_secret", secret_text)),
            &[],
        );
        assert_eq!(host.products().len(), 1);
        assert_eq!(secret(&host), secret_text);
    }
}

#[test]
fn what_was_asked_for_and_is_not_any_more_goes() {
    let host = WineHost::fresh();
    let more = Request::msi().with("fleet-desktop", true).with("orbit-channel", "edge");
    install(&host, &package("1.58.0", &more), &[]);
    assert!(host.exists(&format!(r"{ROOT}\bin\desktop\windows\stable\fleet-desktop.exe")));
    install(&host, &package("1.58.1", &Request::msi()), &[]);
    assert!(!host.exists(&format!(r"{ROOT}\bin\desktop")));
    assert!(!host.exists(&format!(r"{ROOT}\bin\orbit\windows\edge")));
}

/// A product of another upgrade code stays.
#[test]
fn other_products_stay() {
    let host = WineHost::fresh();
    let other = host.put("other.msi", &sample("1.0.0"));
    let (ran, log) = host.install("/i", &other, &[]);
    assert_eq!(ran.code, Some(0), "{ran}\n{log}");
    install(&host, &package("1.58.0", &Request::msi()), &[]);
    assert_eq!(host.products().len(), 2);
}
