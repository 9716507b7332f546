//! What Installer runs, as root, when files are in place: after a first installation and after an upgrade.
//!
//! It is told the package, the folder and the volume that it installs to. Volumes but the running system's have no launchd
//! to be talked to: the daemon starts when they are booted.

use packager_formats::Scripts;
use packager_spec::{PackageSpec, Service};

/// Links to orbit, and the folder that launchd writes its output to. `/usr/local/bin` is missing on a fresh system.
const LINK: &str = r#"volume=${3:-/}
volume=${volume%/}
mkdir -p "$volume/usr/local/bin" "$volume/var/log/orbit"
ln -sfn '/opt/orbit/bin/orbit/macos/@CHANNEL@/orbit' "$volume/opt/orbit/bin/orbit/orbit"
ln -sfn /opt/orbit/bin/orbit/orbit "$volume/usr/local/bin/orbit"
"#;

/// Starts what was installed in the place of what was running. A daemon that is still about to end makes `bootstrap` fail.
const RESTART: &str = r#"
label=com.fleetdm.orbit
daemon=/Library/LaunchDaemons/$label.plist

restart() {
  pkill -x fleet-desktop || true
  launchctl bootout "system/$label" 2>/dev/null || true
  launchctl enable "system/$label"
  tries=30
  until launchctl bootstrap system "$daemon"; do
    tries=$((tries - 1))
    if test "$tries" -eq 0; then
      echo "$daemon cannot be bootstrapped."
      return 1
    fi
    sleep 1
  done
  launchctl kickstart "system/$label"
}

if test -n "$volume"; then
  exit 0
fi
marker=/opt/orbit/.inband_upgrade
if test -e "$marker"; then
  rm -f "$marker"
  echo "orbit is installing this package: its restart is put off by half a minute."
  (sleep 30; restart) </dev/null >/dev/null 2>&1 &
else
  restart
fi
"#;

/// The scripts of the package that `spec` asks for. Channels have no character that means anything to a shell.
pub(crate) fn scripts(spec: &PackageSpec) -> Scripts {
    let link = LINK.replace("@CHANNEL@", spec.orbit_channel.as_str());
    let post_install = match spec.service {
        Service::Installed => link + RESTART,
        Service::Absent => link,
    };
    Scripts {
        post_install: Some(post_install),
        ..Scripts::default()
    }
}
