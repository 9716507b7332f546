//! The way to the update repository: proxies, a private authority, a client certificate, bounds, a full disk.

use std::fs;
use std::process::{Command, Output};

use rustix::process::Signal;

use crate::support::{FLEET_URL, Place, SECRET, Service, stderr};
use crate::update_servers::{Asks, Authority, Proxy, serve_in_the_clear};

const PASSWORD: &str = "hunter2-of-the-proxy";
/// `operator:hunter2-of-the-proxy` in base64.
const CREDENTIALS: &str = "Basic b3BlcmF0b3I6aHVudGVyMi1vZi10aGUtcHJveHk=";

/// A sample repository, and the way there.
struct Way {
    place: Place,
    url: String,
    flags: Vec<String>,
}

impl Way {
    fn with(serve: impl FnOnce(&Place) -> (String, Vec<String>)) -> Self {
        let place = Place::new();
        place.repository();
        let (url, flags) = serve(&place);
        Self { place, url, flags }
    }

    /// Behind TLS, with an authority that the flags name.
    fn behind_tls(asks: Asks) -> (Self, Authority) {
        let authority = Authority::new();
        let way = Self::with(|place| {
            let port = authority.serve(&place.path("repository"), asks);
            let ca = place.path("ca.pem");
            fs::write(&ca, authority.pem()).unwrap();
            let flags = vec!["--update-tls-certificate".to_owned(), ca.display().to_string()];
            (format!("https://127.0.0.1:{port}"), flags)
        });
        (way, authority)
    }

    fn in_the_clear() -> Self {
        Self::with(|place| {
            let port = serve_in_the_clear(&place.path("repository"));
            (format!("http://127.0.0.1:{port}"), Vec::new())
        })
    }

    fn command(&self) -> Command {
        let root = self.place.path("repository/root.json").display().to_string();
        let mut arguments = vec!["package", "--type", "deb", "--fleet-url", FLEET_URL, "--verbose"];
        arguments.extend([
            "--enroll-secret",
            SECRET,
            "--update-url",
            &self.url,
            "--update-roots",
            &root,
        ]);
        arguments.extend(self.flags.iter().map(String::as_str));
        let mut command = self.place.packager(&arguments);
        command.env("PACKAGER_UPDATE_ATTEMPTS", "1");
        command
    }

    /// Builds a package here, with an empty cache and these variables.
    fn build(&self, variables: &[(&str, &str)]) -> Output {
        let _ = fs::remove_dir_all(self.place.path("home/.cache"));
        for file in self.place.work() {
            fs::remove_file(self.place.path("work").join(file)).unwrap();
        }
        let output = self.command().envs(variables.iter().copied()).output().unwrap();
        assert!(!stderr(&output).contains(PASSWORD), "{}", stderr(&output));
        output
    }
}

fn proxy_url(proxy: &Proxy) -> String {
    format!("http://operator:{PASSWORD}@127.0.0.1:{}", proxy.port)
}

#[test]
fn https_goes_through_the_proxys_tunnel() {
    let (way, _authority) = Way::behind_tls(Asks::Nobody);
    let address = way.url.strip_prefix("https://").unwrap().to_owned();
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let proxy = Proxy::start(false);
        let output = way.build(&[(variable, &proxy_url(&proxy))]);
        assert!(output.status.success(), "{variable}: {}", stderr(&output));
        let asked = proxy.asked();
        assert!(!asked.is_empty(), "{variable}");
        for asked in asked {
            let expected = (format!("CONNECT {address} HTTP/1.1"), Some(CREDENTIALS.to_owned()));
            assert_eq!(asked, expected, "{variable}");
        }
    }
}

#[test]
fn http_is_forwarded_by_the_proxy() {
    let way = Way::in_the_clear();
    for variable in ["HTTP_PROXY", "http_proxy"] {
        let proxy = Proxy::start(false);
        let output = way.build(&[(variable, &proxy_url(&proxy))]);
        assert!(output.status.success(), "{variable}: {}", stderr(&output));
        let expected = format!("GET {}/timestamp.json HTTP/1.1", way.url);
        let asked = proxy.asked();
        assert!(
            asked
                .iter()
                .any(|(line, credentials)| *line == expected && credentials.as_deref() == Some(CREDENTIALS)),
            "{variable}: {asked:?}"
        );
    }
}

#[test]
fn hosts_of_no_proxy_are_asked_directly() {
    let (way, _authority) = Way::behind_tls(Asks::Nobody);
    let proxy = Proxy::start(true);
    let url = proxy_url(&proxy);
    for (variable, value) in [("NO_PROXY", "127.0.0.1"), ("no_proxy", "example.com, 127.0.0.0/8")] {
        let output = way.build(&[("HTTPS_PROXY", &url), (variable, value)]);
        assert!(output.status.success(), "{variable}={value}: {}", stderr(&output));
    }
    assert!(proxy.asked().is_empty());
    let output = way.build(&[("HTTPS_PROXY", &url), ("NO_PROXY", "example.com")]);
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(proxy.asked().len(), 1, "one attempt");
}

#[test]
fn a_proxy_that_refuses_is_told_without_its_password() {
    let (way, _authority) = Way::behind_tls(Asks::Nobody);
    let proxy = Proxy::start(true);
    let nobody = "http://operator:hunter2-of-the-proxy@127.0.0.1:1".to_owned();
    for (url, text) in [(proxy_url(&proxy), "did not deliver"), (nobody, "did not deliver")] {
        let output = way.build(&[("HTTPS_PROXY", &url)]);
        assert_eq!(output.status.code(), Some(4));
        assert!(stderr(&output).contains(text), "{}", stderr(&output));
        assert!(!stderr(&output).contains(CREDENTIALS), "{}", stderr(&output));
    }
}

