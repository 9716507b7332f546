//! A Debian system that systemd runs.
//!
//! `systemd-nspawn` boots it. Where this machine itself runs systemd, that gives it a scope; where not (a container, a
//! small virtual machine), it stays in a cgroup made here.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use crate::agent::UPDATED;
use crate::deb::Deb;
use crate::host::Host;
use crate::ran::Ran;
use crate::suite::Suite;
use crate::system::{PATH, System};

/// `$3` is the machine's name; further arguments are cgroups, one for each hierarchy.
const BOOT: &str = r#"
folder=$2
name=$3
shift 3
keep=
for cgroup; do
  echo $$ >"$cgroup/cgroup.procs"
  keep=--keep-unit
done
exec systemd-nspawn --directory="$folder/root" --bind-ro="$folder/exchange:/mnt" --machine="$name" $keep \
  --register=no --private-network --link-journal=no --console=pipe --notify-ready=yes /lib/systemd/systemd
"#;

/// A boot takes half a second; this bounds one that hangs.
const DEADLINE: Duration = Duration::from_secs(60);

/// A running system. Dropping it ends everything that runs in it.
pub struct Booted {
    system: System,
    nspawn: Child,
    leader: String,
    cgroups: Vec<PathBuf>,
    // The console's log and the notification socket are in it.
    _folder: TempDir,
}

impl Booted {
    /// A fresh Debian 12, up and running.
    #[must_use]
    pub fn fresh() -> Self {
        Self::of(Suite::Bookworm)
    }

    /// A fresh system of `suite`, up and running.
    #[must_use]
    pub fn of(suite: Suite) -> Self {
        Self::start(System::of(suite))
    }

    /// Starts `system`.
    ///
    /// # Panics
    /// If it does not come up, with what its console said.
    #[must_use]
    pub(crate) fn start(system: System) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "packager-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        // A socket's path is bounded to some hundred bytes, which a folder below the workspace may exceed.
        let folder = tempfile::tempdir().unwrap();
        let (socket, console) = (folder.path().join("notify"), folder.path().join("console"));
        let notifications = UnixDatagram::bind(&socket).unwrap();
        notifications.set_read_timeout(Some(DEADLINE)).unwrap();

        let cgroups = cgroups(&name);
        let mut arguments = vec![name.as_str()];
        arguments.extend(cgroups.iter().map(|cgroup| cgroup.to_str().unwrap()));
        let log = fs::File::create(&console).unwrap();
        let nspawn = system
            .mounted(&[], BOOT, &arguments)
            .env("NOTIFY_SOCKET", &socket)
            .stdin(Stdio::null())
            .stderr(log.try_clone().unwrap())
            .stdout(log)
            .spawn()
            .unwrap();
        let mut booted = Self {
            system,
            nspawn,
            leader: String::new(),
            cgroups,
            _folder: folder,
        };
        if let Err(fault) = booted.wait_until_ready(&notifications) {
            let console = fs::read_to_string(console).unwrap_or_default();
            panic!("the system did not boot: {fault}\n{console}");
        }
        booted
    }

    /// `sd_notify(3)`: the process that is the first inside, then that everything has started.
    fn wait_until_ready(&mut self, notifications: &UnixDatagram) -> std::io::Result<()> {
        let mut buffer = [0; 4096];
        loop {
            let size = notifications.recv(&mut buffer)?;
            let message = String::from_utf8_lossy(&buffer[..size]);
            for line in message.lines() {
                if let Some(pid) = line.strip_prefix("X_NSPAWN_LEADER_PID=") {
                    pid.clone_into(&mut self.leader);
                } else if line == "READY=1" {
                    return Ok(());
                }
            }
        }
    }

    /// That the agent's service runs, and starts with the system.
    ///
    /// # Panics
    /// If not.
    pub fn assert_runs(&self) {
        assert_eq!(self.property("ActiveState"), "active");
        assert_eq!(self.property("UnitFileState"), "enabled");
    }

    /// Has orbit install what it has been told to, and waits for the end of that.
    ///
    /// # Panics
    /// If it fails.
    pub fn upgrade_in_band(&self) {
        self.sh(r#"mkfifo "$1""#, &[UPDATED]);
        self.sh("systemctl kill --kill-who=main --signal=USR1 orbit.service", &[]);
        let ended = self.sh(r#"timeout 60 cat "$1""#, &[UPDATED]);
        assert_eq!(ended, "exit status 0\n", "{}", self.read("/run/update.log"));
    }

    /// Has the restart that has been put off by a minute happen now.
    ///
    /// # Panics
    /// If there is none, or more than one.
    pub fn restart_early(&self) {
        let timers = self.sh("systemctl list-units --type=timer --plain --no-legend 'run-*'", &[]);
        assert_eq!(timers.lines().count(), 1, "{timers}");
        let restart = timers.split_whitespace().next().unwrap().replace(".timer", ".service");
        self.sh(r#"systemctl start --wait "$1""#, &[&restart]);
        // Waits for the restart that is under way.
        self.sh("systemctl start orbit.service", &[]);
    }

    /// A property of the agent's unit.
    #[must_use]
    pub fn property(&self, name: &str) -> String {
        let show = ["systemctl", "show", "--value", "--property", name, "orbit.service"];
        self.run(&show).expect_success().trim_end().to_owned()
    }
}

impl Host for Booted {
    fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new("/usr/bin/nsenter");
        command
            .env_clear()
            .env("PATH", PATH)
            .envs(variables.iter().copied())
            .args(["--target", &self.leader])
            .args([
                "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd",
            ])
            .args(arguments);
        command
    }

    fn put(&self, deb: &Deb) -> String {
        self.system.put(deb)
    }
}

impl Drop for Booted {
    fn drop(&mut self) {
        // The end of the first process ends all others, and systemd-nspawn with them.
        let first = if self.leader.is_empty() {
            self.nspawn.id().to_string()
        } else {
            self.leader.clone()
        };
        let mut kill = Command::new("/bin/kill");
        kill.args(["-KILL", &first]);
        let _ = Ran::new(kill);
        let _ = self.nspawn.wait();
        for cgroup in &self.cgroups {
            remove_cgroup(cgroup);
        }
    }
}

/// A cgroup called `name` in each hierarchy that systemd-nspawn uses; none if systemd runs here, and gives it one.
fn cgroups(name: &str) -> Vec<PathBuf> {
    if Path::new("/run/systemd/system").is_dir() {
        return Vec::new();
    }
    let hierarchies = ["/sys/fs/cgroup", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"];
    hierarchies
        .iter()
        .map(Path::new)
        .filter(|hierarchy| hierarchy.join("cgroup.procs").is_file())
        .map(|hierarchy| {
            let cgroup = hierarchy.join(name);
            fs::create_dir(&cgroup).unwrap_or_else(|error| panic!("{}: {error}", cgroup.display()));
            cgroup
        })
        .collect()
}

/// Only empty cgroups can be removed, those inside first.
fn remove_cgroup(cgroup: &Path) {
    if let Ok(entries) = fs::read_dir(cgroup) {
        for entry in entries.flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                remove_cgroup(&entry.path());
            }
        }
    }
    let _ = fs::remove_dir(cgroup);
}
