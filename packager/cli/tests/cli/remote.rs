use rustix::process::Signal;

use crate::support::{FLEET_URL, Place, SECRET, Service, holds, mode, stderr, stdout};

#[test]
fn a_service_builds_the_package_and_keeps_the_secret() {
    let place = Place::new();
    let service = Service::start(&place, &[]);
    let output = place.run(&[
        "package",
        "--type",
        "deb",
        "--fleet-url",
        FLEET_URL,
        "--enroll-secret",
        SECRET,
        "--remote",
        &service.url,
        "--verify",
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output), "fleet-osquery_1.58.0_amd64.deb\n");
    assert_eq!(place.work(), ["fleet-osquery_1.58.0_amd64.deb"]);
    assert_eq!(mode(&place.path("work/fleet-osquery_1.58.0_amd64.deb")), 0o600);
    assert!(!place.path("home/.cache").exists());
    let (code, log) = service.stop(Signal::TERM);
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains(SECRET) && !stderr(&output).contains(SECRET));
    assert!(!holds(&place.path("data"), SECRET) && !holds(&place.path("tmp"), SECRET));
}

#[test]
fn what_the_service_refuses_is_told() {
    let place = Place::new();
    let service = Service::start(&place, &["--body-limit", "16KiB"]);
    let flags = place.path("flags").display().to_string();
    std::fs::write(&flags, "--verbose=true\n".repeat(2000)).unwrap();
    let ask = |more: &[&str]| {
        let all = [
            "package",
            "--fleet-url",
            FLEET_URL,
            "--enroll-secret",
            SECRET,
            "--remote",
            &service.url,
        ];
        place.run(&[&all[..], more].concat())
    };
    for (more, code, text) in [
        // Longer than the service takes.
        (
            &["--type", "deb", "--osquery-flagfile", &flags][..],
            3,
            "the service refused",
        ),
        (&["--type", "deb", "--orbit-channel", "beta"], 4, "the build failed"),
        (
            &["--type", "deb", "--update-roots", "{}"],
            2,
            "--update-roots cannot be used with --remote",
        ),
    ] {
        let output = ask(more);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(
            stderr(&output).contains(text) && !stderr(&output).contains(SECRET),
            "{}",
            stderr(&output)
        );
    }
    assert!(place.work().is_empty());
}
