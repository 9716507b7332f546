//! Arch packages, and systems that pacman installs them on.
//!
//! pacman runs on this machine, with the root of a Debian system (`--root`), in which it runs the packages' functions: there is
//! systemd, and a shell. So it is with an Arch system that is installed or rescued from another.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::agent::AgentFixture;
use crate::chroot::Chroot;
use crate::deb::Deb;
use crate::docs::commands_of;
use crate::host::{Host, PACKAGE};
use crate::producer::Producer;
use crate::ran::Ran;
use crate::request::Request;
use crate::signing::Key;

/// An Arch package in a file, with its signature beside it if there is one.
pub type ArchPackage = Deb;

/// What pacman itself writes.
pub const RECORDS: [&str; 4] = [
    "/var/lib/pacman",
    "/var/cache/pacman",
    "/var/log/pacman.log",
    "/etc/ld.so.cache",
];

/// Runs pacman with a configuration, `$3`, and arguments from `$4` on: on the system mounted for this command.
const PACMAN: &str = r#"
root=$2/root
config=$3
shift 3
mount -t proc proc "$root/proc"
mkdir -p "$root/var/lib/pacman" "$root/var/cache/pacman/pkg"
exec pacman --noconfirm --config "$config" --root "$root" --dbpath "$root/var/lib/pacman" \
    --cachedir "$root/var/cache/pacman/pkg" --logfile "$root/var/log/pacman.log" --hookdir "$root/nothing" \
    --gpgdir "$(dirname "$config")/gnupg" "$@"
"#;

/// Has a service on top of a repository with `agent` make the Arch package that `request` asks for.
///
/// # Panics
/// If it cannot be made.
#[must_use]
pub fn build_arch(request: &Request, agent: &AgentFixture) -> ArchPackage {
    Producer::of(agent).build(request)
}

/// A system on which packages are pacman's.
pub struct ArchHost {
    system: Chroot,
}

impl ArchHost {
    /// A fresh system, which takes unsigned packages.
    #[must_use]
    pub fn fresh() -> Self {
        Self::for_architecture("x86_64")
    }

    /// The same, of another architecture.
    #[must_use]
    pub fn for_architecture(architecture: &str) -> Self {
        let host = Self {
            system: Chroot::fresh(),
        };
        host.configure(&format!(
            "Architecture = {architecture}\nSigLevel = Never\nLocalFileSigLevel = Never\n"
        ));
        host
    }

    /// Puts `options` into pacman's configuration, in place of what was there.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn configure(&self, options: &str) {
        fs::write(self.config(), format!("[options]\n{options}")).unwrap();
    }

    /// Where files of this machine are that pacman is given.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.system.exchange().0
    }

    fn config(&self) -> PathBuf {
        self.folder().join("pacman.conf")
    }

    /// Takes no local package without a signature from now on, and trusts `keys`, as docs/arch.md says.
    ///
    /// # Panics
    /// If that fails.
    pub fn trust(&self, keys: &[Key]) {
        self.configure("Architecture = x86_64\nSigLevel = Required\nLocalFileSigLevel = Required\n");
        let gnupg = self.folder().join("gnupg");
        let _ = fs::remove_dir_all(&gnupg);
        let run = |script: &str, variables: &[(&str, String)]| {
            let mut sh = Command::new("bash");
            sh.args(["-euc", script]).env_clear().env("PATH", "/usr/bin:/bin");
            sh.envs(variables.iter().map(|(name, value)| (*name, value.as_str())));
            sh.current_dir(self.folder());
            Ran::new(sh).expect_success()
        };
        // The commands of the page, in a keyring of this system's own.
        let aside = r#"pacman-key() { command pacman-key --config pacman.conf --gpgdir "$PWD/gnupg" "$@"; }
"#;
        run(&[aside, "pacman-key --init"].concat(), &[]);
        for key in keys {
            fs::write(self.folder().join("fleet.asc"), key.armored_public()).unwrap();
            let fingerprint = key.fingerprint();
            run(
                &[aside, &commands_of("arch.md", "trust")].concat(),
                &[("fingerprint", fingerprint)],
            );
        }
        run("gpgconf --homedir \"$PWD/gnupg\" --kill all", &[]);
    }

    /// `pacman` with arguments, successful or not.
    #[must_use]
    pub fn pacman(&self, arguments: &[&str]) -> Ran {
        self.pacman_with(arguments, &[])
    }

    /// The same with variables in its environment.
    #[must_use]
    pub fn pacman_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let config = self.config().display().to_string();
        let mut command = self.system.outside(PACMAN, &[&[config.as_str()], arguments].concat());
        command.envs(variables.iter().copied());
        Ran::new(command)
    }

    /// Copies a package, with its signature, to where pacman finds it.
    ///
    /// # Panics
    /// If it cannot be copied.
    #[must_use]
    pub fn place(&self, package: &ArchPackage) -> String {
        let path = self.folder().join(package.file_name());
        fs::copy(package.path(), &path).unwrap();
        if let Some(signature) = package.signature() {
            fs::write(format!("{}.sig", path.display()), signature).unwrap();
        }
        path.display().to_string()
    }

    /// `pacman -U`, successful or not.
    #[must_use]
    pub fn pacman_install(&self, package: &ArchPackage) -> Ran {
        self.pacman(&["-U", &self.place(package)])
    }

    /// Installs, upgrades or downgrades. No function of the package fails.
    ///
    /// # Panics
    /// If it does not succeed.
    pub fn upgrade(&self, package: &ArchPackage) {
        let ran = self.pacman_install(package);
        assert!(ran.succeeded() && !ran.to_string().contains("error"), "{ran}");
    }

    /// Removes the package.
    ///
    /// # Panics
    /// If it does not succeed.
    pub fn uninstall(&self) {
        let ran = self.pacman(&["-R", PACKAGE]);
        assert!(ran.succeeded() && !ran.to_string().contains("error"), "{ran}");
    }

    /// What pacman says is installed of it: name and version. Empty if it is not.
    #[must_use]
    pub fn installed(&self) -> String {
        let ran = self.pacman(&["-Q", PACKAGE]);
        if ran.succeeded() { ran.stdout } else { String::new() }
    }
}

impl Host for ArchHost {
    fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        self.system.command(arguments, variables)
    }

    fn put(&self, package: &ArchPackage) -> String {
        self.system.put(package)
    }
}
