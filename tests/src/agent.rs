//! A sample release of Fleet's agent.

use std::fs;
use std::process::Command;
use std::sync::Arc;

use packager_fleetd::{Agent, Bundle, BundleEntry, Component, Program};
use packager_formats::Content;
use zeroize::Zeroizing;

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
/// Where the sample's orbit finds an update of its own package.
pub const UPDATE: &str = "/run/update.deb";
/// The pipe to which the sample's orbit writes how an update ended.
pub const UPDATED: &str = "/run/updated";
const OSQUERYD: &str = "#!/bin/sh\necho \"osqueryd __VERSION__\"\n";
const DESKTOP: &str = "#!/bin/sh\ntrap 'exit 0' TERM\nsleep infinity &\nwait\n";

/// The SHA-512 that the sample's desktop archive is said to have.
pub const DESKTOP_ARCHIVE_SHA512: &str = "\
    cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce\
    47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e";

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
#[derive(Clone)]
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

    /// orbit's bytes.
    #[must_use]
    pub fn orbit(&self) -> &[u8] {
        &self.orbit
    }

    /// As it is after fetching, with or without Fleet Desktop.
    pub(crate) fn fetched(&self, has_desktop: bool) -> Agent {
        Agent {
            orbit_version: self.version.clone(),
            orbit: Component::Program(Program {
                content: content(&self.orbit),
            }),
            osqueryd: Component::Program(Program {
                content: content(&self.osqueryd),
            }),
            desktop: has_desktop.then(|| Component::Bundle(self.desktop())),
        }
    }

    /// The archive, with modes that must not arrive as they are.
    fn desktop(&self) -> Bundle {
        let entry = |path: &str, mode, content| BundleEntry {
            path: path.to_owned(),
            mode,
            content,
        };
        Bundle {
            archive_sha512: DESKTOP_ARCHIVE_SHA512.to_owned(),
            entries: vec![
                entry("fleet-desktop", 0o777, None),
                entry("fleet-desktop/fleet-desktop", 0o4775, Some(content(&self.desktop))),
                entry("fleet-desktop/resources", 0o755, None),
                entry("fleet-desktop/resources/icon.txt", 0o664, Some(content(b"icon\n"))),
            ],
        }
    }
}

fn content(bytes: &[u8]) -> Arc<dyn Content> {
    Arc::new(Zeroizing::new(bytes.to_vec()))
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
