//! A sample release of Fleet's agent.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};
use packager_sample_agent::{Architecture, Program};
use packager_targets::TargetName;
use packager_targets::sample::{SampleRepository, SampleSettings};
use sha2::{Digest, Sha512};

use crate::ran::Ran;

/// Stays up until it is told to stop, as orbit does, and says so where a test can see it. On SIGUSR1 it installs
/// [`UPDATE`] as orbit installs an update of its own package, and writes how that ended to the pipe [`UPDATED`].
const ORBIT: &str = r#"#!/bin/sh
update() {
  INSTALLER_PATH=/run/update.deb dpkg --install /run/update.deb >/run/update.log 2>&1
  echo "exit status $?" >/run/updated
}
trap 'exit 0' TERM
trap update USR1
echo "orbit __VERSION__ $*"
sleep infinity &
while kill -0 $!; do
  wait
done
"#;
/// How the sample's orbit does that.
const INSTALL_UPDATE: &str = "dpkg --install /run/update.deb";
/// Where the sample's orbit finds an update of its own package.
pub const UPDATE: &str = "/run/update.deb";
/// The pipe to which the sample's orbit writes how an update ended.
pub const UPDATED: &str = "/run/updated";
const OSQUERYD: &str = "#!/bin/sh\necho \"osqueryd __VERSION__\"\n";
const DESKTOP: &str = "#!/bin/sh\ntrap 'exit 0' TERM\nsleep infinity &\nwait\n";

/// Where Fleet's update repository has programs for Linux.
const LINUX: &[&str] = &["linux", "linux-arm64"];
/// Where it has them for macOS.
const MACOS: &[&str] = &["macos"];
/// Where osqueryd is a bundle.
const MACOS_APP: &[&str] = &["macos-app"];
/// The channels that a sample release is in.
const CHANNELS: [&str; 5] = ["stable", "edge", "beta_1", "5.20", "5.20.0"];
/// How long a sample repository's metadata is valid. No test runs for so long.
const VALID_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Offset of the architecture in an ELF header (elf(5)).
const E_MACHINE: usize = 18;
const EM_AARCH64: u16 = 183;

/// zlib is known by this text.
const STATICALLY_LINKED: &str = r#"
#include <stdio.h>
const char copyright[] = " deflate 1.2.13 Copyright 1995-2022 Jean-loup Gailly and Mark Adler ";
int main(void) { return puts(copyright) < 0; }
"#;

/// The programs of a release, and its version.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AgentFixture {
    version: String,
    orbit: Vec<u8>,
    osqueryd: Vec<u8>,
    desktop: Vec<u8>,
    /// In the place of the bundle that is made of osqueryd.
    osquery_app: Option<Vec<u8>>,
}

impl AgentFixture {
    /// Shell scripts that really run.
    #[must_use]
    pub fn scripts(version: &str) -> Self {
        let program = |text: &str| text.replace("__VERSION__", version).into_bytes();
        Self {
            version: version.to_owned(),
            orbit: program(ORBIT),
            osqueryd: program(OSQUERYD),
            desktop: program(DESKTOP),
            osquery_app: None,
        }
    }

    /// ELF executables for x86-64: two of this machine's own, and osqueryd linked as the real one may be, with static
    /// libraries and symbols.
    ///
    /// # Panics
    /// Without a C compiler.
    #[must_use]
    pub fn executables(version: &str) -> Self {
        let program = |path: &str| fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self {
            version: version.to_owned(),
            orbit: program("/usr/bin/env"),
            osqueryd: statically_linked(),
            desktop: program("/usr/bin/sleep"),
            osquery_app: None,
        }
    }

    /// The same for 64-bit ARM, as far as their headers say.
    ///
    /// # Panics
    /// Without a C compiler.
    #[must_use]
    pub fn arm64_executables(version: &str) -> Self {
        let mut agent = Self::executables(version);
        for program in [&mut agent.orbit, &mut agent.osqueryd, &mut agent.desktop] {
            program[E_MACHINE..E_MACHINE + 2].copy_from_slice(&EM_AARCH64.to_le_bytes());
        }
        agent
    }

    /// The same, but that orbit installs updates of its own package with `command`.
    ///
    /// # Panics
    /// If orbit is no script of [`AgentFixture::scripts`].
    #[must_use]
    pub fn installing(self, command: &str) -> Self {
        let orbit = String::from_utf8(self.orbit).unwrap();
        assert!(orbit.contains(INSTALL_UPDATE));
        Self {
            orbit: orbit.replace(INSTALL_UPDATE, command).into_bytes(),
            ..self
        }
    }

    /// The same with another archive of osqueryd's bundle for macOS.
    #[must_use]
    pub fn with_osquery_app(self, archive: Vec<u8>) -> Self {
        Self {
            osquery_app: Some(archive),
            ..self
        }
    }

    /// orbit's bytes.
    #[must_use]
    pub fn orbit(&self) -> &[u8] {
        &self.orbit
    }

    /// The SHA-512 of Fleet Desktop's archive, in hexadecimal digits.
    #[must_use]
    pub fn desktop_archive_sha512(&self) -> String {
        sha512(&self.desktop_archive())
    }

