//! The service in a container.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::engine::{Engine, IMAGE};
use crate::product;
use crate::ran::Ran;

/// A running container.
pub struct Container {
    engine: &'static Engine,
    name: String,
    client: Child,
    log: String,
    rest: BufReader<std::process::ChildStderr>,
}

impl Container {
    /// `podman run` of [`IMAGE`] with these flags, until the service listens.
    ///
    /// # Panics
    /// If it does not come to that, with what it said.
    #[must_use]
    pub fn run(name: &str, arguments: &[&str]) -> Self {
        let engine = Engine::shared();
        let arguments = [&["run", "--name", name], arguments, &[IMAGE]].concat();
        let mut command = engine.command("podman", &arguments);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut client = command.spawn().unwrap();
        let mut rest = BufReader::new(client.stderr.take().unwrap());
        let mut log = String::new();
        loop {
            let mut line = String::new();
            assert!(
                rest.read_line(&mut line).unwrap() > 0,
                "the service did not start: {log}"
            );
            log.push_str(&line);
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            if event["message"] == "listening" {
                break;
            }
        }
        Self {
            engine,
            name: name.to_owned(),
            client,
            log,
            rest,
        }
    }

    /// What `podman inspect` says, by a Go template.
    ///
    /// # Panics
    /// If it says nothing.
    #[must_use]
    pub fn inspect(&self, template: &str) -> String {
        let inspect = ["inspect", "--type", "container", "--format", template, &self.name];
        self.engine.podman(&inspect).expect_success().trim_end().to_owned()
    }

    /// A file in `/proc` of the service's process.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn proc(&self, name: &str) -> String {
        let path = format!("/proc/{}/{name}", self.inspect("{{.State.Pid}}"));
        Ran::new(self.engine.command("cat", &[&path])).expect_success()
    }

    /// A command of this machine's in the container's network, which nobody else is in.
    #[must_use]
    pub fn beside(&self, program: &str, arguments: &[&str]) -> Command {
        let process = self.inspect("{{.State.Pid}}");
        let enter = ["--target", &process, "--net", "--", program];
        self.engine.command("nsenter", &[&enter[..], arguments].concat())
    }

    /// Has the command of this machine make a package through the service at `url`.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn package(&self, url: &str, arguments: &[&str], outfile: &Path) -> Command {
        let (program, outfile) = (product::packager(), outfile.to_str().unwrap());
        let remote = ["package", "--remote", url, "--outfile", outfile];
        self.beside(program.to_str().unwrap(), &[&remote[..], arguments].concat())
    }

    /// `podman stop`, which asks the service to end, and how it ended: its exit code, as `podman run` has it, and its log.
    ///
    /// # Panics
    /// If it is not there.
    #[must_use]
    pub fn stop(mut self) -> (Option<i32>, String) {
        let _ = self
            .engine
            .podman(&["stop", "--time", "60", &self.name])
            .expect_success();
        let _ = self.rest.read_to_string(&mut self.log).unwrap();
        (self.client.wait().unwrap().code(), self.log)
    }
}
