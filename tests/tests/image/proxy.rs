//! docker/Caddyfile: Debian's Caddy, before the service in a container. Both are alone in a network, in which addresses of
//! 127.0.0.0/8 are those of clients.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use packager_tests::agent::{AgentFixture, Archive};
use packager_tests::container::Container;
use packager_tests::engine::Engine;
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;
use packager_tests::request::{ENROLL_SECRET, FLEET_URL};
use serde_json::Value;

use crate::run::repository_flags;

/// What no compressor makes smaller.
const LARGE: usize = 48 << 20;
/// How much memory more Caddy may take while that passes through it.
const MOST_MEMORY_KIB: u64 = 24 << 10;

/// A proxy before a service.
struct Site {
    container: Container,
    folder: PathBuf,
}

impl Site {
    fn start(name: &str, agent: &AgentFixture) -> Self {
        let flags = repository_flags(&Producer::of(agent));
        let mut arguments = vec![
            "--env=PACKAGER_PUBLIC_URL=https://localhost",
            "--env=PACKAGER_TRUSTED_PROXIES=127.0.0.1",
            "--env=PACKAGER_RATE_CREATE=2/h",
            "--env=PACKAGER_PREPARE=off",
        ];
        arguments.extend(flags.iter().map(String::as_str));
        let container = Container::run(name, &arguments);

        let folder = Engine::shared().folder();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docker/Caddyfile");
        let flags = ["run", "--adapter", "caddyfile", "--config", file.to_str().unwrap()];
        let mut caddy = container.beside("caddy", &flags);
        caddy
            .env("DOMAIN", "localhost")
            .env("UPSTREAM", "127.0.0.1:8080")
            .env("HOME", &folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut log = BufReader::new(caddy.spawn().unwrap().stderr.take().unwrap()).lines();
        let mut said = String::new();
        for awaited in ["serving initial configuration", "certificate obtained successfully"] {
            while !said.contains(awaited) {
                let line = log.next().unwrap_or_else(|| panic!("Caddy did not start: {said}"));
                said.push_str(&line.unwrap());
            }
        }
        std::thread::spawn(move || log.map_while(Result::ok).for_each(drop));
        Self { container, folder }
    }

    /// The certificate of Caddy's own authority.
    fn authority(&self) -> String {
        let path = self.folder.join(".local/share/caddy/pki/authorities/local/root.crt");
        path.to_str().unwrap().to_owned()
    }

    /// `curl` from an address, to the proxy unless the URL says otherwise.
    fn curl(&self, from: &str, arguments: &[&str]) -> Ran {
        let flags = [
            "--silent",
            "--show-error",
            "--interface",
            from,
            "--cacert",
            &self.authority(),
        ];
        Ran::new(self.container.beside("curl", &[&flags[..], arguments].concat()))
    }

    /// The status of a request for a deb from an address, with a header.
    fn create(&self, url: &str, from: &str, header: &str) -> String {
        let body = format!(r#"{{"type": "deb", "fleet_url": "{FLEET_URL}", "enroll_secret": "{ENROLL_SECRET}"}}"#);
        let flags = ["--output", "/dev/null", "--write-out", "%{http_code}", "--data", &body];
        let headers = ["--header", "content-type: application/json", "--header", header, url];
        self.curl(from, &[&flags[..], &headers].concat()).expect_success()
    }

    /// Makes a package through the proxy with the command, and returns its path.
    fn package(&self, package_type: &str) -> PathBuf {
        let (secret, outfile) = (
            self.folder.join("secret"),
            self.folder.join(format!("made.{package_type}")),
        );
        fs::write(&secret, ENROLL_SECRET).unwrap();
        let flags = ["--type", package_type, "--fleet-url", FLEET_URL, "--enroll-secret-file"];
        let arguments = [&flags[..], &[secret.to_str().unwrap()]].concat();
        let mut package = self.container.package("https://localhost", &arguments, &outfile);
        package.env("SSL_CERT_FILE", self.authority());
        let _ = Ran::new(package).expect_success();
        outfile
    }

    /// The most memory that Caddy has taken.
    fn memory_kib(&self) -> u64 {
        let script = r#"
            for process in $(pgrep --exact caddy); do
              if test "/proc/$process/ns/net" -ef "/proc/$1/ns/net"; then
                sed -n 's/^VmHWM:\s*\([0-9]*\) kB$/\1/p' "/proc/$process/status"
              fi
            done
        "#;
        let service = self.container.inspect("{{.State.Pid}}");
        let arguments = ["-euc", script, "sh", &service];
        let said = Ran::new(Engine::shared().command("/bin/sh", &arguments)).expect_success();
        said.trim().parse().unwrap()
    }
}

const CREATE: &str = "https://localhost/create";

/// The service counts two an hour from each address.
#[test]
fn clients_are_told_apart_by_their_addresses_and_not_by_what_they_say() {
    let site = Site::start("addresses", &AgentFixture::scripts("1.58.0"));
    let nothing = "x-nothing: 1";
    for expected in ["200", "200", "429"] {
        assert_eq!(site.create(CREATE, "127.0.0.5", nothing), expected);
    }
    assert_eq!(site.create(CREATE, "127.0.0.6", nothing), "200");
    for header in [
        "x-forwarded-for: 192.0.2.1",
        "x-forwarded-for: 192.0.2.1, 127.0.0.1",
        "forwarded: for=192.0.2.2",
        "forwarded: for=192.0.2.3;proto=https",
        "x-real-ip: 192.0.2.4",
    ] {
        assert_eq!(site.create(CREATE, "127.0.0.5", header), "429", "{header}");
    }
    // From the proxy's own address they would have been believed.
    for header in ["x-forwarded-for: 192.0.2.1", "forwarded: for=192.0.2.2"] {
        let created = site.create("http://127.0.0.1:8080/create", "127.0.0.1", header);
        assert_eq!(created, "200", "{header}");
    }
}

#[test]
fn large_packages_pass_as_they_come() {
    let mut archive = Archive::new();
    archive.file("osquery.app/Contents/MacOS/osqueryd", 0o755, &incompressible(LARGE));
    let agent = AgentFixture::scripts("1.58.0").with_osquery_app(archive.finish());
    let site = Site::start("large", &agent);
    let before = site.memory_kib();
    let package = site.package("pkg");
    assert!(fs::metadata(&package).unwrap().len() > LARGE as u64);
    let after = site.memory_kib();
    assert!(after < before + MOST_MEMORY_KIB, "{before} KiB, then {after} KiB");
    // Nor is it kept on the disk.
    let kept = Ran::new(Engine::shared().command(
        "du",
        &["--summarize", "--bytes", site.folder.join(".local").to_str().unwrap()],
    ));
    let kept: u64 = kept
        .expect_success()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(kept < 1 << 20, "{kept}");
}

#[test]
fn what_the_service_answers_arrives_unchanged() {
    let site = Site::start("unchanged", &AgentFixture::scripts("1.58.0"));
    let package = fs::read(site.package("deb")).unwrap();
    let body = format!(r#"{{"type": "deb", "fleet_url": "{FLEET_URL}", "enroll_secret": "{ENROLL_SECRET}"}}"#);
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_str(&site.curl("127.0.0.7", arguments).expect_success()).unwrap()
    };
    let created = json(&["--header", "content-type: application/json", "--data", &body, CREATE]);
    let id = created["package_id"].as_str().unwrap();
    let status = json(&[&format!("https://localhost/status?package_id={id}")]);
    let url = status["download_url"].as_str().unwrap();
    assert!(url.starts_with("https://localhost/download/"), "{status}");

    let part = site.folder.join("part");
    let flags = ["--range", "10-1009", "--compressed", "--dump-header", "-", "--output"];
    let headers = site.curl("127.0.0.7", &[&flags[..], &[part.to_str().unwrap(), url]].concat());
    let headers = headers.expect_success().to_lowercase();
    assert!(fs::read(part).unwrap() == package[10..1010]);
    for header in [
        "http/2 206".to_owned(),
        format!("content-range: bytes 10-1009/{}", package.len()),
        "content-length: 1000".to_owned(),
        "cache-control: no-store".to_owned(),
        "x-content-type-options: nosniff".to_owned(),
        "strict-transport-security: max-age=31536000".to_owned(),
        format!("x-checksum-sha256: {}", status["sha256"].as_str().unwrap()),
    ] {
        assert!(headers.contains(&header), "{header}: {headers}");
    }
    assert!(!headers.contains("content-encoding"), "{headers}");

    let code = |arguments: &[&str]| {
        let flags = ["--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}"];
        site.curl("127.0.0.7", &[&flags[..], arguments].concat())
            .expect_success()
    };
    assert_eq!(code(&["http://localhost/"]), "308 https://localhost/");
    assert_eq!(code(&["https://localhost/metrics"]), "404 ");
}

/// Bytes of a generator (xorshift64, Marsaglia 2003).
fn incompressible(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes
}
