//! Removal.

use std::fs;

use packager_tests::request::Request;
use packager_tests::wine::WineHost;

use super::{ROOT, SERVICE, install, package};

#[test]
fn nothing_is_left_of_the_package_and_of_what_the_agent_wrote() {
    let host = WineHost::fresh();
    let before = host.snapshot();
    install(&host, &package("1.58.0", &Request::msi().with_everything()), &[]);
    // What the agent leaves: its identity, osquery's database, an update, its log.
    let logs = r"C:\windows\system32\config\systemprofile\AppData\Local\FleetDM\Orbit\Logs";
    for (folder, file) in [
        (ROOT.to_owned(), "secret-orbit-node-key.txt"),
        (format!(r"{ROOT}\osquery.db"), "CURRENT"),
        (format!(r"{ROOT}\bin\orbit\windows\edge"), "orbit.exe"),
        (logs.to_owned(), "orbit-osquery.log"),
    ] {
        fs::create_dir_all(host.path(&folder)).unwrap();
        fs::write(host.path(&format!(r"{folder}\{file}")), "left").unwrap();
    }
    let (code, _) = host.products().remove(0);
    let (ran, log) = host.install("/x", &code, &[]);
    assert_eq!(ran.code, Some(0), "{ran}\n{log}");
    assert_eq!(host.service(SERVICE), None);
    assert_eq!(host.products(), []);
    // The test made the folders above the log's.
    let mut left = host.snapshot().changes_since(&before);
    left.retain(|line| !r"+ C:\windows\system32\config\systemprofile\AppData\Local\FleetDM\".starts_with(line));
    assert_eq!(left, Vec::<String>::new());
}

/// Whoever had it installed somewhere else has other things there.
#[test]
fn a_folder_of_another_name_is_left_with_what_the_package_does_not_have() {
    let host = WineHost::fresh();
    let path = install(&host, &package("1.58.0", &Request::msi()), &[r"ORBITROOT=C:\Shared"]);
    fs::write(host.path(r"C:\Shared\somebodys.txt"), "x").unwrap();
    let (ran, log) = host.install("/x", &path, &[]);
    assert_eq!(ran.code, Some(0), "{ran}\n{log}");
    assert!(host.exists(r"C:\Shared\somebodys.txt"));
    assert!(!host.exists(r"C:\Shared\secret.txt"));
}
