//! The command where the service speaks TLS itself.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustix::process::{Pid, Signal, kill_process};

use crate::memory::assert_none_left;
use crate::support::{Place, Service, only_package, stderr, stdout};

const SECRET: &str = "marked-Tw6cYe4R1m-secret";
const HOST: &str = "marked-tlsh0st.example";

/// Makes certificate and key for `localhost` in the place, and returns the certificate.
fn make_pair(place: &Place, expires: i32) -> String {
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(expires, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap().pem();
    let path = place.path("key.pem");
    fs::write(&path, key.serialize_pem()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(place.path("chain.pem"), &certificate).unwrap();
    certificate
}

/// The flags that name the pair.
fn flags(place: &Place) -> [String; 4] {
    [
        "--tls-certificate".to_owned(),
        place.path("chain.pem").display().to_string(),
        "--tls-key".to_owned(),
        format!("file:{}", place.path("key.pem").display()),
    ]
}

fn start(place: &Place, more: &[&str]) -> Service {
    let flags = flags(place);
    let all: Vec<&str> = flags.iter().map(String::as_str).chain(more.iter().copied()).collect();
    Service::start(place, &all)
}

/// curl, which trusts the certificate in `authority` alone.
fn curl(place: &Place, authority: &str, arguments: &[&str]) -> Output {
    let path = place.path("authority.pem");
    fs::write(&path, authority).unwrap();
    Command::new("curl")
        .args(["--silent", "--show-error", "--noproxy", "*", "--cacert"])
        .arg(path)
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn a_signal_has_the_certificate_read_anew() {
    let place = Place::new();
    let first = make_pair(&place, 2040);
    let service = start(&place, &[]);
    let health = format!("{}/healthz", service.url);
    assert!(curl(&place, &first, &[&health]).status.success());
    let second = make_pair(&place, 2041);
    assert!(!curl(&place, &second, &[&health]).status.success());
    let pid = Pid::from_raw(i32::try_from(service.pid()).unwrap()).unwrap();
    kill_process(pid, Signal::HUP).unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while !curl(&place, &second, &[&health]).status.success() {
        assert!(Instant::now() < deadline, "the certificate is not renewed");
    }
    let (code, log) = service.stop(Signal::TERM);
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("2041-01-01T00:00:00Z"), "{log}");
}

#[test]
fn a_signal_without_a_certificate_ends_nothing() {
    let place = Place::new();
    let service = Service::start(&place, &[]);
    let pid = Pid::from_raw(i32::try_from(service.pid()).unwrap()).unwrap();
    kill_process(pid, Signal::HUP).unwrap();
    let healthy = place.run(&["healthcheck", "--url", &service.url]);
    assert!(healthy.status.success(), "{}", stderr(&healthy));
    let (code, log) = service.stop(Signal::TERM);
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("none is set"), "{log}");
}

#[test]
fn healthcheck_asks_over_tls_whatever_the_certificate_says() {
    let place = Place::new();
    // Expired, and for another name than the address that is asked.
    make_pair(&place, 2021);
    let service = start(&place, &[]);
    assert!(
        service.started_with().contains("it expired at 2021"),
        "{}",
        service.started_with()
    );
    let address = service.url.replace("https://localhost", "127.0.0.1");
    let own = |listen: &str, admin: &str| {
        place
            .packager(&["healthcheck", "--ready"])
            .env("PACKAGER_LISTEN", listen)
            .env("PACKAGER_ADMIN_LISTEN", admin)
            .env("PACKAGER_TLS_CERTIFICATE", place.path("chain.pem"))
            .env("PACKAGER_TLS_KEY", format!("file:{}", place.path("key.pem").display()))
            .output()
            .unwrap()
    };
    let healthy = own(&address, "off");
    assert_eq!(stdout(&healthy), "ok\n", "{}", stderr(&healthy));
    // A URL that is given is believed no further than any other.
    let given = place.run(&["healthcheck", "--url", &service.url]);
    assert_eq!(given.status.code(), Some(1));
    assert!(stderr(&given).contains("certificate"), "{}", stderr(&given));
    let (code, _) = service.stop(Signal::TERM);
    assert_eq!(code, Some(0));
    assert_eq!(own(&address, "off").status.code(), Some(1), "nobody answers");
}

#[test]
fn healthcheck_asks_the_admin_listener_in_the_clear() {
    let place = Place::new();
    make_pair(&place, 2040);
    // Given twice, the last one counts for neither: the helper turns it off, so it is asked for by a variable.
    let repository = place.repository();
    let mut arguments = vec!["serve".to_owned(), "--listen".to_owned(), "127.0.0.1:0".to_owned()];
    arguments.extend(["--admin-listen".to_owned(), "127.0.0.1:0".to_owned()]);
    arguments.extend(["--data-dir".to_owned(), place.path("data").display().to_string()]);
    arguments.extend(repository);
    arguments.extend(flags(&place));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut child = place
        .packager(&arguments)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    let admin = loop {
        let event: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        if event["message"] == "listening for the operator" {
            break event["address"].as_str().unwrap().to_owned();
        }
    };
    let mut command = place.packager(&["healthcheck", "--admin-listen", &admin]);
    let healthy = command.args(flags(&place)).output().unwrap();
    crate::support::send(&child, Signal::TERM);
    for _ in lines {}
    child.wait().unwrap();
    assert_eq!(stdout(&healthy), "ok\n", "{}", stderr(&healthy));
}

#[test]
fn check_judges_the_pair() {
    let place = Place::new();
    let check = || {
        let flags = flags(&place);
        let all: Vec<&str> = ["config", "check"]
            .into_iter()
            .chain(flags.iter().map(String::as_str))
            .collect();
        place.run(&all)
    };
    make_pair(&place, 2040);
    let good = check();
    assert_eq!(stdout(&good), "the configuration is valid\n", "{}", stderr(&good));
    assert_eq!(stderr(&good), "");
    let other = make_pair(&place, 2021);
    let expired = check();
    assert!(expired.status.success() && stderr(&expired).contains("warning: tls_certificate: it expired at 2021"));
    fs::set_permissions(place.path("key.pem"), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(stderr(&check()).contains("warning: tls_key: "), "{}", stderr(&check()));
    make_pair(&place, 2040);
    fs::write(place.path("chain.pem"), other).unwrap();
    let wrong = check();
    assert_eq!(wrong.status.code(), Some(1));
    assert!(
        stderr(&wrong).contains("is not the one of tls_key"),
        "{}",
        stderr(&wrong)
    );
    fs::remove_file(place.path("key.pem")).unwrap();
    assert!(stderr(&check()).contains("tls_key"), "{}", stderr(&check()));
    let half = place.run(&["config", "check", "--tls-key", "file:/nowhere"]);
    assert_eq!(half.status.code(), Some(1));
    assert!(stderr(&half).contains("needs `tls_certificate`"), "{}", stderr(&half));
}

/// One package through its life, over TLS: asked for by the command, refused, downloaded and destroyed by curl.
fn a_life(place: &Place, service: &Service, authority: &str) {
    let url = format!("https://{HOST}");
    let chain = place.path("chain.pem").display().to_string();
    let asked = [
        "package",
        "--type",
        "deb",
        "--fleet-url",
        &url,
        "--enroll-secret",
        SECRET,
    ];
    let output = place.run(&[&asked[..], &["--remote", &service.url, "--remote-ca", &chain]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let body = format!(r#"{{"type":"deb","fleet_url":"{url}","enroll_secret":"{SECRET}","no_such_field":1}}"#);
    let create = format!("{}/create", service.url);
    let json = "content-type: application/json";
    let refused = curl(place, authority, &["--header", json, "--data", &body, &create]);
    assert!(stdout(&refused).contains("no_such_field"), "{}", stderr(&refused));
    let download = format!("{}/download/{}", service.url, only_package(place));
    let package = place.path("work/downloaded").display().to_string();
    let downloaded = curl(place, authority, &["--fail", "--output", &package, &download]);
    assert!(downloaded.status.success(), "{}", stderr(&downloaded));
    let bytes = fs::read(package).unwrap();
    assert!(memchr::memmem::find(&bytes, SECRET.as_bytes()).is_some());
    let destroyed = curl(place, authority, &["--fail", "--request", "DELETE", &download]);
    assert!(destroyed.status.success(), "{}", stderr(&destroyed));
}

#[test]
fn nothing_of_a_request_is_left_in_the_buffers_of_tls() {
    let place = Place::new();
    let certificate = make_pair(&place, 2040);
    let key = fs::read_to_string(place.path("key.pem")).unwrap();
    let service = start(&place, &[]);
    a_life(&place, &service, &certificate);
    let line = key.lines().nth(1).unwrap();
    assert_none_left(service.pid(), &[SECRET, HOST, line], "after the package was destroyed");
}

#[test]
fn no_secret_is_logged_at_any_level() {
    let place = Place::new();
    let certificate = make_pair(&place, 2040);
    let key = fs::read_to_string(place.path("key.pem")).unwrap();
    let service = start(&place, &["--log", "trace,rustls=trace,tokio_rustls=trace"]);
    a_life(&place, &service, &certificate);
    let plain = service.url.replace("https:", "http:");
    let refused = curl(
        &place,
        &certificate,
        &["--data", SECRET, &format!("{plain}/create?{SECRET}")],
    );
    assert!(stdout(&refused).contains("use https"), "{}", stderr(&refused));
    let (_, log) = service.stop(Signal::TERM);
    assert!(log.contains("\"rustls::"), "the library logs something: {log}");
    let private: Vec<&str> = key.lines().filter(|line| !line.starts_with('-')).collect();
    let leaks: Vec<&str> = log
        .lines()
        .filter(|line| {
            [&[SECRET, HOST][..], &private]
                .concat()
                .iter()
                .any(|private| line.contains(private))
        })
        .collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
}
