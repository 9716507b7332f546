//! docs/tls.md, word for word but for names, addresses and folders: its commands and its proxies.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::{FLEET_URL, Place, SECRET, Service, send, stderr, stdout};

/// The block of code that has this in it.
fn block(language: &str, marker: &str) -> String {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tls.md")).unwrap();
    let blocks = page.split("\n```").skip(1).step_by(2);
    let mut found = blocks.filter_map(|block| block.strip_prefix(&format!("{language}\n")));
    found.find(|block| block.contains(marker)).unwrap().to_owned()
}

/// Runs the commands of the page that make an authority, and a certificate for `localhost`, in `folder`.
fn make_pair(folder: &Path) {
    let commands = block("sh", "openssl x509 -req").replace("pkg.example.com", "localhost");
    let output = Command::new("bash")
        .args(["-euc", &commands])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

/// curl as a client at this address, which trusts the authority in `folder` alone.
fn curl(folder: &Path, client: &str, arguments: &[&str]) -> Output {
    Command::new("curl")
        .args([
            "--silent",
            "--show-error",
            "--noproxy",
            "*",
            "--interface",
            client,
            "--cacert",
        ])
        .arg(folder.join("ca.pem"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn an_authority_of_ones_own_and_its_certificate_are_good() {
    let place = Place::new();
    let folder = place.path("work");
    make_pair(&folder);
    let chain = folder.join("fullchain.pem").display().to_string();
    let key = format!("file:{}", folder.join("privkey.pem").display());
    let service = Service::start(&place, &["--tls-certificate", &chain, "--tls-key", &key]);
    assert!(!service.started_with().contains("WARN"), "{}", service.started_with());
    let healthy = curl(&folder, "127.0.0.1", &["--fail", &format!("{}/healthz", service.url)]);
    assert!(healthy.status.success(), "{}", stderr(&healthy));
}

#[test]
fn the_hook_of_certbot_puts_the_pair_where_the_service_reads_it() {
    let place = Place::new();
    let [lineage, folder] = ["lineage", "tls"].map(|name| place.path(name));
    for folder in [&lineage, &folder] {
        fs::create_dir(folder).unwrap();
    }
    let group = fs::metadata(&folder).unwrap().gid().to_string();
    let hook = block("sh", "RENEWED_LINEAGE")
        .replace("/etc/packager/tls", folder.to_str().unwrap())
        .replace("-g packager-tls", &format!("-g {group}"));
    let renew = || {
        make_pair(&lineage);
        let mut command = Command::new("sh");
        let output = command
            .args(["-c", &hook])
            .env("RENEWED_LINEAGE", &lineage)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
    };
    renew();
    let chain = folder.join("fullchain.pem").display().to_string();
    let key = format!("file:{}", folder.join("privkey.pem").display());
    let service = Service::start(&place, &["--tls-certificate", &chain, "--tls-key", &key]);
    let health = format!("{}/healthz", service.url);
    assert!(curl(&lineage, "127.0.0.1", &["--fail", &health]).status.success());
    renew();
    let pid = rustix::process::Pid::from_raw(i32::try_from(service.pid()).unwrap()).unwrap();
    rustix::process::kill_process(pid, Signal::HUP).unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while !curl(&lineage, "127.0.0.1", &["--fail", &health]).status.success() {
        assert!(Instant::now() < deadline, "the certificate is not renewed");
    }
}

/// A proxy, until this is dropped.
struct Proxy(Child, SocketAddr);

impl Drop for Proxy {
    fn drop(&mut self) {
        send(&self.0, Signal::TERM);
        let _ = self.0.wait();
    }
}

/// Starts a proxy that `command` makes for an address. The port is free when it is looked for; should somebody else take it
/// first, another is tried.
fn proxy(command: impl Fn(SocketAddr) -> Command) -> Proxy {
    for _ in 0..5 {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut child = command(address).stdin(Stdio::null()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while child.try_wait().unwrap().is_none() {
            if TcpStream::connect(address).is_ok() {
                return Proxy(child, address);
            }
            assert!(Instant::now() < deadline, "the proxy does not listen");
            std::thread::yield_now();
        }
    }
    panic!("the proxy does not start");
}

/// Clients behind a proxy: what they get, and who they are taken for.
fn assert_goes_through(place: &Place, start: impl Fn(&Service, SocketAddr) -> Command) {
    let folder = place.path("work");
    make_pair(&folder);
    let settings = [
        "--trusted-proxies",
        "127.0.0.1",
        "--rate-create",
        "1/h",
        "--rate-status",
        "off",
    ];
    let service = Service::start(place, &settings);
    let proxy = proxy(|address| start(&service, address));
    let base = format!("https://localhost:{}", proxy.1.port());

    let request = format!(r#"{{"type":"deb","fleet_url":"{FLEET_URL}","enroll_secret":"{SECRET}"}}"#);
    let create = |client: &str, more: &[&str]| {
        let json = [
            "--header",
            "content-type: application/json",
            "--data",
            &request,
            "--include",
        ];
        let url = format!("{base}/create");
        let output = curl(&folder, client, &[&json, more, &[&url]].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output).to_lowercase()
    };
    let created = create("127.0.0.2", &[]);
    assert!(created.contains("\"package_id\""), "{created}");
    assert_eq!(created.matches("strict-transport-security:").count(), 1, "{created}");
    // Whatever it says of itself, it has had its package for this hour.
    for claimed in ["forwarded: for=192.0.2.9", "x-forwarded-for: 192.0.2.9"] {
        let refused = create("127.0.0.2", &["--header", claimed]);
        assert!(refused.contains(" 429"), "{claimed}: {refused}");
    }
    let other = create("127.0.0.3", &[]);
    let id = other.split('"').find(|part| part.len() == 36).unwrap();
    let status = loop {
        let url = format!("{base}/status?package_id={id}");
        let output = curl(&folder, "127.0.0.2", &[&url]);
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        if status["status"] != "in-progress" {
            break status;
        }
    };
    assert_eq!(status["download_url"], format!("{base}/download/{id}"), "{status}");
    let package = folder.join("package").display().to_string();
    let url = status["download_url"].as_str().unwrap();
    let output = curl(&folder, "127.0.0.2", &["--fail", "--output", &package, url]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(fs::metadata(package).unwrap().len(), status["size"].as_u64().unwrap());
}

#[test]
fn nginx_stands_in_front() {
    let place = Place::new();
    let root = place.path("work");
    assert_goes_through(&place, |service, address| {
        let server = block("nginx", "proxy_pass")
            .replace("listen 443", &format!("listen {address}"))
            .replace("http://127.0.0.1:8080", &service.url)
            .replace("/etc/letsencrypt/live/pkg.example.com", root.to_str().unwrap());
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {}/{kind};\n", root.display()))
            .concat();
        let config = format!(
            "daemon off; master_process off; pid {}/pid; error_log stderr crit;\nevents {{}}\n\
             http {{ access_log off;\n{temporary}{server}}}\n",
            root.display()
        );
        fs::write(root.join("nginx.conf"), config).unwrap();
        let mut command = Command::new("/usr/sbin/nginx");
        command.arg("-p").arg(&root).arg("-c").arg(root.join("nginx.conf"));
        command
    });
}

#[test]
fn caddy_stands_in_front() {
    let place = Place::new();
    let root = place.path("work");
    assert_goes_through(&place, |service, address| {
        let (chain, key) = (root.join("fullchain.pem"), root.join("privkey.pem"));
        let own = format!(
            "https://localhost:{} {{\n\tbind 127.0.0.1\n\ttls {} {}\n",
            address.port(),
            chain.display(),
            key.display()
        );
        let site = block("caddyfile", "reverse_proxy")
            .replace("pkg.example.com {\n", &own)
            .replace("127.0.0.1:8080", service.url.trim_start_matches("http://"));
        let options = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n";
        fs::write(root.join("Caddyfile"), options.to_owned() + &site).unwrap();
        let mut command = Command::new("/usr/bin/caddy");
        command
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(root.join("Caddyfile"))
            .env("HOME", &root)
            .env("XDG_DATA_HOME", &root)
            .env("XDG_CONFIG_HOME", &root)
            .stderr(Stdio::null());
        command
    });
}
