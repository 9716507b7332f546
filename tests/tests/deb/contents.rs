//! What the package carries: every path of section 3.4 with its type, mode, owner and target, and no other.

use std::fs;

use packager_tests::agent::AgentFixture;
use packager_tests::chroot::Chroot;
use packager_tests::deb::build_deb;
use packager_tests::host::Host;
use packager_tests::installers::everything;
pub use packager_tests::installers::{ALWAYS, DESKTOP};
use packager_tests::listing::Listing;
pub use packager_tests::listing::assert_same;
use packager_tests::producer::Producer;
use packager_tests::request::{Identity, Request};
use serde_json::Value;

fn assert_carries(request: &Request, expected: &str) {
    let host = Chroot::fresh();
    let deb = build_deb(request, &AgentFixture::scripts("1.58.0"));
    let found = Listing::of_deb(&host, &deb);
    assert_same(&found, &Listing::table(expected));
}

#[test]
fn amd64() {
    assert_carries(&Request::deb(), ALWAYS);
}

#[test]
fn amd64_with_fleet_desktop() {
    let request = Request::deb().with("fleet-desktop", true);
    assert_carries(&request, &[ALWAYS, DESKTOP].concat());
}

#[test]
fn arm64_of_other_channels_with_everything() {
    let (request, carried) = everything(Request::deb());
    assert_carries(&request, &carried);
}

#[test]
fn without_the_service_the_files_are_the_same() {
    assert_carries(&Request::deb().with("service", false), ALWAYS);
}

#[test]
fn files_hold_what_was_asked_for() {
    let (server, update, client) = (Identity::of("fleet"), Identity::of("updates"), Identity::of("client"));
    let flags = "# ours\n--verbose=true\n\n--disable_events\n";
    let request = Request::deb()
        .with("fleet-desktop", true)
        .with("osquery-flagfile", flags)
        .with("fleet-certificate", server.certificate.as_str())
        .with("update-tls-certificate", update.certificate.as_str())
        .with("fleet-tls-client-certificate", client.certificate.as_str())
        .with("fleet-tls-client-key", client.key.as_str());
    let agent = AgentFixture::scripts("1.58.0");
    let host = Chroot::fresh();
    host.install(&build_deb(&request, &agent));
    for (path, content) in [
        ("/opt/orbit/osquery.flags", flags),
        ("/opt/orbit/fleet.pem", &server.certificate),
        ("/opt/orbit/update.pem", &update.certificate),
        ("/opt/orbit/fleet_client.crt", &client.certificate),
        ("/opt/orbit/fleet_client.key", &client.key),
        (
            "/opt/orbit/bin/desktop/linux/stable/desktop.tar.gz.sha512",
            &agent.desktop_archive_sha512(),
        ),
        (
            "/opt/orbit/bin/desktop/linux/stable/fleet-desktop/resources/icon.txt",
            "icon\n",
        ),
        ("/usr/local/bin/orbit", &String::from_utf8_lossy(agent.orbit())),
    ] {
        assert_eq!(host.read(path).trim_end(), content.trim_end(), "{path}");
    }
    let roots = host.read("/opt/orbit/certs.pem");
    assert!(roots.matches("-----BEGIN CERTIFICATE-----").count() > 100);
}

/// The file of the update repository's metadata: installers.md, section 4.
#[test]
fn the_metadata_is_what_the_repository_served() {
    let agent = AgentFixture::scripts("1.58.0");
    let host = Chroot::fresh();
    host.install(&build_deb(&Request::deb(), &agent));
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let repository = Producer::of(&agent).repository();
    for path in ["/opt/orbit/updates-metadata.json", "/opt/orbit/tuf-metadata.json"] {
        let found = host.read(path);
        let lines: Vec<&str> = found.split('\n').collect();
        assert!(lines.len() == 2 && lines[1].is_empty(), "{found}");
        let found = json(&found);
        assert_eq!(found.as_object().unwrap().len(), 4);
        for file in ["root.json", "timestamp.json", "snapshot.json", "targets.json"] {
            assert_eq!(
                found[file],
                json(&fs::read_to_string(repository.join(file)).unwrap()),
                "{file}"
            );
        }
    }
}

#[test]
fn without_a_flagfile_there_is_an_empty_one() {
    let host = Chroot::fresh();
    host.install(&build_deb(&Request::deb(), &AgentFixture::scripts("1.58.0")));
    assert_eq!(host.read("/opt/orbit/osquery.flags"), "");
}

#[test]
fn the_control_file_says_what_installers_say() {
    let host = Chroot::fresh();
    for arch in ["amd64", "arm64"] {
        let deb = build_deb(&Request::deb().with("arch", arch), &AgentFixture::scripts("1.58.0"));
        assert_eq!(deb.file_name(), format!("fleet-osquery_1.58.0_{arch}.deb"));
        let field = |name: &str| {
            let value = host.sh(r#"dpkg-deb --field "$1" "$2""#, &[&host.put(&deb), name]);
            value.trim_end().to_owned()
        };
        assert_eq!(field("Package"), "fleet-osquery");
        assert_eq!(field("Version"), "1.58.0");
        assert_eq!(field("Architecture"), arch);
        assert!(field("Maintainer").starts_with("Fleet Device Management"));
        assert!(field("Description").starts_with("Fleet osquery -- runtime and autoupdater"));
    }
}
