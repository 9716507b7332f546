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
            .with("fleet_url", "https://fleet.example.com/?a=%5Bb%5D~")
            .with("osquery-db", r"C:\Daten für [osquery]\db"),
    ];
    for request in requests {
        let mut faults = validate(&package("1.58.0", &request).bytes());
        // On purpose: a digest of a file with a secret lets every user of a host try secrets against it.
        let withheld = faults.extract_if(.., |fault| fault.rule == "file-hash").count();
        assert!(faults.is_empty(), "{request:?}: {faults:#?}");
        let secret_files = if request.has("fleet-tls-client-key") { 4 } else { 2 };
        assert_eq!(withheld, secret_files, "{request:?}");
    }
}
