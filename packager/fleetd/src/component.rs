//! The programs that the agent consists of, as Fleet's update repository names them:
//! `<component>/<platform>/<channel>/<file>`.

use packager_spec::{Channel, PackageSpec, PackagerSwitch};

use crate::Platform;

/// Which program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Program {
    /// orbit, the supervisor and updater.
    Orbit,
    /// osqueryd.
    Osqueryd,
    /// Fleet Desktop.
    Desktop,
}

impl Program {
    /// Its name in paths.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Orbit => "orbit",
            Self::Osqueryd => "osqueryd",
            Self::Desktop => "desktop",
        }
    }
}

/// In which form the repository has a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An executable as it is.
    Executable,
    /// An archive, which is installed unpacked.
    Archive,
}

/// One program for one platform, from one channel. Equal components of one release have equal files, whatever else the
/// packages have that they are in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Component {
    /// The program.
    pub program: Program,
    /// The platform.
    pub platform: Platform,
    /// The channel.
    pub channel: Channel,
}

impl Component {
    /// The components that `spec` asks for; the first is orbit, whose version is the package's.
    #[must_use]
    pub fn all_of(spec: &PackageSpec) -> Vec<Self> {
        let platform = Platform::of(spec);
        let component = |program, channel: &Channel| Self {
            program,
            platform,
            channel: channel.clone(),
        };
        let mut components = vec![
            component(Program::Orbit, &spec.orbit_channel),
            component(Program::Osqueryd, &spec.osqueryd_channel),
        ];
        if spec.has(PackagerSwitch::FleetDesktop) {
            components.push(component(Program::Desktop, &spec.desktop_channel));
        }
        components
    }

    /// The component's file in the repository: where it lies, and what it is.
    fn file(&self) -> (&'static str, &'static str, Form) {
        use Program::{Desktop, Orbit, Osqueryd};
        let platform = self.platform.as_str();
        match (self.platform, self.program) {
            (Platform::Linux(_) | Platform::MacOs, Orbit) => (platform, "orbit", Form::Executable),
            (Platform::Linux(_), Osqueryd) => (platform, "osqueryd", Form::Executable),
            (Platform::Linux(_), Desktop) => (platform, "desktop.tar.gz", Form::Archive),
            (Platform::MacOs, Osqueryd) => ("macos-app", "osqueryd.app.tar.gz", Form::Archive),
            (Platform::MacOs, Desktop) => (platform, "desktop.app.tar.gz", Form::Archive),
            (Platform::Windows(_), Orbit) => (platform, "orbit.exe", Form::Executable),
            (Platform::Windows(_), Osqueryd) => (platform, "osqueryd.exe", Form::Executable),
            (Platform::Windows(_), Desktop) => (platform, "fleet-desktop.exe", Form::Executable),
        }
    }

    /// The name of the folder that the component lies in, in the repository and on a host.
    pub(crate) fn platform_folder(&self) -> &'static str {
        let (folder, ..) = self.file();
        folder
    }

    /// The name of the component's file in the repository.
    pub(crate) fn file_name(&self) -> &'static str {
        let (_, file, _) = self.file();
        file
    }

    /// The name of the component's target.
    #[must_use]
    pub fn target_name(&self) -> String {
        let (platform, file, _) = self.file();
        format!("{}/{platform}/{}/{file}", self.program.as_str(), self.channel)
    }

    /// The form of that target.
    #[must_use]
    pub fn form(&self) -> Form {
        let (_, _, form) = self.file();
        form
    }
}

#[cfg(test)]
mod tests {
    use packager_spec::Architecture;

    use super::*;

    #[test]
    fn targets_are_where_fleets_repository_has_them() {
        use Program::{Desktop, Orbit, Osqueryd};
        let (amd64, arm64) = (Architecture::Amd64, Architecture::Arm64);
        for (platform, program, name, form) in [
            (
                Platform::Linux(amd64),
                Orbit,
                "orbit/linux/edge/orbit",
                Form::Executable,
            ),
            (
                Platform::Linux(arm64),
                Osqueryd,
                "osqueryd/linux-arm64/edge/osqueryd",
                Form::Executable,
            ),
            (
                Platform::Linux(amd64),
                Desktop,
                "desktop/linux/edge/desktop.tar.gz",
                Form::Archive,
            ),
            (Platform::MacOs, Orbit, "orbit/macos/edge/orbit", Form::Executable),
            (
                Platform::MacOs,
                Osqueryd,
                "osqueryd/macos-app/edge/osqueryd.app.tar.gz",
                Form::Archive,
            ),
            (
                Platform::MacOs,
                Desktop,
                "desktop/macos/edge/desktop.app.tar.gz",
                Form::Archive,
            ),
            (
                Platform::Windows(amd64),
                Orbit,
                "orbit/windows/edge/orbit.exe",
                Form::Executable,
            ),
            (
                Platform::Windows(arm64),
                Osqueryd,
                "osqueryd/windows-arm64/edge/osqueryd.exe",
                Form::Executable,
            ),
            (
                Platform::Windows(amd64),
                Desktop,
                "desktop/windows/edge/fleet-desktop.exe",
                Form::Executable,
            ),
        ] {
            let component = Component {
                program,
                platform,
                channel: "edge".try_into().unwrap(),
            };
            assert_eq!((component.target_name().as_str(), component.form()), (name, form));
        }
    }
}
