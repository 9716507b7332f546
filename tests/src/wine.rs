//! A Windows for tests: Wine, without a display.
//!
//! Each test has a Windows of its own: a copy of a template that `make wine` makes once. Programs and libraries are hard links
//! to the template's, since nothing writes to them; the registry is copied. Whatever runs in it runs in a PID namespace
//! whose first process waits for this one to let go of a pipe: when a test ends, however it ends, so does its Windows.
//! There is no network in it, and no drive but `C:` and [`EXCHANGE`], a folder for what is handed in and out.
//!
//! Where Wine differs from Windows, tests must not rely on it. Wine 8.0 starts services without their own `Environment`,
//! knows neither `MsiServiceConfigFailureActions` nor `MsiLockPermissionsEx`, says that it is Windows Installer 4.5, hands
//! deferred actions every property, sets no `UPGRADINGPRODUCTCODE`, deletes no files by wildcard, lets scripts fail
//! unnoticed, and repairs by `/i … REINSTALL=ALL` alone.

mod prefix;
mod registry;
mod service;
mod snapshot;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::ran::Ran;
use crate::system::PATH;
pub use registry::{Registry, RegistryValue};
pub use service::{Service, State};
pub use snapshot::Snapshot;

use prefix::Prefix;

/// The drive of files that are handed in and out.
pub const EXCHANGE: &str = "E:";

/// How long one command may take, in seconds: an installation takes less than one.
const DEADLINE: &str = "120";

/// The first process of a Windows: it ends when its input does, and buries the orphans until then. It says when it is
/// there.
const KEEPER: &str = "exec 3<&0; echo there; cat <&3 >/dev/null & wait $!";

/// No process, no network and no name of this machine is seen inside.
const NAMESPACES: [&str; 5] = ["--mount", "--pid", "--net", "--ipc", "--uts"];

/// A Windows that a test has for itself. Dropping it ends everything that runs in it.
pub struct WineHost {
    keeper: Child,
    prefix: Prefix,
    /// The keeper's process ID as it is seen from here.
    leader: String,
}

