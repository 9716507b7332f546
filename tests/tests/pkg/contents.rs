//! What the package brings: every path of section 3.5 with its type, mode, owner and target, and no other.

use std::fs;
use std::process::Command;

use packager_tests::agent::{AgentFixture, sha512};
use packager_tests::listing::{Listing, assert_same};
use packager_tests::pkg::{ALWAYS, CERTIFICATES, DESKTOP, UnpackedPkg, build_pkg};
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;
use packager_tests::request::{ENROLL_SECRET, Identity, Request};

/// Everything that `fleetctl package` allows for a pkg.
pub(crate) fn everything() -> Request {
    let (server, client) = (Identity::of("fleet.example.com"), Identity::of("client"));
    Request::pkg()
        .with("fleet-desktop", true)
        .with("fleet-desktop-alternative-browser-host", "desktop.example.com:8443")
        .with("osquery-flagfile", "--verbose=true\n")
        .with("fleet-certificate", server.certificate.as_str())
        .with("update-tls-certificate", server.certificate)
        .with("fleet-tls-client-certificate", client.certificate)
        .with("fleet-tls-client-key", client.key)
        .with("disable-updates", true)
        .with("debug", true)
        .with("enable-scripts", true)
        .with("disable-keystore", true)
        .with("host-identifier", "instance")
        .with("osquery-db", "/var/osquery/db")
        .with("update-interval", "1h")
        .with("update-url", "https://updates.example.com")
}

fn unpacked(request: &Request) -> UnpackedPkg {
    UnpackedPkg::of(&build_pkg(request, &AgentFixture::scripts("1.58.0")))
}

fn assert_brings(request: &Request, expected: &str) {
    assert_same(&Listing::of_pkg(&unpacked(request)), &Listing::table(expected));
}

#[test]
fn the_status_says_what_it_is() {
    let status = Producer::of(&AgentFixture::scripts("1.58.0")).status(&Request::pkg());
    assert_eq!(status["signed"], false, "{status}");
    assert_eq!(status["file_name"], "fleet-osquery.pkg");
    assert_eq!(status["versions"]["osqueryd"], "1.58.0");
}

#[test]
fn what_is_required() {
    assert_brings(&Request::pkg(), ALWAYS);
}

#[test]
fn everything_that_there_is() {
    assert_brings(&everything(), &[ALWAYS, DESKTOP, CERTIFICATES].concat());
}

#[test]
fn other_channels_without_a_service() {
    let request = Request::pkg()
        .with("orbit-channel", "edge")
        .with("osqueryd-channel", "5.20")
        .with("service", false);
    let expected = ALWAYS
        .replace("/orbit/macos/stable", "/orbit/macos/edge")
        .replace("/osqueryd/macos-app/stable", "/osqueryd/macos-app/5.20")
        .replace("    f 0644 0:80 /Library/LaunchDaemons/com.fleetdm.orbit.plist\n", "");
    assert_brings(&request, &expected);
}

/// Byte for byte what the update repository has and what was asked for; GNU tar decides what is in a bundle.
#[test]
fn files_hold_what_they_should() {
    let agent = AgentFixture::scripts("1.58.0");
    let pkg = UnpackedPkg::of(&build_pkg(&everything(), &agent));
    let root = pkg.payload().join("opt/orbit");
    assert!(fs::read(root.join("bin/orbit/macos/stable/orbit")).unwrap() == agent.orbit());
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    assert_eq!(read("secret.txt"), ENROLL_SECRET);
    assert_eq!(read("osquery.flags"), "--verbose=true\n");
    for (archive, folder, name) in [
        (
            agent.osquery_app(),
            "bin/osqueryd/macos-app/stable",
            "osqueryd.app.tar.gz.sha512",
        ),
        (
            agent.desktop_app(),
            "bin/desktop/macos/stable",
            "desktop.app.tar.gz.sha512",
        ),
    ] {
        assert_eq!(read(&format!("{folder}/{name}")), sha512(&archive));
        let wanted = tempfile::tempdir().unwrap();
        fs::write(wanted.path().join("bundle.tar.gz"), &archive).unwrap();
        let script = r#"
            mkdir "$1/wanted"
            tar --extract --gzip --file "$1/bundle.tar.gz" --directory "$1/wanted"
            diff --recursive --no-dereference --exclude '*.sha512' "$1/wanted" "$2"
        "#;
        let mut sh = Command::new("sh");
        sh.args(["-euc", script, "sh"])
            .arg(wanted.path())
            .arg(root.join(folder));
        let _ = Ran::new(sh).expect_success();
    }
}

/// The texts that Installer reads, by an XML parser that is not ours.
#[test]
fn installer_is_told_what_it_needs() {
    let pkg = unpacked(&Request::pkg());
    let script = r#"
import sys, xml.etree.ElementTree as tree
info = tree.parse(sys.argv[1] + "/base.pkg/PackageInfo").getroot()
print(info.tag, *[info.get(key) for key in ("format-version", "identifier", "version", "install-location", "auth")])
print(info.find("payload").get("numberOfFiles"), [child.tag + child.get("file") for child in info.find("scripts")])
print(int(info.find("payload").get("installKBytes")) > 0, info.find("bundle"))
text = tree.parse(sys.argv[1] + "/Distribution").getroot()
print(text.find("title").text, sorted(text.find("options").items()))
print([(ref.get("id"), ref.text.strip()) for ref in text.findall("pkg-ref") if ref.get("version") == "1.58.0"])
"#;
    let mut python = Command::new("python3");
    python.args(["-c", script]).arg(pkg.folder());
    // And the root.
    let files = Listing::table(ALWAYS).len() + 1;
    assert_eq!(
        Ran::new(python).expect_success(),
        format!(
            "pkg-info 2 com.fleetdm.orbit.base.pkg 1.58.0 / root\n\
             {files} ['postinstall./postinstall']\n\
             True None\n\
             Fleet osquery [('allow-external-scripts', 'false'), ('customize', 'never'), \
             ('hostArchitectures', 'arm64,x86_64'), ('require-scripts', 'false')]\n\
             [('com.fleetdm.orbit.base.pkg', '#base.pkg')]\n"
        )
    );
}
