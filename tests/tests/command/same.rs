//! `packager package`, which builds here, and the service give the same package: two builds of the same request and targets
//! are the same to the byte, wherever they are made, with every flag that both take. Packages for Windows are so but for the
//! two codes that no two of them may have in common.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use packager_tests::agent::AgentFixture;
use packager_tests::deb::Deb;
use packager_tests::producer::Producer;
use packager_tests::product;
use packager_tests::ran::Ran;
use packager_tests::request::{ENROLL_SECRET, FLEET_URL, Identity, Request};
use packager_tests::signing::Key;
use tempfile::TempDir;

/// A folder with what flags name, and with one for packages that are made here and one for those of a service.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (server, client) = (Identity::of("fleet.example.com"), Identity::of("client"));
        for (name, text) in [
            ("secret", ENROLL_SECRET),
            ("flags", "--verbose=true\n"),
            ("server.pem", &server.certificate),
            ("client.pem", &client.certificate),
            ("client.key", &client.key),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        for name in ["here", "there"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn package(&self, package_type: &str, to: &str, more: &[&str]) -> Ran {
        let (secret, outfile) = (self.path("secret"), self.path(&format!("{to}/made.{package_type}")));
        let required = [
            "package",
            "--type",
            package_type,
            "--fleet-url",
            FLEET_URL,
            "--enroll-secret-file",
            &secret,
            "--outfile",
            &outfile,
        ];
        let ran = Ran::new(product::command(&[&required[..], more].concat()));
        assert!(ran.succeeded(), "{ran}");
        assert_eq!(ran.stdout, format!("{outfile}\n"));
        ran
    }

    /// Makes a package here.
    fn here(&self, producer: &Producer, package_type: &str, more: &[&str]) -> Ran {
        let (cache, update_url) = (self.path("cache"), producer.update_url());
        let roots = producer.repository().join("root.json").display().to_string();
        let local = [
            "--update-url",
            &update_url,
            "--update-roots",
            &roots,
            "--cache-dir",
            &cache,
        ];
        self.package(package_type, "here", &[&local[..], more].concat())
    }

    /// Has a service make it.
    fn there(&self, producer: &Producer, package_type: &str, more: &[&str]) -> Ran {
        self.package(package_type, "there", &[&["--remote", producer.url()], more].concat())
    }

    /// What lies in one of the two folders, but for the codes that every msi has for itself.
    fn files(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(Path::new(&self.path(name))).unwrap();
        let file = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().unwrap();
            let content = fs::read(entry.path()).unwrap();
            let content = if name == "made.msi" {
                without_codes(content)
            } else {
                content
            };
            (name, content)
        };
        entries.map(|entry| file(entry.unwrap())).collect()
    }

    /// The package that lies in one is what the API gave another client.
    fn assert_is(&self, name: &str, package_type: &str, served: &Deb) {
        let made = fs::read(self.path(&format!("{name}/made.{package_type}"))).unwrap();
        if package_type == "msi" {
            assert!(without_codes(made) == without_codes(served.bytes()));
        } else {
            assert!(made == served.bytes());
        }
    }

    /// The names of what lies in both, which is the same.
    fn assert_same(&self) -> Vec<String> {
        let (here, there) = (self.files("here"), self.files("there"));
        assert_eq!(here.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>());
        for (name, content) in &here {
            assert!(there.get(name) == Some(content), "{name}");
        }
        here.into_keys().collect()
    }
}

/// An msi with zeros for its product code and its package code: Windows Installer takes packages that have them in common for
/// the same, and they cannot be made of what is in the package, for everybody can read them, and the secret is in it.
fn without_codes(mut msi: Vec<u8>) -> Vec<u8> {
    let mut package = msi::Package::open(Cursor::new(&msi)).unwrap();
    let package_code = package.summary_info().uuid().unwrap();
    let mut properties = package.select_rows(msi::Select::table("Property")).unwrap();
    let product_code = properties
        .find(|row| row["Property"].as_str() == Some("ProductCode"))
        .and_then(|row| row["Value"].as_str().map(str::to_owned))
        .unwrap();
    drop(properties);
    drop(package);
    for code in [format!("{{{package_code}}}").to_uppercase(), product_code] {
        let places: Vec<_> = (0..=msi.len() - code.len())
            .filter(|&place| msi[place..].starts_with(code.as_bytes()))
            .collect();
        assert_eq!(places.len(), 1, "{code}");
        msi[places[0]..][..code.len()].fill(0);
    }
    msi
}

fn agent() -> AgentFixture {
    AgentFixture::scripts("1.58.0")
}