#[test]
fn a_service_goes_through_the_proxy_and_logs_no_password() {
    let (way, _authority) = Way::behind_tls(Asks::Nobody);
    let (place, proxy) = (&way.place, Proxy::start(false));
    let root = place.path("repository/root.json").display().to_string();
    let ca = place.path("ca.pem").display().to_string();
    let repository = [
        "--update-url",
        &way.url,
        "--update-roots",
        &root,
        "--update-tls-ca",
        &ca,
    ]
    .map(str::to_owned);
    let service = Service::start_on(
        place,
        &repository,
        &[("HTTPS_PROXY", &proxy_url(&proxy))],
        &["--log", "trace"],
    );
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
    let (_, log) = service.stop(Signal::TERM);
    assert!(!proxy.asked().is_empty());
    for secret in [PASSWORD, CREDENTIALS, "b3BlcmF0b3I6", SECRET] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret}: {line:?}");
    }
}

#[test]
fn a_private_authority_is_trusted_only_if_it_is_named() {
    let (mut way, _authority) = Way::behind_tls(Asks::Nobody);
    let output = way.build(&[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let other = way.place.path("other.pem");
    fs::write(&other, Authority::new().pem()).unwrap();
    let others = vec!["--update-tls-certificate".to_owned(), other.display().to_string()];
    for flags in [Vec::new(), others] {
        way.flags = flags;
        let output = way.build(&[]);
        assert_eq!(output.status.code(), Some(4));
        let log = stderr(&output);
        assert!(log.contains("did not deliver") && log.contains("certificate"), "{log}");
    }
}

#[test]
fn a_server_that_asks_for_a_certificate_gets_it() {
    let (mut way, authority) = Way::behind_tls(Asks::ForACertificate);
    let output = way.build(&[]);
    assert_eq!(output.status.code(), Some(4));
    let log = stderr(&output);
    assert!(
        log.contains("did not deliver") && log.contains("CertificateRequired"),
        "{log}"
    );

    let identity = |authority: &Authority, way: &Way| {
        let identity = authority.issue("client");
        let (certificate, key) = (way.place.path("client.pem"), way.place.path("client.key"));
        fs::write(&certificate, identity.certificate).unwrap();
        fs::write(&key, identity.key).unwrap();
        [
            "--update-tls-client-certificate".to_owned(),
            certificate.display().to_string(),
            "--update-tls-client-key".to_owned(),
            key.display().to_string(),
        ]
    };
    way.flags.extend(identity(&authority, &way));
    let output = way.build(&[]);
    assert!(output.status.success(), "{}", stderr(&output));
    // One of another authority does not help.
    identity(&Authority::new(), &way);
    let output = way.build(&[]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("did not deliver"), "{}", stderr(&output));
}

#[test]
fn bounds_on_the_repository_are_settings() {
    let way = Way::in_the_clear();
    let length = fs::metadata(way.place.path("repository/targets.json")).unwrap().len();
    assert!(length > 512, "{length}");
    for (limit, works) in [(length, true), (length - 1, false)] {
        let output = way.build(&[("PACKAGER_UPDATE_TARGETS_LIMIT", &limit.to_string())]);
        assert_eq!(output.status.success(), works, "{}", stderr(&output));
        assert_eq!(
            stderr(&output).contains("its length is wrong"),
            !works,
            "{}",
            stderr(&output)
        );
    }
    let output = way.build(&[("PACKAGER_UPDATE_TARGETS_LIMIT", "much")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("PACKAGER_UPDATE_TARGETS_LIMIT"),
        "{}",
        stderr(&output)
    );
}

/// Runs the rest of its arguments with a disk of one megabyte at the first, and lists what is temporary there.
const ON_A_SMALL_DISK: &str = r#"
    PATH=/usr/sbin:/usr/bin:/sbin:/bin
    mount -t tmpfs -o size=1m,mode=700 tmpfs "$0" || exit 99
    "$@"
    code=$?
    find "$0" -name '.tmp*' -exec echo left: {} + >&2
    exit $code
"#;

#[test]
fn a_full_disk_is_told_and_leaves_nothing() {
    let place = Place::new();
    let flags = place.repository_of(&vec![7; 3 << 20]);
    let cache = place.path("cache");
    fs::create_dir(&cache).unwrap();
    let cache = cache.display().to_string();
    let mut arguments = vec![
        "package",
        "--type",
        "deb",
        "--fleet-url",
        FLEET_URL,
        "--enroll-secret",
        SECRET,
    ];
    arguments.extend(["--cache-dir", &cache]);
    arguments.extend(flags.iter().map(String::as_str));
    let here = place.packager(&arguments);
    let mut command = Command::new("/usr/bin/unshare");
    command.args(["--mount", "--map-root-user", "/bin/sh", "-c", ON_A_SMALL_DISK, &cache]);
    command.arg(here.get_program()).args(here.get_args());
    let output = command
        .env_clear()
        .env("TMPDIR", place.path("tmp"))
        .current_dir(place.path("work"))
        .output()
        .unwrap();
    let log = stderr(&output);
    assert_eq!(output.status.code(), Some(9), "{log}");
    assert!(log.contains("the disk is full"), "{log}");
    assert!(!log.contains("left:"), "{log}");
    assert!(place.work().is_empty());
}
