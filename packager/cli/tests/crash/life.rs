//! The life of one process: from its start to its end, whichever way it comes.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::http::{Answer, ask};
use crate::repository;
use crate::world::World;

/// How long to wait for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running service.
pub(crate) struct Life {
    child: Child,
    pub(crate) address: SocketAddr,
    log: Option<JoinHandle<Vec<String>>>,
}

/// How a start ended.
pub(crate) enum Start {
    Up(Life),
    /// It ended before it listened.
    Ended(ExitStatus, Vec<String>),
}

/// The command, with its folders and its clock.
pub(crate) fn command(world: &World, fault: Option<&str>, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_packager"));
    let repository = repository::folder();
    command
        .arg("serve")
        .args(["--listen", "127.0.0.1:0", "--admin-listen", "off"])
        .args(["--rate-create", "off", "--rate-status", "off", "--rate-download", "off"])
        .args([
            "--deb-compression",
            "gzip",
            "--expire-after",
            "30m",
            "--remember-expired",
            "1d",
        ])
        .arg("--update-url")
        .arg(format!("file://{}", repository.display()))
        .arg("--update-roots")
        .arg(repository.join("1.root.json"))
        .arg("--data-dir")
        .arg(world.data())
        .args(if arguments.contains(&"--workers") {
            &[][..]
        } else {
            &["--workers", "2"]
        })
        .args(arguments)
        .env_clear()
        .env("TMPDIR", world.path("tmp"))
        .env("FAULT_CLOCK", world.path("clock"))
        .envs(fault.map(|fault| ("FAULT_POINT", fault)))
        .current_dir(world.path("work"))
        .stdin(Stdio::null());
    command
}

impl Life {
    /// Starts the service and waits until it listens, or ends.
    pub(crate) fn try_start(world: &World, fault: Option<&str>, arguments: &[&str]) -> Start {
        Self::spawn(world, command(world, fault, arguments))
    }

    pub(crate) fn spawn(world: &World, mut command: Command) -> Start {
        let log_path = log_path(world);
        let stdout = File::create(log_path.with_extension("out")).unwrap();
        let mut child = command.stdout(stdout).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut log = Vec::new();
        while let Some(Ok(line)) = lines.next() {
            let address = serde_json::from_str::<Value>(&line)
                .ok()
                .filter(|event| event["message"] == "listening")
                .and_then(|event| event["address"].as_str()?.parse().ok());
            log.push(line);
            if let Some(address) = address {
                let log = std::thread::spawn(move || {
                    log.extend(lines.map_while(Result::ok));
                    fs::write(log_path, log.join("\n")).unwrap();
                    log
                });
                return Start::Up(Self {
                    child,
                    address,
                    log: Some(log),
                });
            }
        }
        fs::write(log_path, log.join("\n")).unwrap();
        Start::Ended(child.wait().unwrap(), log)
    }

    /// Starts a service that has to come up.
    pub(crate) fn start(world: &World) -> Self {
        match Self::try_start(world, None, &[]) {
            Start::Up(life) => life,
            Start::Ended(status, log) => panic!("the service did not start: {status}\n{}", log.join("\n")),
        }
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> io::Result<Answer> {
        ask(self.address, method, path, body)
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// The files that the process has mapped.
    pub(crate) fn mapped(&self) -> Vec<PathBuf> {
        let maps = fs::read_to_string(format!("/proc/{}/maps", self.pid().as_raw_nonzero())).unwrap();
        let mut paths: Vec<_> = maps
            .lines()
            .filter_map(|line| line.split_whitespace().nth(5))
            .filter(|path| path.starts_with('/'))
            .map(PathBuf::from)
            .filter(|path| path.is_file())
            .collect();
        paths.sort();
        paths.dedup();
        paths
    }

    pub(crate) fn send(&self, signal: Signal) {
        // It may have ended already.
        let _ = kill_process(self.pid(), signal);
    }

    /// Waits for the end; how it came, and the log.
    pub(crate) fn end(mut self) -> (ExitStatus, Vec<String>) {
        let status = self.child.wait().unwrap();
        (status, self.log.take().unwrap().join().unwrap())
    }

    pub(crate) fn kill(self) -> (ExitStatus, Vec<String>) {
        self.send(Signal::KILL);
        self.end()
    }

    /// Stops it in an orderly way.
    pub(crate) fn stop(self) -> Vec<String> {
        self.send(Signal::TERM);
        let (status, log) = self.end();
        assert!(status.success(), "{status}: {}", log.join("\n"));
        log
    }

    /// Whether it lives still.
    pub(crate) fn is_up(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks `question` until it has an answer.
pub(crate) fn eventually<T>(what: &str, mut question: impl FnMut() -> Option<T>) -> T {
    eventually_or(what, || question().ok_or_else(String::new))
}

/// The same, where there is something to say of what is in the way.
pub(crate) fn eventually_or<T>(what: &str, mut question: impl FnMut() -> Result<T, String>) -> T {
    let begin = Instant::now();
    loop {
        match question() {
            Ok(answer) => return answer,
            Err(reason) => assert!(begin.elapsed() < PATIENCE, "{what} does not come: {reason}"),
        }
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

/// Whether a log says something.
pub(crate) fn says(log: &[String], text: &str) -> bool {
    log.iter().any(|line| line.contains(text))
}

fn log_path(world: &World) -> PathBuf {
    let folder = world.path("logs");
    let number = fs::read_dir(&folder).unwrap().count();
    folder.join(format!("{number}.log"))
}
