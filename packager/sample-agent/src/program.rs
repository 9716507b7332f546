//! The programs.

use crate::version_info;

/// What a program is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Architecture {
    /// x86-64.
    X64,
    /// 64-bit ARM.
    Arm64,
}

impl Architecture {
    /// Both.
    pub const ALL: [Self; 2] = [Self::X64, Self::Arm64];

    /// The platform that its targets are published for, as Fleet's repository names it.
    #[must_use]
    pub const fn platform(self) -> &'static str {
        match self {
            Self::X64 => "windows",
            Self::Arm64 => "windows-arm64",
        }
    }
}

/// A program of the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Program {
    /// The service "Fleet osquery". When it starts, it writes what it was started with to [`Program::REPORT`].
    Orbit,
    /// Says its version.
    Osqueryd,
    /// Says its version.
    FleetDesktop,
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Orbit, Self::Osqueryd, Self::FleetDesktop];

    /// The file in which orbit says, in UTF-8, what it was started with: its name and version, its command line, and the
    /// variables `ORBIT_*` of its environment, a line each; of secrets only whether they are there. It lies in the folder
    /// that `ORBIT_ROOT_DIR` names, or beside orbit.
    pub const REPORT: &str = "sample-started.txt";

    /// Its target's file name.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Orbit => "orbit.exe",
            Self::Osqueryd => "osqueryd.exe",
            Self::FleetDesktop => "fleet-desktop.exe",
        }
    }

    /// The first component of its target's name.
    #[must_use]
    pub const fn component(self) -> &'static str {
        match self {
            Self::Orbit => "orbit",
            Self::Osqueryd => "osqueryd",
            Self::FleetDesktop => "desktop",
        }
    }

    /// The program of release `version`, an executable in PE format. Its file version is made of the first four numbers of
    /// `version`: 1.58.0 gives 1.58.0.0, and 1.2.3-1 gives 1.2.3.1.
    ///
    /// Returns `None` for a version of more than [`Program::VERSION_LENGTH_LIMIT`] UTF-16 units, or with a number that does not
    /// fit in 16 bits.
    #[must_use]
    pub fn release(self, architecture: Architecture, version: &str) -> Option<Vec<u8>> {
        let mut executable = self.executable(architecture).to_vec();
        version_info::write(&mut executable, version)?;
        Some(executable)
    }

    /// The longest version that a program can say, in UTF-16 units.
    pub const VERSION_LENGTH_LIMIT: usize = version_info::SPACE;

    const fn executable(self, architecture: Architecture) -> &'static [u8] {
        match (architecture, self) {
            (Architecture::X64, Self::Orbit) => include_bytes!("../windows/x64/orbit.exe"),
            (Architecture::X64, Self::Osqueryd) => include_bytes!("../windows/x64/osqueryd.exe"),
            (Architecture::X64, Self::FleetDesktop) => include_bytes!("../windows/x64/fleet-desktop.exe"),
            (Architecture::Arm64, Self::Orbit) => include_bytes!("../windows/arm64/orbit.exe"),
            (Architecture::Arm64, Self::Osqueryd) => include_bytes!("../windows/arm64/osqueryd.exe"),
            (Architecture::Arm64, Self::FleetDesktop) => include_bytes!("../windows/arm64/fleet-desktop.exe"),
        }
    }
}
