//! The sample programs, as stock tools see them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail like tests")]

use std::fs;
use std::path::Path;
use std::process::Command;

use packager_sample_agent::{Architecture, Program};

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What 7-Zip says of an executable.
fn listed(executable: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("program.exe");
    fs::write(&path, executable).unwrap();
    output(Command::new("7z").arg("l").arg(path))
}

#[test]
fn a_release_carries_its_version() {
    for architecture in Architecture::ALL {
        for program in Program::ALL {
            let listed = listed(&program.release(architecture, "1.59.0-rc.1").unwrap());
            let cpu = match architecture {
                Architecture::X64 => "CPU = x64\n",
                Architecture::Arm64 => "CPU = ARM64\n",
            };
            assert!(listed.contains(cpu), "{listed}");
            for line in [
                "FileVersion: 1.59.0.1\n",
                "FileVersion: 1.59.0-rc.1\n",
                "ProductVersion: 1.59.0.1\n",
                "ProductVersion: 1.59.0-rc.1\n",
                &format!("OriginalFilename: {}\n", program.file_name()),
            ] {
                assert!(listed.contains(line), "{line}{listed}");
            }
            assert!(!listed.contains("@VERSION@"), "{listed}");
        }
    }
}

#[test]
fn the_longest_version_fits_and_a_longer_one_does_not() {
    let longest = format!("1.2.3-{}", "x".repeat(Program::VERSION_LENGTH_LIMIT - 6));
    let release = Program::Orbit.release(Architecture::X64, &longest).unwrap();
    let listed = listed(&release);
    assert!(listed.contains(&format!("\nFileVersion: {longest}\n")), "{listed}");
    assert!(listed.contains(&format!("\nProductVersion: {longest}\n")), "{listed}");
    assert_eq!(Program::Orbit.release(Architecture::X64, &format!("{longest}x")), None);
}

#[test]
fn the_recipe_gives_the_same_bytes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("windows");
    let made = tempfile::tempdir().unwrap();
    output(Command::new(folder.join("make")).arg(made.path()));
    for architecture in ["x64", "arm64"] {
        for program in Program::ALL {
            let path = Path::new(architecture).join(program.file_name());
            let same = fs::read(made.path().join(&path)).unwrap() == fs::read(folder.join(&path)).unwrap();
            assert!(same, "{} is not what the recipe makes", path.display());
        }
    }
}
