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
