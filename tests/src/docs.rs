//! The commands of the documentation, so that what is documented is what is tested.
//!
//! In a page, `<!-- commands: NAME -->` stands before commands that a test runs, and `<!-- not run: NAME -->` before those that
//! it does not: what installs something, and variables that are others in a test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ran::Ran;

const FENCE: &str = "```sh\n";

/// The commands that follow the mark `<!-- commands: NAME -->` in docs/debian.md, as they stand there.
///
/// # Panics
/// If there are none.
#[must_use]
pub fn commands(name: &str) -> String {
    commands_of("debian.md", name)
}

/// The commands that follow the mark `<!-- commands: NAME -->` in a page of docs, as they stand there.
///
/// # Panics
/// If there are none.
#[must_use]
pub fn commands_of(page: &str, name: &str) -> String {
    block(page, &format!("<!-- commands: {name} -->\n"))
}

/// The commands after `<!-- not run: NAME -->`.
///
/// # Panics
/// If there are none.
#[must_use]
pub fn not_run(page: &str, name: &str) -> String {
    block(page, &format!("<!-- not run: {name} -->\n"))
}

/// The names of all commands of a page that are to be run, in their order.
///
/// # Panics
/// If there are commands without a mark, which nobody would run.
#[must_use]
pub fn names(page: &str) -> Vec<String> {
    let text = text(page);
    let mut blocks = text.split(FENCE);
    let mut before = blocks.next().unwrap_or_default();
    let mut names = Vec::new();
    for block in blocks {
        let mark = before.lines().next_back().unwrap_or_default();
        match mark
            .strip_prefix("<!-- commands: ")
            .and_then(|mark| mark.strip_suffix(" -->"))
        {
            Some(name) => names.push(name.to_owned()),
            None => assert!(
                mark.starts_with("<!-- not run: "),
                "docs/{page} has commands without a mark: {block:.60}"
            ),
        }
        before = block;
    }
    names
}

/// Runs commands with `bash -eu` in `folder`, after `variables` have been set.
///
/// # Panics
/// If there is no bash.
#[must_use]
pub fn run(commands: &str, folder: &Path, variables: &[(&str, String)]) -> Ran {
    let mut bash = Command::new("/bin/bash");
    bash.args(["-eu", "-o", "pipefail", "-c", commands])
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
        .env("HOME", folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(variables.iter().map(|(name, value)| (name, value)));
    Ran::new(bash)
}

/// The folder of the documentation.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs")
        .canonicalize()
        .unwrap()
}

/// A page of it.
///
/// # Panics
/// If there is none of that name.
#[must_use]
pub fn text(page: &str) -> String {
    fs::read_to_string(folder().join(page)).unwrap_or_else(|error| panic!("docs/{page}: {error}"))
}

fn block(page: &str, mark: &str) -> String {
    let text = text(page);
    let block = text
        .split_once(&format!("{mark}{FENCE}"))
        .and_then(|(_, rest)| rest.split_once("```"));
    block
        .unwrap_or_else(|| panic!("docs/{page} has no {mark:?}"))
        .0
        .to_owned()
}