    /// Publishes the release in a new update repository in `folder`, in every channel and for both architectures.
    pub(crate) fn publish(&self, folder: &Path) {
        let expires = Timestamp::now().checked_add(VALID_FOR).unwrap();
        let mut repository = SampleRepository::create(folder, SampleSettings::until(expires)).unwrap();
        let version = self.version.parse().unwrap();
        let (desktop, desktop_app, osquery_app) = (self.desktop_archive(), self.desktop_app(), self.osquery_app());
        for (component, platforms, file, content) in [
            ("orbit", LINUX, "orbit", &self.orbit),
            ("osqueryd", LINUX, "osqueryd", &self.osqueryd),
            ("desktop", LINUX, "desktop.tar.gz", &desktop),
            ("orbit", MACOS, "orbit", &self.orbit),
            ("osqueryd", MACOS_APP, "osqueryd.app.tar.gz", &osquery_app),
            ("desktop", MACOS, "desktop.app.tar.gz", &desktop_app),
        ] {
            for platform in platforms {
                for channel in CHANNELS {
                    let name = TargetName::in_fleet_layout(component, platform, channel, file).unwrap();
                    repository.put_target(&name, content, Some(&version)).unwrap();
                }
            }
        }
        for architecture in Architecture::ALL {
            for program in Program::ALL {
                let content = self.for_windows(program, architecture);
                for channel in CHANNELS {
                    let (component, platform) = (program.component(), architecture.platform());
                    let name = TargetName::in_fleet_layout(component, platform, channel, program.file_name()).unwrap();
                    repository.put_target(&name, &content, Some(&version)).unwrap();
                }
            }
        }
        repository.publish().unwrap();
    }

    /// A program for Windows, whose version is the release's.
    ///
    /// # Panics
    /// If a program cannot have that version.
    #[must_use]
    pub fn for_windows(&self, program: Program, architecture: Architecture) -> Vec<u8> {
        program
            .release(architecture, &self.version)
            .unwrap_or_else(|| panic!("no program for Windows has the version {}", self.version))
    }

    /// osqueryd's bundle for macOS. Its programs are the same scripts, which run on either processor.
    #[must_use]
    pub fn osquery_app(&self) -> Vec<u8> {
        if let Some(archive) = &self.osquery_app {
            return archive.clone();
        }
        let mut archive = Archive::new();
        archive.file("osquery.app/Contents/Info.plist", 0o644, b"<plist/>\n");
        archive.file("osquery.app/Contents/MacOS/osqueryd", 0o755, &self.osqueryd);
        archive.link("osquery.app/Contents/Resources/osqueryctl", "../MacOS/osqueryd");
        archive.finish()
    }

    /// Fleet Desktop's bundle for macOS, with a framework as Apple's tools lay it out, names that need care, and modes that
    /// must not arrive as they are.
    #[must_use]
    pub fn desktop_app(&self) -> Vec<u8> {
        let framework = "Fleet Desktop.app/Contents/Frameworks/Sample.framework";
        let mut archive = Archive::new();
        archive.directory("Fleet Desktop.app/", 0o777);
        archive.directory("Fleet Desktop.app/Contents/", 0o755);
        archive.file("Fleet Desktop.app/Contents/MacOS/fleet-desktop", 0o4775, &self.desktop);
        archive.file(
            "Fleet Desktop.app/Contents/Resources/it's \"é\" & more.txt",
            0o664,
            b"text\n",
        );
        archive.file(&format!("{framework}/Versions/A/Sample"), 0o755, b"code\n");
        archive.link(&format!("{framework}/Versions/Current"), "A");
        archive.link(&format!("{framework}/Sample"), "Versions/Current/Sample");
        archive.finish()
    }

    /// Fleet Desktop's archive, with modes that must not arrive as they are.
    fn desktop_archive(&self) -> Vec<u8> {
        let mut archive = Archive::new();
        archive.directory("fleet-desktop/", 0o777);
        archive.file("fleet-desktop/fleet-desktop", 0o4775, &self.desktop);
        archive.directory("fleet-desktop/resources/", 0o755);
        archive.file("fleet-desktop/resources/icon.txt", 0o664, b"icon\n");
        archive.finish()
    }
}

/// The SHA-512 of `bytes`, in hexadecimal digits.
#[must_use]
pub fn sha512(bytes: &[u8]) -> String {
    hex::encode(Sha512::digest(bytes))
}

/// A tar.gz that is being written.
pub struct Archive(tar::Builder<GzEncoder<Vec<u8>>>);

impl Default for Archive {
    fn default() -> Self {
        Self::new()
    }
}

impl Archive {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self(tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast())))
    }

    /// Adds a directory.
    pub fn directory(&mut self, path: &str, mode: u32) {
        self.append(path, tar::EntryType::Directory, mode, b"");
    }

    /// Adds a file.
    pub fn file(&mut self, path: &str, mode: u32, content: &[u8]) {
        self.append(path, tar::EntryType::Regular, mode, content);
    }

    /// Adds a file of zeros.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn zeros(&mut self, path: &str, size_bytes: u64) {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(size_bytes);
        let zeros = std::io::repeat(0).take(size_bytes);
        self.0.append_data(&mut header, path, zeros).unwrap();
    }

    /// Adds a symbolic link.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn link(&mut self, path: &str, target: &str) {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_mode(0o777);
        header.set_size(0);
        self.0.append_link(&mut header, path, target).unwrap();
    }

    /// The archive.
    ///
    /// # Panics
    /// If it cannot be written.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0.into_inner().unwrap().finish().unwrap()
    }

    fn append(&mut self, path: &str, kind: tar::EntryType, mode: u32, content: &[u8]) {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_size(content.len() as u64);
        self.0.append_data(&mut header, path, content).unwrap();
    }
}

/// Compiles [`STATICALLY_LINKED`].
fn statically_linked() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (source, program) = (folder.path().join("osqueryd.c"), folder.path().join("osqueryd"));
    fs::write(&source, STATICALLY_LINKED).unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-static", "-g", "-o"]).arg(&program).arg(&source);
    let _ = Ran::new(cc).expect_success();
    fs::read(program).unwrap()
}
