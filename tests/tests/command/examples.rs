//! The examples of docs/command.md, as they stand there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use packager_tests::agent::AgentFixture;
use packager_tests::docs::commands_of;
use packager_tests::producer::{Options, Producer};
use packager_tests::product::{self, packager};
use packager_tests::ran::Ran;
use packager_tests::request::ENROLL_SECRET;
use tempfile::TempDir;

/// A person's home, with the command in the path.
struct Shell {
    folder: TempDir,
    producer: Arc<Producer>,
}

impl Shell {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shell = Self {
            folder,
            producer: Producer::with(
                &AgentFixture::scripts("1.58.0"),
                Options {
                    release_key: true,
                    ..Options::default()
                },
            ),
        };
        for name in ["bin", "home", "work"] {
            fs::create_dir(shell.path(name)).unwrap();
        }
        fs::write(shell.path("work/secret.txt"), format!("{ENROLL_SECRET}\n")).unwrap();
        fs::copy(Producer::release_public_key(), shell.path("work/release.pub.pem")).unwrap();
        shell
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs an example with the command, to which `more` is given behind what the example says.
    fn run(&self, example: &str, more: &str) -> Ran {
        let command = self.path("bin/packager");
        fs::write(
            &command,
            format!("#!/bin/sh\nexec {} \"$@\" {more}\n", packager().display()),
        )
        .unwrap();
        fs::set_permissions(&command, fs::Permissions::from_mode(0o755)).unwrap();
        let script = commands_of("command.md", example).replace("https://pkg.example.com", self.producer.url());
        let mut bash = Command::new("bash");
        bash.args(["-euc", &script])
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", self.path("bin").display()))
            .env("HOME", self.path("home"))
            .current_dir(self.path("work"));
        let ran = Ran::new(bash);
        assert!(ran.succeeded(), "{ran}");
        ran
    }

    /// What the example left, beside what was there.
    fn made(&self) -> Vec<String> {
        let mut names = names(&self.path("work"));
        names.retain(|name| name != "secret.txt" && name != "release.pub.pem");
        names
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_package_is_made_here() {
    let shell = Shell::new();
    // In the place of Fleet's own repository.
    let repository = shell.producer.repository();
    let roots = repository.join("root.json");
    let more = format!(
        "--update-url {} --update-roots {}",
        shell.producer.update_url(),
        roots.display()
    );
    let ran = shell.run("here", &more);
    assert_eq!(ran.stdout, "fleet-osquery_1.58.0_amd64.deb\n");
    assert_eq!(shell.made(), ["fleet-osquery_1.58.0_amd64.deb"]);
}

#[test]
fn a_service_makes_it() {
    let shell = Shell::new();
    let ran = shell.run("service", "");
    assert_eq!(shell.made(), [ran.stdout.trim_end()]);
    assert!(ran.stdout.ends_with(".rpm\n"), "{ran}");
}

#[test]
fn a_release_key_vouches_for_it() {
    let shell = Shell::new();
    let ran = shell.run("key", "");
    assert_eq!(shell.made(), [ran.stdout.trim_end()]);
    // Another key does not.
    let other = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
    fs::write(shell.path("work/release.pub.pem"), other).unwrap();
    let mut command = product::command(&["package", "--json", "--type", "msi"]);
    command
        .args([
            "--fleet-url",
            "https://fleet.example.com",
            "--enroll-secret-file",
            "secret.txt",
        ])
        .args(["--remote-public-key", "release.pub.pem", "--outfile", "other.msi"])
        .args(["--remote", shell.producer.url()])
        .current_dir(shell.path("work"));
    let refused = Ran::new(command);
    assert_eq!(refused.code, Some(8), "{refused}");
    assert!(refused.stdout.contains(r#""kind":"corrupt""#), "{refused}");
    assert_eq!(shell.made(), [ran.stdout.trim_end()]);
}

#[test]
fn a_profile_lies_beside_it() {
    let shell = Shell::new();
    let ran = shell.run("profile", "");
    // The command's line, and what `ls` says.
    assert_eq!(ran.stdout, "fleet.pkg\nfleet.mobileconfig\nfleet.pkg\n");
    assert_eq!(shell.made(), ["fleet.mobileconfig", "fleet.pkg"]);
}

#[test]
fn a_script_reads_json() {
    let shell = Shell::new();
    let ran = shell.run("script", "");
    let [package] = shell.made().try_into().unwrap();
    let mut sha256sum = Command::new("sha256sum");
    sha256sum.arg(shell.path("work").join(package));
    let sum = Ran::new(sha256sum).expect_success();
    assert_eq!(sum.split(' ').next(), Some(ran.stdout.trim_end()));
}

#[test]
fn shells_and_manuals_are_set_up() {
    let shell = Shell::new();
    let ran = shell.run("shells", "");
    assert_eq!(ran.stdout, "");
    let pages = names(&shell.path("home/.local/share/man/man1"));
    assert!(pages.iter().any(|page| page == "packager-package.1"), "{pages:?}");
    assert_eq!(
        names(&shell.path("home/.local/share/bash-completion/completions")),
        ["packager"]
    );
}
