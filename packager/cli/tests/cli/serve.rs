use rustix::process::Signal;

use crate::support::{Place, Service, stderr, stdout};

#[test]
fn it_serves_until_it_is_told_to_stop() {
    for signal in [Signal::TERM, Signal::INT] {
        let place = Place::new();
        let service = Service::start(&place, &[]);
        let url = service.url.clone();
        let healthy = place.run(&["healthcheck", "--url", &url]);
        assert_eq!(
            (healthy.status.code(), stdout(&healthy)),
            (Some(0), "ok\n"),
            "{}",
            stderr(&healthy)
        );
        let (code, log) = service.stop(signal);
        assert_eq!(code, Some(0), "{log}");
    }
}

#[test]
fn healthcheck_finds_the_configured_listener() {
    let place = Place::new();
    let service = Service::start(&place, &[]);
    let address = service.url.trim_start_matches("http://");
    let mut command = place.packager(&["healthcheck", "--admin-listen", "off"]);
    let output = command.env("PACKAGER_LISTEN", address).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn what_it_cannot_start_with_is_said() {
    let place = Place::new();
    for (arguments, code, text) in [
        (&["serve", "--queue", "many"][..], 1, "--queue"),
        (&["serve", "--update-url", "https://tuf.example.com"], 1, "root"),
        (&["serve", "--no-such-flag"], 2, "--no-such-flag"),
        (&["serve", "--config", "/nonexistent"], 1, "/nonexistent"),
    ] {
        let output = place.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(
            stderr(&output).contains(text) && output.stdout.is_empty(),
            "{}",
            stderr(&output)
        );
    }
}
