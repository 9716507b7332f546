use std::io::{BufRead, BufReader};
use std::process::Stdio;

use rustix::process::Signal;

use crate::support::{Place, mode, names, send, stderr, stdout};

#[test]
fn once_builds_an_installer_of_each_kind_and_cleans_up() {
    let place = Place::new();
    let folder = place.path("installers");
    let output = place.run(&["demo", "--once", "--output", folder.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let installers = [
        "fleet-osquery-1.58.0-1-aarch64.pkg.tar.zst",
        "fleet-osquery-1.58.0-1-x86_64.pkg.tar.zst",
        "fleet-osquery-1.58.0-1.aarch64.rpm",
        "fleet-osquery-1.58.0-1.x86_64.rpm",
        "fleet-osquery-arm64.msi",
        "fleet-osquery.msi",
        "fleet-osquery.pkg",
        "fleet-osquery_1.58.0_amd64.deb",
        "fleet-osquery_1.58.0_arm64.deb",
    ];
    assert_eq!(names(&folder), [&installers[..], &["with-desktop"]].concat());
    assert_eq!(names(&folder.join("with-desktop")), installers);
    for installer in installers {
        assert_eq!(mode(&folder.join(installer)), 0o600);
    }
    for (package_type, kinds) in [("deb ", 4), ("rpm ", 4), ("pkg.tar.zst ", 4), ("msi ", 4), ("pkg ", 2)] {
        let output = stdout(&output);
        let rows = output.lines().filter(|line| line.starts_with(package_type)).count();
        assert_eq!(rows, kinds, "{output}");
    }
    assert!(names(&place.path("tmp")).is_empty());
}

#[test]
fn it_stays_up_until_it_is_interrupted() {
    let place = Place::new();
    let mut child = place
        .packager(&["demo"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let mut url = None;
    for line in lines {
        url = url.or_else(|| line.strip_prefix("service: ").map(str::to_owned));
        if line.starts_with("Ctrl-C") {
            break;
        }
    }
    let healthy = place.run(&["healthcheck", "--url", &url.unwrap()]);
    assert!(healthy.status.success(), "{}", stderr(&healthy));
    send(&child, Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_row_that_fails_fails_the_demonstration() {
    let place = Place::new();
    let blocked = place.path("a-file");
    std::fs::write(&blocked, "").unwrap();
    let output = place.run(&["demo", "--once", "--output", blocked.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("failed"), "{}", stdout(&output));
    assert!(stderr(&output).contains("installers failed"), "{}", stderr(&output));
}
