//! A sample release of Fleet's agent.

use std::fs;
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};
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
const PLATFORMS: [&str; 2] = ["linux", "linux-arm64"];
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

    /// orbit's bytes.
    #[must_use]
    pub fn orbit(&self) -> &[u8] {
        &self.orbit
    }

    /// The SHA-512 of Fleet Desktop's archive, in hexadecimal digits.
    #[must_use]
    pub fn desktop_archive_sha512(&self) -> String {
        hex::encode(Sha512::digest(self.desktop_archive()))
    }

    /// Publishes the release in a new update repository in `folder`, in every channel and for both architectures.
    pub(crate) fn publish(&self, folder: &Path) {
        let expires = Timestamp::now().checked_add(VALID_FOR).unwrap();
        let mut repository = SampleRepository::create(folder, SampleSettings::until(expires)).unwrap();
        let version = self.version.parse().unwrap();
        let desktop = self.desktop_archive();
        for (component, file, content) in [
            ("orbit", "orbit", &self.orbit),
            ("osqueryd", "osqueryd", &self.osqueryd),
            ("desktop", "desktop.tar.gz", &desktop),
        ] {
            for platform in PLATFORMS {
                for channel in CHANNELS {
                    let name = TargetName::in_fleet_layout(component, platform, channel, file).unwrap();
                    repository.put_target(&name, content, Some(&version)).unwrap();
                }
            }
        }
        repository.publish().unwrap();
    }

    /// Fleet Desktop's archive, with modes that must not arrive as they are.
    fn desktop_archive(&self) -> Vec<u8> {
        let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        let mut append = |path: &str, kind, mode, content: &[u8]| {
            let mut header = tar::Header::new_ustar();
            header.set_entry_type(kind);
            header.set_mode(mode);
            header.set_size(content.len() as u64);
            archive.append_data(&mut header, path, content).unwrap();
        };
        let (directory, file) = (tar::EntryType::Directory, tar::EntryType::Regular);
        append("fleet-desktop/", directory, 0o777, b"");
        append("fleet-desktop/fleet-desktop", file, 0o4775, &self.desktop);
        append("fleet-desktop/resources/", directory, 0o755, b"");
        append("fleet-desktop/resources/icon.txt", file, 0o664, b"icon\n");
        archive.into_inner().unwrap().finish().unwrap()
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
