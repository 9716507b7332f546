//! Repairs, which go through the sequence of an installation.

use std::fs;

use packager_tests::request::{ENROLL_SECRET, Request};
use packager_tests::wine::WineHost;

use super::{ROOT, SECRET_FILE, install, package, secret};

const REPAIR: [&str; 2] = ["REINSTALL=ALL", "REINSTALLMODE=amus"];

#[test]
fn a_repair_puts_back_what_is_missing_and_never_a_placeholder() {
    let host = WineHost::fresh();
    let package = package("1.58.0", &Request::msi());
    install(&host, &package, &[]);
    fs::remove_file(host.path(SECRET_FILE)).unwrap();
    fs::write(host.path(&format!(r"{ROOT}\certs.pem")), "damaged").unwrap();
    install(&host, &package, &REPAIR);
    assert_eq!(secret(&host), ENROLL_SECRET);
    assert_ne!(host.file(&format!(r"{ROOT}\certs.pem")), b"damaged");
}

#[test]
fn a_repair_takes_a_secret_that_it_is_given() {
    let host = WineHost::fresh();
    let package = package("1.58.0", &Request::msi());
    install(&host, &package, &["FLEET_SECRET=given"]);
    install(&host, &package, &[&REPAIR[..], &["FLEET_SECRET=given-later"]].concat());
    assert_eq!(secret(&host), "given-later");
    // The package's own, for nobody gave another.
    install(&host, &package, &REPAIR);
    assert_eq!(secret(&host), ENROLL_SECRET);
}
