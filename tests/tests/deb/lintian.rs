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

/// `arch`, with Fleet Desktop, of ELF executables.
fn variants() -> Vec<(String, Deb)> {
    let mut variants = Vec::new();
    for arch in ["amd64", "arm64"] {
        for has_desktop in [false, true] {
            let request = Request::deb().with("arch", arch).with("fleet-desktop", has_desktop);
            let deb = build_deb(&request, &AgentFixture::scripts("1.58.0"));
            variants.push((format!("{arch}, desktop {has_desktop}"), deb));
        }
    }
    // ELF executables of another architecture than the package's would be found, so this machine's go with its own.
    let request = Request::deb().with("fleet-desktop", true);
    let deb = build_deb(&request, &AgentFixture::executables("1.58.0"));
    variants.push(("amd64, executables".to_owned(), deb));
    variants
}

fn lintian(debs: &[&Deb], arguments: &[&str]) -> Ran {
    let mut command = Command::new("/usr/bin/lintian");
    command
        .args(["--allow-root", "--no-cfg", "--fail-on", "error"])
        .args(arguments)
        .args(debs.iter().map(|deb| deb.path()));
    Ran::new(command)
}

/// `E: fleet-osquery: some-tag and more`.
fn errors(ran: &Ran) -> BTreeSet<String> {
    ran.stdout
        .lines()
        .filter(|line| line.starts_with("E: "))
        .map(|line| line.split(' ').nth(2).unwrap().to_owned())
        .collect()
}

#[test]
fn no_error_but_the_suppressed_and_each_of_them_is_needed() {
    let file = fixture("suppressed-tags");
    let mut found = BTreeSet::new();
    for (variant, deb) in variants() {
        let suppressing = lintian(&[&deb], &["--suppress-tags-from-file", file.to_str().unwrap()]);
        assert!(
            suppressing.succeeded() && errors(&suppressing).is_empty(),
            "{variant}: {suppressing}"
        );
        let everything = lintian(&[&deb], &[]);
        println!("{variant}: {everything}");
        found.extend(errors(&everything));
    }
    assert_eq!(found, suppressed());
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
