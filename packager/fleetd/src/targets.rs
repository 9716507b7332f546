//! Names of targets in Fleet's update repository: `<target>/<platform>/<channel>/<file>`.

use packager_spec::{Arguments, PackageSpec, PackagerSwitch};

use crate::Platform;

/// The targets that a package is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetNames {
    /// orbit, an executable.
    pub orbit: String,
    /// osqueryd: an executable, on macOS an archive of an application.
    pub osqueryd: String,
    /// Fleet Desktop, if asked for: an archive, on Windows an executable.
    pub desktop: Option<String>,
}

/// The targets that `spec` asks for.
#[must_use]
pub fn target_names(spec: &PackageSpec) -> TargetNames {
    let Arguments {
        orbit_channel,
        osqueryd_channel,
        desktop_channel,
        ..
    } = &**spec;
    let platform = Platform::of(spec);
    let (osqueryd_platform, orbit, osqueryd, desktop) = match platform {
        Platform::Linux(_) => (platform.as_str(), "orbit", "osqueryd", "desktop.tar.gz"),
        Platform::MacOs => ("macos-app", "orbit", "osqueryd.app.tar.gz", "desktop.app.tar.gz"),
        Platform::Windows(_) => (platform.as_str(), "orbit.exe", "osqueryd.exe", "fleet-desktop.exe"),
    };
    let platform = platform.as_str();
    TargetNames {
        orbit: format!("orbit/{platform}/{orbit_channel}/{orbit}"),
        osqueryd: format!("osqueryd/{osqueryd_platform}/{osqueryd_channel}/{osqueryd}"),
        desktop: spec
            .has(PackagerSwitch::FleetDesktop)
            .then(|| format!("desktop/{platform}/{desktop_channel}/{desktop}")),
    }
}
