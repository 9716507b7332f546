//! docs/configure.md: its example is a configuration, and its commands say so.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::fs;

use packager_tests::docs;
use packager_tests::product::packager;

const PAGE: &str = "configure.md";

#[test]
fn the_example_is_valid_and_is_printed_without_secrets() {
    let page = docs::text(PAGE);
    let (_, example) = page.split_once("<!-- example: packager.toml -->\n```toml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = format!("{}:/usr/bin:/bin", packager().parent().unwrap().display());
    let run = |example: &str| {
        fs::write(folder.path().join("packager.toml"), example).unwrap();
        docs::run(
            &docs::commands_of(PAGE, "check"),
            folder.path(),
            &[("PATH", path.clone())],
        )
    };

    let said = run(example).expect_success();
    assert!(said.contains("the configuration is valid\n"), "{said}");
    for line in example.lines().filter(|line| line.contains(" = ")) {
        let (name, _) = line.split_once(" = ").unwrap();
        let printed = said.lines().find(|printed| printed.starts_with(&format!("{name} = ")));
        assert!(
            printed.is_some_and(|printed| !printed.ends_with("# default")),
            "{name}: {said}"
        );
    }
    assert_eq!(docs::names(PAGE), ["check"]);

    let secret = run(&example.replace("systemd:deb-signing-passphrase", "open sesame"));
    assert!(secret.succeeded() && !secret.stdout.contains("open sesame"), "{secret}");
    assert!(secret.stderr.contains("warning: "), "{secret}");
    assert!(run("lisen = \"x\"\n").expect_failure().contains("lisen"));
}
