//! Properties on the command line of `msiexec`.

use packager_tests::request::{ENROLL_SECRET, Request};
use packager_tests::wine::WineHost;

use super::{ROOT, install, package, secret, variable};

#[test]
fn what_is_given_takes_the_place_of_what_the_package_has() {
    let host = WineHost::fresh();
    let given = [
        "FLEET_URL=https://other.example.com:8443",
        "FLEET_SECRET=given-on-the-command-line|with-a-bar",
        "ENABLE_SCRIPTS=True",
        "FLEET_DESKTOP=True",
        "END_USER_EMAIL=other@example.com",
        "EUA_TOKEN=token-1",
    ];
    install(&host, &package("1.58.0", &Request::msi()), &given);
    for (name, value) in [
        ("ORBIT_FLEET_URL", "https://other.example.com:8443"),
        ("ORBIT_ENABLE_SCRIPTS", "True"),
        ("ORBIT_FLEET_DESKTOP", "True"),
        ("ORBIT_END_USER_EMAIL", "other@example.com"),
        ("ORBIT_EUA_TOKEN", "token-1"),
    ] {
        assert_eq!(variable(&host, name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(secret(&host), "given-on-the-command-line|with-a-bar");
}

/// What other packages of the agent have for a placeholder.
#[test]
fn a_placeholder_is_no_secret() {
    let host = WineHost::fresh();
    install(&host, &package("1.58.0", &Request::msi()), &["FLEET_SECRET=dummy"]);
    assert_eq!(secret(&host), ENROLL_SECRET);
}

#[test]
fn the_folder_can_be_another() {
    let host = WineHost::fresh();
    let path = install(
        &host,
        &package("1.58.0", &Request::msi()),
        &[r"ORBITROOT=C:\Agents\Orbit"],
    );
    assert!(!host.exists(ROOT));
    assert!(host.exists(r"C:\Agents\Orbit\secret.txt"));
    assert_eq!(
        variable(&host, "ORBIT_ENROLL_SECRET_PATH").unwrap(),
        r"C:\Agents\Orbit\secret.txt"
    );
    let (ran, log) = host.install("/x", &path, &[]);
    assert_eq!(ran.code, Some(0), "{ran}\n{log}");
    assert!(!host.exists(r"C:\Agents\Orbit"));
}

/// Brackets and braces mean something to Windows Installer, percent signs and quotes to those who read its values.
#[test]
fn values_arrive_as_they_were_asked_for() {
    let host = WineHost::fresh();
    let database = r"C:\[FLEET_SECRET]\{x}[~]#1 für é\db";
    let request = Request::msi()
        .with("fleet_url", "https://fleet.example.com/?a=b&c=%5Bd%5D;~")
        .with("osquery-db", database)
        .with("enroll_secret", "s]e[c{r}e%t|\"'<>&\\");
    install(&host, &package("1.58.0", &request), &[]);
    assert_eq!(variable(&host, "ORBIT_OSQUERY_DB").as_deref(), Some(database));
    let url = variable(&host, "ORBIT_FLEET_URL");
    assert_eq!(url.as_deref(), Some("https://fleet.example.com/?a=b&c=%5Bd%5D;~"));
    assert_eq!(secret(&host), "s]e[c{r}e%t|\"'<>&\\");
}
