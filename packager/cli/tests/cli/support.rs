use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;

use jiff::{SignedDuration, Timestamp};
use packager_targets::TargetName;
use packager_targets::sample::{SampleRepository, SampleSettings};
use tempfile::TempDir;

pub(crate) const SECRET: &str = "correct-horse-battery-staple";
pub(crate) const FLEET_URL: &str = "https://fleet.example.com";

/// A folder for one test: home, cache and current directory of the commands that it runs.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["home", "work", "tmp"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command in an environment of its own.
    pub(crate) fn packager(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_packager"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .current_dir(self.path("work"))
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.packager(arguments).output().unwrap()
    }

    /// A sample repository, as the flags that name it.
    pub(crate) fn repository(&self) -> [String; 4] {
        self.repository_of(b"#!/bin/sh\nexit 0\n")
    }

    /// The same, whose programs are all `program`.
    pub(crate) fn repository_of(&self, program: &[u8]) -> [String; 4] {
        let folder = self.path("repository");
        let expires = Timestamp::now().checked_add(SignedDuration::from_hours(24)).unwrap();
        let mut repository = SampleRepository::create(&folder, SampleSettings::until(expires)).unwrap();
        for (component, file) in [("orbit", "orbit"), ("osqueryd", "osqueryd")] {
            let name = TargetName::in_fleet_layout(component, "linux", "stable", file).unwrap();
            let version = "1.58.0".parse().unwrap();
            repository.put_target(&name, program, Some(&version)).unwrap();
        }
        repository.publish().unwrap();
        let root = folder.join("root.json").display().to_string();
        [
            "--update-url".into(),
            format!("file://{}", folder.display()),
            "--update-roots".into(),
            root,
        ]
    }

    pub(crate) fn work(&self) -> Vec<String> {
        names(&self.path("work"))
    }
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub(crate) fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

pub(crate) fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

pub(crate) fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Whether any file below `folder` holds `text`.
pub(crate) fn holds(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let content = fs::read(&path).unwrap();
        content.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

/// The id of the only finished package.
pub(crate) fn only_package(place: &Place) -> String {
    let packages = place.path("data/packages");
    let folders = names(&packages);
    let mut files = folders.iter().flat_map(|folder| names(&packages.join(folder)));
    files
        .find_map(|name| name.strip_suffix(".own").map(str::to_owned))
        .unwrap()
}

/// A service that runs until this is dropped.
pub(crate) struct Service {
    child: Child,
    start: String,
    log: Option<JoinHandle<String>>,
    pub(crate) url: String,
}

impl Service {
    /// Starts the service on a free port and waits until it says which.
    pub(crate) fn start(place: &Place, arguments: &[&str]) -> Self {
        Self::start_with(place, arguments, |command| command)
    }

    /// The same, through another program. `--data-dir` may be among the arguments.
    pub(crate) fn start_with(place: &Place, arguments: &[&str], through: impl FnOnce(Command) -> Command) -> Self {
        Self::run(place, &place.repository(), arguments, through)
    }

    /// The same with the repository that these flags name, and with these variables.
    pub(crate) fn start_on(
        place: &Place,
        repository: &[String],
        variables: &[(&str, &str)],
        arguments: &[&str],
    ) -> Self {
        Self::run(place, repository, arguments, |mut command| {
            command.envs(variables.iter().copied());
            command
        })
    }

    fn run(place: &Place, repository: &[String], arguments: &[&str], through: impl FnOnce(Command) -> Command) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0", "--admin-listen", "off"];
        all.extend(repository.iter().map(String::as_str));
        let data_dir = place.path("data").display().to_string();
        if !arguments.contains(&"--data-dir") {
            all.extend(["--data-dir", &data_dir]);
        }
        all.extend(arguments);
        let mut command = through(place.packager(&all));
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut log = String::new();
        let address = loop {
            let line = lines
                .next()
                .unwrap_or_else(|| panic!("the service did not start: {log}"))
                .unwrap();
            log = log + &line + "\n";
            let event: serde_json::Value =
                serde_json::from_str(&line).unwrap_or_else(|_| panic!("the service did not start: {log}"));
            if event["message"] == "listening" {
                break event["address"].as_str().unwrap().to_owned();
            }
        };
        let start = log.clone();
        let rest = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                log = log + &line + "\n";
            }
            log
        });
        let url = if arguments.contains(&"--tls-certificate") {
            // The name in the certificate.
            address.replace("127.0.0.1", "https://localhost")
        } else {
            format!("http://{address}")
        };
        Self {
            child,
            start,
            log: Some(rest),
            url,
        }
    }

    /// What it logged before it listened.
    pub(crate) fn started_with(&self) -> &str {
        &self.start
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop; the exit code and the log.
    pub(crate) fn stop(mut self, signal: rustix::process::Signal) -> (Option<i32>, String) {
        send(&self.child, signal);
        let code = self.child.wait().unwrap().code();
        (code, self.log.take().unwrap().join().unwrap())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn send(child: &Child, signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::Pid::from_child(child), signal).unwrap();
}
