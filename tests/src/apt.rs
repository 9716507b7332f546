//! An apt repository of one's own, made with the commands of docs/debian.md.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::chroot::Chroot;
use crate::deb::Deb;
use crate::docs::commands;
use crate::host::Host;
use crate::ran::Ran;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A test publishes no more often.
const MOST_PUBLISHED: u32 = 30;

/// Who may read the repository of [`AptRepository::serve`].
const LOGIN: &str = "fleet";
const PASSWORD: &str = "sample-password-4Hd8";

/// A signed repository in a folder that a host sees too.
pub struct AptRepository {
    folder: PathBuf,
    inside: String,
    keys: TempDir,
    /// How often something was.
    published: AtomicU32,
}

impl AptRepository {
    /// An empty repository with a new key, seen by `host`.
    ///
    /// # Panics
    /// If it fails.
    #[must_use]
    pub fn seen_by(host: &Chroot) -> Self {
        let (exchange, inside) = host.exchange();
        let repository = Self {
            folder: exchange.join("fleet"),
            inside: format!("{inside}/fleet"),
            keys: tempfile::tempdir().unwrap(),
            published: AtomicU32::new(0),
        };
        fs::create_dir(&repository.folder).unwrap();
        let _ = repository.run("make-key").expect_success();
        repository
    }

    /// Publishes `debs` beside what is there.
    ///
    /// # Panics
    /// If it fails.
    pub fn publish(&self, debs: &[&Deb]) {
        for deb in debs {
            fs::copy(deb.path(), self.folder.join(deb.file_name())).unwrap();
        }
        let _ = self.run("publish").expect_success();
        // apt asks a server for what is newer by a second, which two releases of a test need not be.
        let number = self.published.fetch_add(1, Ordering::Relaxed);
        let modified = SystemTime::now() - DAY * (MOST_PUBLISHED - number);
        for entry in fs::read_dir(&self.folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && path.extension().is_none_or(|ending| ending != "deb") {
                let file = File::options().append(true).open(path).unwrap();
                file.set_modified(modified).unwrap();
            }
        }
    }

    /// Signs with another key from now on, whose public half nobody gets.
    ///
    /// # Panics
    /// If it fails.
    pub fn change_key(&mut self) {
        self.end_agent();
        self.keys = tempfile::tempdir().unwrap();
        let public = self.folder.join("fleet.asc");
        let before = fs::read(&public).unwrap();
        let _ = self.run("make-key").expect_success();
        assert_ne!(fs::read(&public).unwrap(), before);
        fs::write(public, before).unwrap();
    }

    /// Where it lies.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its URL on a host that has it as a folder. `copy:` has apt fetch indices and packages as from elsewhere; `file:`
    /// has it use them where they lie, also after their signature was found to be wrong.
    #[must_use]
    pub fn url(&self) -> String {
        format!("copy:{}", self.inside)
    }

    /// Tells `host` to trust the repository, which it finds at `url`.
    pub fn trusted_by(&self, host: &Chroot, url: &str) {
        let script = format!("cd {}\n{}", self.inside, commands("trust"));
        let _ = documented(host, &script, &[("url", url)]).expect_success();
    }

    /// Serves it by HTTP to those who know the password.
    ///
    /// # Panics
    /// If it fails.
    #[must_use]
    pub fn serve(&self) -> Served {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/apt/serve.py");
        let mut server = Command::new("/usr/bin/python3")
            .arg(program)
            .arg(&self.folder)
            .args([LOGIN, PASSWORD])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        Served {
            url: url.trim_end().to_owned(),
            server,
        }
    }

    /// Runs documented commands on this machine, as whoever runs the repository.
    fn run(&self, name: &str) -> Ran {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-euc", &commands(name)])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("repository", &self.folder)
            .env("GNUPGHOME", self.keys.path());
        Ran::new(command)
    }

    /// gpg leaves a process behind that holds its keys.
    fn end_agent(&self) {
        let mut end = Command::new("/usr/bin/gpgconf");
        end.args(["--kill", "gpg-agent"]).env("GNUPGHOME", self.keys.path());
        let _ = Ran::new(end);
    }
}

impl Drop for AptRepository {
    fn drop(&mut self) {
        self.end_agent();
    }
}

/// A repository that is served until this is dropped.
pub struct Served {
    /// Where.
    pub url: String,
    server: Child,
}

impl Served {
    /// Tells `host` the password.
    pub fn admits(&self, host: &Chroot) {
        let variables = [("url", self.url.as_str()), ("login", LOGIN), ("password", PASSWORD)];
        let _ = documented(host, &commands("credentials"), &variables).expect_success();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}

/// Runs the documented commands `name` on a host, with `$version` set.
#[must_use]
pub fn apt(host: &impl Host, name: &str, version: &str) -> Ran {
    documented(host, &commands(name), &[("version", version)])
}

fn documented(host: &impl Host, script: &str, variables: &[(&str, &str)]) -> Ran {
    Ran::new(host.command(&["/bin/sh", "-euc", script], variables))
}
