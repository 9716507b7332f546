use rustix::process::Signal;
use serde_json::Value;

use crate::support::{FLEET_URL, Place, SECRET, Service, only_package, stderr};

/// Standard error is no terminal here.
#[test]
fn the_log_of_a_service_is_json_and_names_no_secret() {
    let place = Place::new();
    let service = Service::start(&place, &[]);
    let asked = [
        "package",
        "--type",
        "deb",
        "--fleet-url",
        FLEET_URL,
        "--enroll-secret",
        SECRET,
    ];
    let output = place.run(&[&asked[..], &["--remote", &service.url]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let id = only_package(&place);
    let (_, log) = service.stop(Signal::TERM);

    let events: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for route in ["/create", "/status", "/download/{package_id}"] {
        let answered = events.iter().find(|event| event["route"] == route);
        let answered = answered.unwrap_or_else(|| panic!("{route}: {log}"));
        assert_eq!(
            (&answered["message"], &answered["status"]),
            (&"answered".into(), &200.into())
        );
        assert_eq!(answered["span"]["id"].as_str().map(str::len), Some(36), "{answered}");
    }
    for private in [SECRET, FLEET_URL, "fleet.example.com", &id] {
        assert!(!log.contains(private), "{private}: {log}");
    }
}

/// rPGP, left alone, logs what it reads of a key.
#[test]
fn no_level_brings_a_signing_key_into_the_log() {
    let place = Place::new();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/openpgp/ed25519.gpg");
    let key = format!("file:{path}");
    let service = Service::start(&place, &["--log", "trace,pgp=trace", "--signing-deb-key", &key]);
    let (_, log) = service.stop(Signal::TERM);
    assert!(log.contains(r#""level":"DEBUG""#), "{log}");
    // What is public is said: the key's fingerprint.
    let lines = log.lines().filter(|line| !line.contains("fingerprint"));
    let log = lines.collect::<String>().to_lowercase();
    for bytes in std::fs::read(path).unwrap().windows(8) {
        let hex = bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<Vec<_>>()
            .concat();
        assert!(!log.contains(&hex), "{hex}: {log}");
    }
}
