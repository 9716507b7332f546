//! Every attack of `fixtures/tuf/attacks`, on a client that trusted `fixtures/tuf/honest` before.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests, and helpers that fail like tests"
)]

#[path = "../common/mod.rs"]
mod common;
mod fixture;
mod table;
mod victim;

use std::collections::BTreeSet;
use std::process::Command;
use std::{fs, thread};

use fixture::{fixtures, tree};
use table::ATTACKS;
use victim::withstands;

#[test]
fn every_attack_is_refused_and_leaves_nothing() {
    let failed: Vec<&str> = ATTACKS
        .iter()
        .filter(|&attack| {
            let run = move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                runtime.block_on(withstands(attack));
            };
            thread::Builder::new()
                .name(attack.name.to_owned())
                .spawn(run)
                .unwrap()
                .join()
                .is_err()
        })
        .map(|attack| attack.name)
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn every_folder_is_an_attack_of_the_table() {
    let folders: BTreeSet<String> = fs::read_dir(fixtures().join("attacks"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .inspect(|entry| assert!(entry.path().join("README.md").is_file(), "{entry:?}"))
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let table: BTreeSet<String> = ATTACKS.iter().map(|attack| attack.name.to_owned()).collect();
    assert_eq!(table.len(), ATTACKS.len(), "an attack is there twice");
    assert_eq!(folders, table);
}

#[test]
fn the_recipe_makes_what_is_here() {
    let out = tempfile::tempdir().unwrap();
    let python = fixtures().join("../../.venv/bin/python");
    assert!(python.exists(), "python-tuf is not installed: `make test` installs it");
    let made = Command::new(python)
        .arg(fixtures().join("attacks/make"))
        .arg(out.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    for folder in ["honest", "attacks"] {
        let (mut here, made) = (tree(&fixtures().join(folder)), tree(&out.path().join(folder)));
        here.remove("make");
        let paths = here.keys().chain(made.keys());
        let differs: BTreeSet<_> = paths.filter(|path| here.get(*path) != made.get(*path)).collect();
        assert!(differs.is_empty(), "{folder}: {differs:?}");
    }
}
