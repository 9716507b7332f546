//! Maintainer scripts of a deb, after the Debian Policy Manual, chapter 6.
//!
//! Which argument means what:
//!
//! | script | argument | what is done |
//! |---|---|---|
//! | preinst | any | `/opt` and `/usr/local/bin`, which the package uses and does not own, are made if the host lacks them |
//! | postinst | `configure`, `abort-…` | the service is enabled and restarted, or restarted later if orbit itself installs; not if it is masked |
//! | prerm | `remove`, `deconfigure` | the service is stopped and disabled; on `upgrade` it goes on running |
//! | postrm | `remove` | everything is deleted that holds the host's enrollment: files, keys, logs of orbit |
//! | postrm | `purge` | what is left, osquery's logs, is deleted |
//!
//! Without a running systemd (a container, an image being built) the service is enabled for the next boot and nothing is
//! started.

use packager_formats::Scripts;
use packager_spec::Service;

const PRE_INSTALL: &str = r"mkdir -p /opt /usr/local/bin
";

/// When orbit installs an update of its own package, `INSTALLER_PATH` is set: a restart would end the installation
/// together with orbit, so it is put off.
const POST_INSTALL_SERVICE: &str = r#"case "$1" in
  configure | abort-upgrade | abort-remove | abort-deconfigure)
    if command -v systemctl >/dev/null 2>&1; then
      case $(systemctl is-enabled orbit.service 2>/dev/null || true) in
        masked*)
          echo "orbit.service is masked: it is neither enabled nor started."
          exit 0
          ;;
      esac
      systemctl enable orbit.service
    fi
    if test -d /run/systemd/system; then
      systemctl daemon-reload
      if test -z "${INSTALLER_PATH:-}"; then
        systemctl restart orbit.service
      elif command -v systemd-run >/dev/null 2>&1; then
        echo "orbit is installing this package: its restart is put off by a minute."
        systemd-run --on-active=60 --working-directory=/ systemctl restart --no-block orbit.service
      else
        echo "orbit is installing this package, and systemd-run is missing: restart orbit.service by hand."
      fi
    fi
    ;;
esac
"#;

const POST_INSTALL_NO_SERVICE: &str = r#"case "$1" in
  configure)
    if test -d /run/systemd/system; then
      systemctl daemon-reload
    fi
    ;;
esac
"#;

/// fleet-desktop runs in users' sessions, out of the service's reach.
const PRE_REMOVE: &str = r#"case "$1" in
  remove | deconfigure)
    if command -v systemctl >/dev/null 2>&1; then
      systemctl disable --now orbit.service || true
    fi
    if command -v pkill >/dev/null 2>&1; then
      pkill -x fleet-desktop || true
    fi
    ;;
esac
"#;

const POST_REMOVE: &str = r#"case "$1" in
  remove)
    rm -rf /var/lib/orbit /var/log/orbit /opt/orbit /etc/default/orbit
    if test -d /run/systemd/system; then
      systemctl daemon-reload || true
    fi
    ;;
  purge)
    rm -rf /var/lib/orbit /var/log/orbit /opt/orbit /etc/default/orbit /var/log/osquery
    ;;
esac
"#;

/// The scripts of a deb.
pub(crate) fn deb(service: Service) -> Scripts {
    let post_install = match service {
        Service::Installed => POST_INSTALL_SERVICE,
        Service::Absent => POST_INSTALL_NO_SERVICE,
    };
    Scripts {
        pre_install: Some(PRE_INSTALL.to_owned()),
        post_install: Some(post_install.to_owned()),
        pre_remove: Some(PRE_REMOVE.to_owned()),
        post_remove: Some(POST_REMOVE.to_owned()),
    }
}
