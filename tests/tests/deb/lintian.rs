//! lintian finds no error but those that `fixtures/lintian` suppresses, each with a reason, and each because it is found.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use packager_tests::agent::AgentFixture;
use packager_tests::deb::{Deb, build_deb};
use packager_tests::ran::Ran;
use packager_tests::request::Request;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures/lintian")
        .join(name)
}

/// One tag a line.
fn suppressed() -> BTreeSet<String> {
    let text = fs::read_to_string(fixture("suppressed-tags")).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Both architectures, with and without Fleet Desktop, of scripts and of ELF executables: all in one run, which takes
/// versions that differ.
fn variants() -> Vec<Deb> {
    let deb = |arch: &str, has_desktop: bool, agent: &AgentFixture| {
        build_deb(
            &Request::deb().with("arch", arch).with("fleet-desktop", has_desktop),
            agent,
        )
    };
    vec![
        deb("amd64", false, &AgentFixture::scripts("1.58.0")),
        deb("amd64", true, &AgentFixture::scripts("1.58.1")),
        deb("amd64", true, &AgentFixture::executables("1.58.2")),
        deb("arm64", false, &AgentFixture::scripts("1.58.3")),
        deb("arm64", true, &AgentFixture::arm64_executables("1.58.4")),
    ]
}

fn lintian(arguments: &[&str]) -> Ran {
    let debs = variants();
    let mut command = Command::new("/usr/bin/lintian");
    command
        .args(["--allow-root", "--no-cfg", "--fail-on", "error"])
        .args(arguments)
        .args(debs.iter().map(Deb::path));
    Ran::new(command)
}

#[test]
fn no_error_but_the_suppressed() {
    let file = fixture("suppressed-tags");
    let ran = lintian(&["--suppress-tags-from-file", file.to_str().unwrap()]);
    assert!(ran.succeeded() && !ran.stdout.contains("E: "), "{ran}");
}

/// `E: fleet-osquery: some-tag and more`.
#[test]
fn every_suppressed_tag_is_found() {
    let ran = lintian(&[]);
    let found: BTreeSet<String> = ran
        .stdout
        .lines()
        .filter(|line| line.starts_with("E: "))
        .map(|line| line.split(' ').nth(2).unwrap().to_owned())
        .collect();
    assert_eq!(found, suppressed(), "{ran}");
}

#[test]
fn every_suppressed_tag_has_a_reason() {
    let readme = fs::read_to_string(fixture("README.md")).unwrap();
    let reasons: BTreeMap<&str, &str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | "))
        .collect();
    assert_eq!(
        reasons.keys().map(|tag| (*tag).to_owned()).collect::<BTreeSet<_>>(),
        suppressed()
    );
    for (tag, reason) in reasons {
        assert!(reason.split_whitespace().count() >= 8, "{tag}: {reason}");
    }
}
