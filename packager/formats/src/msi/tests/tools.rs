//! msitools, 7-Zip and osslsigncode decide.

mod authenticode;
mod readers;

use std::path::Path;
use std::process::{Command, Output};

use super::sample::{Shelf, sample};
use super::*;

/// Runs a script in `folder`.
fn run(folder: &Path, script: &str) -> Output {
    Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(folder)
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap()
}

/// Runs a script in `folder`, which must succeed and have nothing to complain about.
fn tool(folder: &Path, script: &str) -> String {
    let output = run(folder, script);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && complaint.is_empty(),
        "{script}: {text}{complaint}"
    );
    text
}
