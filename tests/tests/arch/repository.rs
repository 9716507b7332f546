//! A repository of one's own, with the commands of docs/arch.md.

use std::fs;
use std::process::Command;
use std::time::{Duration, SystemTime};

use packager_tests::agent::AgentFixture;
use packager_tests::arch::ArchHost;
use packager_tests::docs::commands_of;
use packager_tests::host::Host;
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;
use packager_tests::request::Request;
use packager_tests::signing::Key;

const KEY: Key = Key::plain("ed25519.asc");
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn a_host_installs_and_upgrades_from_it() {
    let host = ArchHost::fresh();
    host.trust(&[KEY]);
    let repository = host.folder().join("fleet");
    fs::create_dir(&repository).unwrap();
    for (version, age) in [("1.58.0", DAY), ("1.58.1", Duration::ZERO)] {
        let package = Producer::signing(&AgentFixture::scripts(version), KEY).build(&Request::arch());
        let path = repository.join(package.file_name());
        fs::copy(package.path(), &path).unwrap();
        fs::write(format!("{}.sig", path.display()), package.signature().unwrap()).unwrap();
        let mut publish = Command::new("bash");
        publish
            .args(["-euc", &commands_of("arch.md", "publish")])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("repository", &repository)
            .env("package", package.file_name());
        let _ = Ran::new(publish).expect_success();
        // pacman fetches a repository's database again when it is newer by a second, which two releases of a test need
        // not be.
        let database = fs::File::options()
            .write(true)
            .open(repository.join("fleet.db"))
            .unwrap();
        database.set_modified(SystemTime::now() - age).unwrap();

        let section = commands_of("arch.md", "repository").replace("$url", &format!("file://{}", repository.display()));
        let section = section
            .split_once("<<END\n")
            .unwrap()
            .1
            .split_once("END")
            .unwrap()
            .0
            .to_owned();
        host.configure(&format!("Architecture = x86_64\nSigLevel = Required\n\n{section}"));
        let install = host.pacman(&["-Sy", "fleet-osquery"]);
        assert!(install.succeeded(), "{install}");
        assert_eq!(host.installed(), format!("fleet-osquery {version}-1\n"));
    }
    assert!(host.exists("/opt/orbit/bin/orbit/orbit"));
}
