//! rpmlint finds no error but those that `fixtures/rpmlint` filters, each with a reason, and each because it is found.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use packager_tests::agent::AgentFixture;
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;
use packager_tests::request::Request;
use packager_tests::rpm::Rpm;
use packager_tests::signing::Key;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures/rpmlint")
        .join(name)
}

/// The filters, as `Filters = [` and one `"name"` a line.
fn filtered() -> BTreeSet<String> {
    let text = fs::read_to_string(fixture("filters.toml")).unwrap();
    text.lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","))
        .map(str::to_owned)
        .collect()
}

/// Both architectures, with and without Fleet Desktop, of ELF executables.
fn variants() -> Vec<Rpm> {
    let rpm = |arch: &str, has_desktop: bool, agent: &AgentFixture| {
        Producer::signing(agent, KEY).build(&Request::rpm().with("arch", arch).with("fleet-desktop", has_desktop))
    };
    vec![
        rpm("amd64", true, &AgentFixture::executables("1.58.2")),
        rpm("arm64", false, &AgentFixture::arm64_executables("1.58.4")),
    ]
}

const KEY: Key = Key::plain("rsa4096.asc");

/// With the key imported, into a database of its own: Debian's rpm has it at home.
fn rpmlint(arguments: &[&str]) -> Ran {
    let rpms = variants();
    let home = tempfile::tempdir().unwrap();
    let key = home.path().join("key.asc");
    fs::write(&key, KEY.armored_public()).unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-euc", r#"rpmkeys --import "$1"; shift; exec rpmlint "$@""#, "sh"])
        .arg(key)
        .args(arguments)
        .args(rpms.iter().map(Rpm::path))
        .env("HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path())
        .env("TMPDIR", home.path());
    Ran::new(command)
}

/// `fleet-osquery.x86_64: E: some-name and more`.
fn errors(ran: &Ran) -> BTreeSet<String> {
    ran.stdout
        .lines()
        .filter_map(|line| Some(line.split_once(": E: ")?.1.split(' ').next()?.to_owned()))
        .collect()
}

#[test]
fn no_error_but_the_filtered() {
    let file = fixture("filters.toml");
    let ran = rpmlint(&["--config", file.to_str().unwrap()]);
    assert!(ran.succeeded() && errors(&ran).is_empty(), "{ran}");
    assert!(
        ran.stdout.contains("2 packages and 0 specfiles checked; 0 errors"),
        "{ran}"
    );
}

#[test]
fn every_filtered_error_is_found_and_has_a_reason() {
    let ran = rpmlint(&[]);
    assert_eq!(errors(&ran), filtered(), "{ran}");
    let readme = fs::read_to_string(fixture("README.md")).unwrap();
    let reasons: BTreeMap<&str, &str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | "))
        .collect();
    let explained: BTreeSet<_> = reasons.keys().map(|name| (*name).to_owned()).collect();
    assert_eq!(explained, filtered());
    for (name, reason) in reasons {
        assert!(reason.split_whitespace().count() >= 8, "{name}: {reason}");
    }
}
