//! Scripts that a package manager runs on a host.
//!
//! What is to be done is the same everywhere, and stands here as functions for `/bin/sh`; when it is to be done is each
//! package manager's own language, and stands in a module for each.
//!
//! Without a running systemd (a container, an image being built) the service is enabled for the next boot and nothing is
//! started.

mod arch;
mod deb;
mod rpm;

use packager_formats::Scripts;
use packager_spec::{PackageSpec, PackageType};

/// Has systemd read its units, where it runs.
const RELOAD: &str = r"reload() {
  if test -d /run/systemd/system; then
    systemctl daemon-reload || true
  fi
}
";

/// Whether the operator masked the service: then it is neither enabled nor started.
const IS_MASKED: &str = r"is_masked() {
  command -v systemctl >/dev/null 2>&1 || return 1
  case $(systemctl is-enabled orbit.service 2>/dev/null || true) in
    masked*) return 0 ;;
  esac
  return 1
}
";

/// Enables the service, and so also one that is disabled.
const ENABLE: &str = r"enable() {
  if command -v systemctl >/dev/null 2>&1; then
    systemctl enable orbit.service
  fi
}
";

/// Restarts the service, where systemd runs. When orbit installs an update of its own package, `INSTALLER_PATH` is set: a
/// restart would end the installation together with orbit, so it is put off.
const RESTART: &str = r#"restart() {
  test -d /run/systemd/system || return 0
  systemctl daemon-reload
  if test -z "${INSTALLER_PATH:-}"; then
    systemctl restart orbit.service
  elif command -v systemd-run >/dev/null 2>&1; then
    echo "orbit is installing this package: its restart is put off by a minute."
    systemd-run --on-active=60 --working-directory=/ systemctl restart --no-block orbit.service
  else
    echo "orbit is installing this package, and systemd-run is missing: restart orbit.service by hand."
  fi
}
"#;

/// Enables and restarts the service, unless it is masked.
const ENABLE_AND_RESTART: &str = r#"enable_and_restart() {
  if is_masked; then
    echo "orbit.service is masked: it is neither enabled nor started."
    return
  fi
  enable
  restart
}
"#;

/// Stops and disables the service. fleet-desktop runs in users' sessions, out of the service's reach.
const STOP: &str = r"stop() {
  if command -v systemctl >/dev/null 2>&1; then
    systemctl disable --now orbit.service || true
  fi
  if command -v pkill >/dev/null 2>&1; then
    pkill -x fleet-desktop || true
  fi
}
";

/// Deletes everything that holds the host's enrollment: files, keys, logs of orbit.
const FORGET: &str = r"forget() {
  rm -rf /var/lib/orbit /var/log/orbit /opt/orbit /etc/default/orbit
}
";

/// The scripts of the package that `spec` asks for.
pub(crate) fn scripts(spec: &PackageSpec) -> Scripts {
    match spec.package_type {
        PackageType::Rpm => rpm::scripts(spec.service),
        PackageType::Arch => arch::scripts(spec.service),
        _ => deb::scripts(spec.service),
    }
}
