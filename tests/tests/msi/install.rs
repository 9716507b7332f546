//! What an installed package leaves on a host.

use packager_sample_agent::{Architecture, Program};
use packager_tests::agent::AgentFixture;
use packager_tests::request::{ENROLL_SECRET, FLEET_URL, Request};
use packager_tests::wine::{State, WineHost};

use super::{ROOT, SERVICE, install, package, secret, variable};

/// What the running service has written is not the package's.
fn tree(host: &WineHost) -> Vec<String> {
    let mut tree = host.tree(ROOT);
    tree.retain(|path| !path.ends_with(Program::REPORT));
    tree
}

#[test]
fn the_agents_files_are_those_of_fleets_own_package() {
    let host = WineHost::fresh();
    install(&host, &package("1.58.0", &Request::msi()), &[]);
    assert_eq!(
        tree(&host),
        [
            r"bin\",
            r"bin\orbit\",
            r"bin\orbit\orbit.exe",
            r"bin\orbit\windows\",
            r"bin\orbit\windows\stable\",
            r"bin\orbit\windows\stable\orbit.exe",
            r"bin\osqueryd\",
            r"bin\osqueryd\windows\",
            r"bin\osqueryd\windows\stable\",
            r"bin\osqueryd\windows\stable\osqueryd.exe",
            "certs.pem",
            "osquery.flags",
            "osquery.man",
            "secret.txt",
            r"staging\",
            "tuf-metadata.json",
            "updates-metadata.json",
        ]
    );
    let agent = AgentFixture::scripts("1.58.0");
    let orbit = agent.for_windows(Program::Orbit, Architecture::X64);
    for path in [r"bin\orbit\orbit.exe", r"bin\orbit\windows\stable\orbit.exe"] {
        assert_eq!(host.file(&format!(r"{ROOT}\{path}")), orbit);
    }
    let osqueryd = agent.for_windows(Program::Osqueryd, Architecture::X64);
    assert_eq!(
        host.file(&format!(r"{ROOT}\bin\osqueryd\windows\stable\osqueryd.exe")),
        osqueryd
    );
    assert_eq!(secret(&host), ENROLL_SECRET);
    assert!(host.file(&format!(r"{ROOT}\osquery.flags")).is_empty());
}

#[test]
fn everything_that_can_be_asked_for_is_there() {
    let host = WineHost::fresh();
    let request = Request::msi().with_everything().with("osqueryd-channel", "5.20.0");
    install(&host, &package("1.58.0", &request), &[]);
    let tree = tree(&host);
    for path in [
        r"bin\desktop\windows\stable\fleet-desktop.exe",
        r"bin\osqueryd\windows\5.20.0\osqueryd.exe",
        "fleet.pem",
        "fleet_client.crt",
        "fleet_client.key",
        "update.pem",
    ] {
        assert!(tree.iter().any(|there| there == path), "{path}: {tree:#?}");
    }
    assert_eq!(host.file(&format!(r"{ROOT}\osquery.flags")), b"--verbose=true\n");
    let in_folder = |name: &str| Some(format!(r"{ROOT}\{name}"));
    assert_eq!(variable(&host, "ORBIT_FLEET_CERTIFICATE"), in_folder("fleet.pem"));
    assert_eq!(variable(&host, "ORBIT_UPDATE_TLS_CERTIFICATE"), in_folder("update.pem"));
    assert_eq!(variable(&host, "ORBIT_FLEET_DESKTOP").unwrap(), "True");
    assert_eq!(variable(&host, "ORBIT_END_USER_EMAIL").unwrap(), "somebody@example.com");
    assert_eq!(variable(&host, "ORBIT_OSQUERYD_CHANNEL").unwrap(), "5.20.0");
}

#[test]
fn the_service_runs_with_its_configuration_in_the_registry() {
    let host = WineHost::fresh();
    install(&host, &package("1.58.0", &Request::msi()), &[]);
    let service = host.service(SERVICE).unwrap();
    assert_eq!(service.state, State::Running);
    assert_eq!((service.start, service.kind), (2, 16));
    assert_eq!(service.account, "LocalSystem");
    assert_eq!(service.image_path, r"C:\Program Files\Orbit\bin\orbit\orbit.exe");
    assert_eq!(
        service.description,
        "This service runs Fleet's osquery runtime and autoupdater (Orbit)."
    );
    let log = r"C:\windows\system32\config\systemprofile\AppData\Local\FleetDM\Orbit\Logs\orbit-osquery.log";
    for (name, value) in [
        ("ORBIT_ROOT_DIR", r"C:\Program Files\Orbit\."),
        ("ORBIT_LOG_FILE", log),
        ("ORBIT_FLEET_URL", FLEET_URL),
        ("ORBIT_ENROLL_SECRET_PATH", r"C:\Program Files\Orbit\secret.txt"),
        ("ORBIT_ORBIT_CHANNEL", "stable"),
        ("ORBIT_OSQUERYD_CHANNEL", "stable"),
        ("ORBIT_DESKTOP_CHANNEL", "stable"),
        ("ORBIT_UPDATE_INTERVAL", "15m0s"),
        ("ORBIT_FLEET_DESKTOP", "False"),
        ("ORBIT_ENABLE_SCRIPTS", "False"),
    ] {
        assert_eq!(variable(&host, name).as_deref(), Some(value), "{name}");
    }
    // Every user can read it.
    let all = service.environment.join("\n");
    assert!(!all.contains(ENROLL_SECRET), "{all}");
    assert_eq!(variable(&host, "ORBIT_ENROLL_SECRET"), None);
}

#[test]
fn without_the_service_there_is_none() {
    let host = WineHost::fresh();
    install(&host, &package("1.58.0", &Request::msi().with("service", false)), &[]);
    assert_eq!(host.service(SERVICE), None);
    assert!(host.exists(&format!(r"{ROOT}\bin\orbit\orbit.exe")));
}

#[test]
fn it_is_among_the_programs_of_the_host() {
    let host = WineHost::fresh();
    install(&host, &package("1.58.0", &Request::msi()), &[]);
    let products = host.products();
    let [(_, product)] = &products[..] else {
        panic!("{products:?}")
    };
    assert_eq!(product, "Fleet osquery 1.58.0");
}
