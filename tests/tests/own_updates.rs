//! docs/own-updates.md, word for word: an update repository of one's own, made with python-tuf.
//!
//! `.venv` has python-tuf; `make test` installs it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail like tests"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use packager_tests::agent::AgentFixture;
use packager_tests::docs;
use packager_tests::producer::Producer;
use packager_tests::product::packager;
use packager_tests::ran::Ran;
use packager_tests::request::Request;
use packager_tests::web::WebServer;
use serde_json::Value;
use tempfile::TempDir;

const PAGE: &str = "own-updates.md";

fn workspace() -> PathBuf {
    docs::folder().join("..").canonicalize().unwrap()
}

/// An administrator's machine, with a web server for the repository and one for the repository that the agent comes from.
struct Machine {
    folder: TempDir,
    own: WebServer,
    other: WebServer,
}

impl Machine {
    fn with_agent_from(source: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("repository")).unwrap();
        fs::create_dir(folder.path().join("keys")).unwrap();
        Self {
            own: WebServer::of(&folder.path().join("repository")),
            other: WebServer::of(source),
            folder,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the commands of that name, with the variables that the page begins with.
    fn run(&self, name: &str, source: &Path) -> Ran {
        let path = |path: PathBuf| path.display().to_string();
        let variables = [
            ("repository", path(self.path("repository"))),
            ("keys", path(self.path("keys"))),
            ("url", self.own.url().to_owned()),
            ("source", self.other.url().to_owned()),
            ("source_root", path(source.join("root.json"))),
            ("tool", path(docs::folder().join("update_repository.py"))),
            ("packager", path(packager())),
            ("python", path(workspace().join(".venv/bin/python"))),
        ];
        let introduced = docs::not_run(PAGE, "variables") + &docs::not_run(PAGE, "install");
        for (name, _) in &variables {
            assert!(
                introduced.contains(&format!("{name}=")),
                "the page does not introduce {name}"
            );
        }
        docs::run(&docs::commands_of(PAGE, name), self.folder.path(), &variables)
    }

    fn role(&self, role: &str) -> Value {
        let text = fs::read(self.path("repository").join(format!("{role}.json"))).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    fn version(&self, role: &str) -> u64 {
        self.role(role)["signed"]["version"].as_u64().unwrap()
    }

    /// Which release a service has that is told of the repository as the page says.
    fn served(&self) -> String {
        let service = Producer::following(self.own.url(), &self.path("pinned-root.json"));
        let status = service.status(&Request::deb());
        status["versions"]["orbit"]
            .as_str()
            .unwrap_or_else(|| panic!("{status}"))
            .to_owned()
    }
}

#[test]
fn the_pages_commands_do_what_it_says() {
    let agent = AgentFixture::scripts("1.58.0");
    let source = Producer::of(&agent).repository();
    let machine = Machine::with_agent_from(&source);
    let mut left = docs::names(PAGE);
    let mut run = |name: &str| {
        assert_eq!(left.remove(0), name, "the page's commands have another order");
        machine.run(name, &source).expect_success()
    };

    let _ = run("keys");
    let key = fs::metadata(machine.path("keys/root.pem")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
    let _ = run("init");
    let copied = run("copy");
    assert_eq!(copied.lines().count(), 15, "{copied}");
    assert!(
        copied.contains("desktop/macos/stable/desktop.app.tar.gz 1.58.0\n"),
        "{copied}"
    );
    let _ = run("point");

    let _ = run("build");
    let package = machine.path("fleet-osquery_1.58.0_amd64.deb");
    let mut extract = Command::new("dpkg-deb");
    extract.arg("--extract").args([&package, &machine.path("out")]);
    let _ = Ran::new(extract).expect_success();
    let environment = fs::read_to_string(machine.path("out/etc/default/orbit")).unwrap();
    assert!(
        environment.contains(&format!("ORBIT_UPDATE_URL={}\n", machine.own.url())),
        "{environment}"
    );
    assert_eq!(
        fs::read(machine.path("out/opt/orbit/bin/orbit/linux/stable/orbit")).unwrap(),
        agent.orbit()
    );
    let local: Value =
        serde_json::from_slice(&fs::read(machine.path("out/opt/orbit/updates-metadata.json")).unwrap()).unwrap();
    assert_eq!(local["root.json"], machine.role("root"));
    assert_eq!(machine.served(), "1.58.0");

    fs::write(machine.path("orbit-1.60.0"), AgentFixture::scripts("1.60.0").orbit()).unwrap();
    let _ = run("release");
    let _ = machine.run("build", &source).expect_success();
    assert!(machine.path("fleet-osquery_1.60.0_amd64.deb").is_file());

    let versions = || ["timestamp", "snapshot", "targets"].map(|role| machine.version(role));
    let [timestamp, snapshot, targets] = versions();
    let _ = run("timestamp");
    assert_eq!(versions(), [timestamp + 1, snapshot, targets]);
    let _ = run("renew");
    assert_eq!(versions(), [timestamp + 2, snapshot + 1, targets + 1]);

    let old_key = fs::read(machine.path("keys/root.pem")).unwrap();
    let _ = run("rotate");
    assert_eq!(machine.version("root"), 2);
    assert_ne!(fs::read(machine.path("keys/root.pem")).unwrap(), old_key);
    // Whoever trusts the first root, and knew the repository before or not, goes on.
    let _ = machine.run("build", &source).expect_success();
    assert_eq!(machine.served(), "1.60.0");
    assert_eq!(left, Vec::<String>::new(), "these commands are not run");
}

#[test]
fn what_another_repository_does_not_vouch_for_is_not_copied() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    let genuine = Producer::of(&AgentFixture::scripts("1.58.0")).repository();
    let mut copy = Command::new("cp");
    copy.arg("-r").args([&genuine, &source]);
    let _ = Ran::new(copy).expect_success();
    let orbit = source.join("targets/orbit/linux/stable/orbit");
    let replaced = fs::read_to_string(&orbit).unwrap().replace("1.58.0", "1.58.1");
    fs::write(&orbit, replaced).unwrap();

    let machine = Machine::with_agent_from(&source);
    let _ = machine.run("keys", &source).expect_success();
    let _ = machine.run("init", &source).expect_success();
    let failure = machine.run("copy", &source).expect_failure();
    assert!(failure.contains("does not match expected hash"), "{failure}");
    assert!(!machine.path("repository/targets/orbit/linux/stable/orbit").exists());
    assert_eq!(machine.version("targets"), 1);
}

#[test]
fn the_page_installs_what_is_tested() {
    let install = docs::not_run(PAGE, "install");
    let pinned = fs::read_to_string(workspace().join("fixtures/tuf/requirements.txt")).unwrap();
    for requirement in pinned
        .lines()
        .filter(|line| line.starts_with("tuf==") || line.starts_with("securesystemslib"))
    {
        assert!(install.contains(&format!("'{requirement}'")), "{requirement}");
    }
}