/// Makes packages of a type both ways, and returns what the command said on standard error of the one that it made here.
fn assert_same(request: &Request, package_type: &str, options: &[&str]) -> String {
    let producer = Producer::of(&agent());
    let desk = Desk::new();
    // With nothing but what is required: the API, asked by another client, gives the same.
    let said = desk.here(&producer, package_type, options).stderr;
    let _ = desk.there(&producer, package_type, options);
    assert_eq!(desk.assert_same(), [format!("made.{package_type}")]);
    desk.assert_is("here", package_type, &producer.build(request));
    // With everything that does not exclude each other, and with what it excludes.
    for flags in [with_certificates(&desk, package_type), without(package_type)] {
        let flags: Vec<_> = flags.iter().map(String::as_str).collect();
        let _ = desk.here(&producer, package_type, &flags);
        let _ = desk.there(&producer, package_type, &flags);
        let _ = desk.assert_same();
    }
    // Where hosts update themselves from is told to a service alone: here the agent is fetched from it.
    let update_url = "https://tuf.example.com";
    let _ = desk.there(&producer, package_type, &["--update-url", update_url]);
    let request = request.clone().with("update-url", update_url);
    desk.assert_is("there", package_type, &producer.build(&request));
    said
}

/// Every flag of the type, but those that certificates exclude.
fn with_certificates(desk: &Desk, package_type: &str) -> Vec<String> {
    let mut flags = vec![
        "--fleet-desktop".to_owned(),
        "--debug".to_owned(),
        "--enable-scripts=true".to_owned(),
        "--disable-keystore".to_owned(),
        "--disable-updates".to_owned(),
        "--service=false".to_owned(),
    ];
    let mut put = |name: &str, value: &str| flags.extend([format!("--{name}"), value.to_owned()]);
    put("fleet-certificate", &desk.path("server.pem"));
    put("fleet-tls-client-certificate", &desk.path("client.pem"));
    put("fleet-tls-client-key", &desk.path("client.key"));
    put("update-tls-certificate", &desk.path("server.pem"));
    put("osquery-flagfile", &desk.path("flags"));
    put("fleet-desktop-alternative-browser-host", "fleet.example.com:8443");
    put("orbit-channel", "edge");
    put("osqueryd-channel", "5.20");
    put("desktop-channel", "beta_1");
    put("update-interval", "1h30m");
    put("host-identifier", "instance");
    let windows = package_type == "msi";
    put("osquery-db", if windows { r"C:\osquery.db" } else { "/var/osquery.db" });
    if package_type != "pkg" {
        put("arch", "arm64");
        put("end-user-email", "somebody@example.com");
        flags.extend(["--disable-setup-experience", "--bypass-end-user-auth"].map(str::to_owned));
    }
    flags
}

/// What certificates exclude, and what is accepted without effect.
fn without(package_type: &str) -> Vec<String> {
    let mut flags = vec!["--insecure", "--native-tooling", "--disable-open-folder", "--verbose"];
    match package_type {
        "pkg" => flags.push("--use-system-configuration"),
        "msi" => {}
        _ => flags.push("--fleet-managed-host-identity-certificate"),
    }
    flags.into_iter().map(str::to_owned).collect()
}

#[test]
fn debs() {
    let _ = assert_same(&Request::deb(), "deb", &[]);
}

#[test]
fn rpms() {
    let said = assert_same(&Request::rpm(), "rpm", &["--verify"]);
    assert!(said.contains("read by /usr/bin/rpm"), "{said}");
}

#[test]
fn arch_packages() {
    let _ = assert_same(&Request::arch(), "pkg.tar.zst", &[]);
}

#[test]
fn pkgs() {
    let said = assert_same(&Request::pkg(), "pkg", &["--verify"]);
    assert!(said.contains("read by /usr/bin/bsdtar"), "{said}");
}

#[test]
fn msis() {
    let said = assert_same(&Request::msi(), "msi", &["--verify"]);
    assert!(said.contains("read by /usr/bin/msiinfo"), "{said}");
}

#[test]
fn profiles() {
    let producer = Producer::of(&agent());
    let desk = Desk::new();
    let flags = ["--use-system-configuration", "--enable-scripts"];
    let _ = desk.here(&producer, "pkg", &flags);
    let _ = desk.there(&producer, "pkg", &flags);
    assert_eq!(desk.assert_same(), ["made.mobileconfig", "made.pkg"]);
    let request = Request::pkg()
        .with("use-system-configuration", true)
        .with("enable-scripts", true);
    let profile = fs::read(desk.path("there/made.mobileconfig")).unwrap();
    assert_eq!(Some(profile), producer.build(&request).profile());
}

#[test]
fn a_signature_that_lies_beside_the_package_comes_with_it() {
    let producer = Producer::signing(&agent(), Key::plain("ed25519.asc"));
    let desk = Desk::new();
    let _ = desk.there(&producer, "pkg.tar.zst", &[]);
    let files = desk.files("there");
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        ["made.pkg.tar.zst", "made.pkg.tar.zst.sig"]
    );
    let served = producer.build(&Request::arch());
    assert_eq!(files.get("made.pkg.tar.zst.sig"), served.signature().as_ref());
}
