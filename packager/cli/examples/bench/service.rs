//! The service under test: the program as it is released, in a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A running `packager serve`. It ends with this value.
pub struct Service {
    child: Child,
    pub address: SocketAddr,
    pub admin: SocketAddr,
}

impl Service {
    /// Starts the program on top of the update repository in `folder`, with settings beside those that a benchmark
    /// needs.
    pub fn start(folder: &Path, data: &str, settings: &[&str]) -> Self {
        let text = |path: &str| folder.join(path).display().to_string();
        let mut child = Command::new(program())
            .args(["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .args(["--rate-create", "off", "--rate-status", "off", "--rate-download", "off"])
            .args(["--expire-after", "24h", "--queue", "1000"])
            .args(["--update-url", &format!("file://{}/", text("tuf"))])
            .args(["--update-roots", &text("tuf/root.json"), "--data-dir", &text(data)])
            .args(settings)
            .env("PACKAGER_LOG_FORMAT", "json")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let admin = address(&mut lines, "listening for the operator");
        let address = address(&mut lines, "listening");
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, address, admin }
    }

    /// Resident memory (proc(5), `VmRSS`) in MB.
    pub fn resident_mb(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// The most that was resident since the last call (proc(5), `VmHWM` and `clear_refs`), in MB.
    pub fn peak_resident_mb(&self) -> f64 {
        let peak = self.status("VmHWM:");
        // 5 resets the peak.
        std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").unwrap();
        peak
    }

    fn status(&self, field: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(field)).unwrap();
        let kib: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kib * 1024.0 / 1e6
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads the log until it says `message`, which has an address.
fn address(lines: &mut impl Iterator<Item = std::io::Result<String>>, message: &str) -> SocketAddr {
    let mut said = Vec::new();
    loop {
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("the service did not start: {}", said.join("\n")))
            .unwrap();
        let event: Value = serde_json::from_str(&line).unwrap_or_default();
        if event["message"] == message {
            return event["address"].as_str().unwrap().parse().unwrap();
        }
        said.push(line);
    }
}

/// Built beside this example.
fn program() -> PathBuf {
    let example = std::env::current_exe().unwrap();
    example.ancestors().nth(2).unwrap().join("packager")
}