impl WineHost {
    /// A fresh one, up and running.
    ///
    /// # Panics
    /// Without root's rights or without the template, and says what to do.
    #[must_use]
    pub fn fresh() -> Self {
        let prefix = Prefix::fresh();
        let mut keeper = Command::new("/usr/bin/unshare")
            .env_clear()
            .env("PATH", PATH)
            .args(NAMESPACES)
            .args(["--fork", "--kill-child", "--mount-proc", "--", "/bin/sh", "-c", KEEPER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let leader = leader(&mut keeper);
        let host = Self { keeper, prefix, leader };
        // Without this, the server would end with each command and start again with the next. What they start in the background
        // must not hold the output of a command that a test reads to its end.
        for command in [&["wineserver", "--persistent"] as &[&str], &["wine", "wineboot"]] {
            let mut start = host.enter();
            start
                .args(command)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            assert!(start.status().unwrap().success(), "{start:?}");
        }
        host
    }

    /// Runs Windows Installer. The exit status is that of Windows: see [`WineHost::run`].
    #[must_use]
    pub fn msiexec(&self, arguments: &[&str]) -> Ran {
        let mut ran = self.run("msiexec", arguments);
        ran.code = ran.code.map(windows_installer_error);
        ran
    }

    /// Runs Windows Installer without a user interface on a package of [`WineHost::put`], and returns its log beside what it
    /// did. `verb` is `/i` or `/x`.
    ///
    /// # Panics
    /// If it wrote no log.
    #[must_use]
    pub fn install(&self, verb: &str, package: &str, properties: &[&str]) -> (Ran, String) {
        let log = format!("{EXCHANGE}\\msiexec.log");
        let _ = fs::remove_file(self.path(&log));
        let mut arguments = vec![verb, package, "/qn", "/l*v", log.as_str()];
        arguments.extend(properties);
        let ran = self.msiexec(&arguments);
        let log = fs::read(self.path(&log)).unwrap_or_else(|error| panic!("no log ({error}): {ran}"));
        (ran, text(&log))
    }

    /// Makes a file readable inside, and returns its path there.
    ///
    /// # Panics
    /// If it cannot be written.
    #[must_use]
    pub fn put(&self, name: &str, content: &[u8]) -> String {
        fs::write(self.prefix.exchange().join(name), content).unwrap();
        format!("{EXCHANGE}\\{name}")
    }

    /// Where a path of the Windows lies on this machine. It is case-sensitive here.
    #[must_use]
    pub fn path(&self, path: &str) -> PathBuf {
        self.prefix.path(path)
    }

    /// The content of a file.
    ///
    /// # Panics
    /// If it cannot be read.
    #[must_use]
    pub fn file(&self, path: &str) -> Vec<u8> {
        fs::read(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Whether there is a file or a folder.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        self.path(path).symlink_metadata().is_ok()
    }

    /// The paths below a folder relative to it, sorted; those of folders end with `\`. Nothing if there is no such folder.
    #[must_use]
    pub fn tree(&self, folder: &str) -> Vec<String> {
        let mut paths = Vec::new();
        if self.exists(folder) {
            snapshot::walk(&self.path(folder), "", &mut |path, _| paths.push(path.to_owned()));
        }
        paths.sort();
        paths
    }

    /// What the registry has below `key`, which begins with `HKLM` or `HKCU`.
    #[must_use]
    pub fn registry(&self, key: &str) -> Registry {
        let file = format!("{EXCHANGE}\\exported.reg");
        let _ = fs::remove_file(self.path(&file));
        let exported = self.run("reg", &["export", key, &file, "/y"]);
        if !exported.succeeded() && !self.exists(&file) {
            return Registry::default();
        }
        Registry::parse(&text(&self.file(&file)))
    }

    /// A value of the registry. `name` is empty for a key's own.
    #[must_use]
    pub fn registry_value(&self, key: &str, name: &str) -> Option<RegistryValue> {
        self.registry(key).value(key, name).cloned()
    }

    /// A service, if there is one of that name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<Service> {
        Service::find(self, name)
    }

    /// The files and the registry as they are now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(self)
    }

    /// The products that are installed: for each its product code, then its name and version.
    #[must_use]
    pub fn products(&self) -> Vec<(String, String)> {
        let registry = self.registry(r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall");
        let text = |key: &str, name: &str| match registry.value(key, name) {
            Some(RegistryValue::String(text)) => text.clone(),
            _ => String::new(),
        };
        registry
            .keys()
            .filter(|key| registry.value(key, "WindowsInstaller").is_some())
            .map(|key| {
                let code = key.rsplit('\\').next().unwrap_or_default().to_owned();
                (
                    code,
                    format!("{} {}", text(key, "DisplayName"), text(key, "DisplayVersion")),
                )
            })
            .collect()
    }

    /// Runs a program to its end. Of its exit status, Wine passes on the low eight bits. What it starts in the background
    /// stays until the host is dropped.
    #[must_use]
    pub fn run(&self, program: &str, arguments: &[&str]) -> Ran {
        let mut command = self.enter();
        command.arg("wine").arg(program).args(arguments);
        Ran::new(command)
    }

    /// A command of this machine with a deadline, in the namespaces and with the environment of the Windows.
    fn enter(&self) -> Command {
        let mut command = Command::new("/usr/bin/nsenter");
        command
            .env_clear()
            .env("PATH", PATH)
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", self.prefix.exchange())
            .env("WINEPREFIX", self.prefix.root())
            .env("WINEARCH", "win64")
            .env("WINEDEBUG", "-all")
            .env("WINEDLLOVERRIDES", "mscoree,mshtml=;winemenubuilder.exe=")
            .args(["--target", &self.leader])
            .args(NAMESPACES)
            .args(["--", "/usr/bin/timeout", "--kill-after=5", DEADLINE])
            .current_dir(self.prefix.path(r"C:\"));
        command
    }
}

impl Drop for WineHost {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
        // Wine's server had no time to remove the folder of its socket, whose name is in the prefix.
        if let Ok(name) = fs::read_to_string(self.prefix.root().join("wineserver")) {
            let _ = fs::remove_dir_all(Path::new("/tmp").join(name.trim()));
        }
    }
}

/// Waits for the keeper, and finds the process that is the first in the namespace: the only child of `unshare`.
fn leader(keeper: &mut Child) -> String {
    let mut there = [0; 6];
    let mut output = keeper.stdout.take().unwrap();
    std::io::Read::read_exact(&mut output, &mut there)
        .expect("a Windows of its own takes root's rights: run the tests as root (`make test` says how)");
    let children = format!("/proc/{0}/task/{0}/children", keeper.id());
    fs::read_to_string(children).unwrap().trim().to_owned()
}

/// The error of Windows Installer that has the low eight bits `code`. Its own errors are 1601 to 1654, and 3010 for success
/// that wants a restart: no two of them have the same. Other errors of Windows that it may pass on are small numbers.
fn windows_installer_error(code: i32) -> i32 {
    const FIRST: i32 = 1601;
    const LAST: i32 = 1654;
    const SUCCESS_REBOOT_REQUIRED: i32 = 3010;
    (FIRST..=LAST)
        .chain([SUCCESS_REBOOT_REQUIRED])
        .find(|error| error & 0xFF == code)
        .unwrap_or(code)
}

/// Text in UTF-16 with a byte order mark, or in UTF-8.
fn text(bytes: &[u8]) -> String {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => {
            let units: Vec<u16> = rest
                .chunks_exact(2)
                .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
                .collect();
            String::from_utf16_lossy(&units)
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Where `make wine` puts the template, and tests their copies.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/wine")
}
