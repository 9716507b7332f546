//! The rules of Windows Installer's schema.

use packager_tests::msi::validate;
use packager_tests::request::Request;

use super::package;

#[test]
fn packages_keep_every_rule() {
    let requests = [
        Request::msi(),
        Request::msi().with_everything(),
        Request::msi().with("arch", "arm64"),
        Request::msi().with("service", false),
        Request::msi()
            .with("fleet_url", "https://fleet.example.com/[x]/{y}?%z")
            .with("osquery-db", r"C:\Daten für [osquery]\db"),
    ];
    for request in requests {
        let faults = validate(&package("1.58.0", &request).bytes());
        assert!(faults.is_empty(), "{request:?}: {faults:#?}");
    }
}
