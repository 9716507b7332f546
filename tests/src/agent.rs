//! A sample release of Fleet's agent.

use std::fs;
use std::sync::Arc;

use packager_fleetd::{Agent, Bundle, BundleEntry, Component, Program};
use packager_formats::Content;
use zeroize::Zeroizing;

/// Stays up until it is told to stop, as orbit does, and says so where a test can see it.
const ORBIT: &str = r#"#!/bin/sh
trap 'exit 0' TERM
echo "orbit __VERSION__ $*"
sleep infinity &
wait
"#;
const OSQUERYD: &str = "#!/bin/sh\necho \"osqueryd __VERSION__\"\n";
const DESKTOP: &str = "#!/bin/sh\ntrap 'exit 0' TERM\nsleep infinity &\nwait\n";

/// The SHA-512 that the sample's desktop archive is said to have.
pub const DESKTOP_ARCHIVE_SHA512: &str = "\
    cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce\
    47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e";

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

    /// ELF executables: this machine's own, whatever they do.
    #[must_use]
    pub fn executables(version: &str) -> Self {
        let program = |path: &str| fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self {
            version: version.to_owned(),
            orbit: program("/usr/bin/env"),
            osqueryd: program("/usr/bin/true"),
            desktop: program("/usr/bin/sleep"),
        }
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
