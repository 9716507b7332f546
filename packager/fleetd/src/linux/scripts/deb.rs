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

use packager_formats::Scripts;
use packager_spec::Service;

use super::{ENABLE, ENABLE_AND_RESTART, FORGET, IS_MASKED, RELOAD, RESTART, STOP};

const PRE_INSTALL: &str = r"mkdir -p /opt /usr/local/bin
";

const POST_INSTALL_SERVICE: &str = r#"case "$1" in
  configure | abort-upgrade | abort-remove | abort-deconfigure)
    enable_and_restart
    ;;
esac
"#;

const POST_INSTALL_NO_SERVICE: &str = r#"case "$1" in
  configure)
    reload
    ;;
esac
"#;

const PRE_REMOVE: &str = r#"case "$1" in
  remove | deconfigure)
    stop
    ;;
esac
"#;

const POST_REMOVE: &str = r#"case "$1" in
  remove)
    forget
    reload
    ;;
  purge)
    forget
    rm -rf /var/log/osquery
    ;;
esac
"#;

/// The scripts.
pub(super) fn scripts(service: Service) -> Scripts {
    let post_install = match service {
        Service::Installed => [IS_MASKED, ENABLE, RESTART, ENABLE_AND_RESTART, POST_INSTALL_SERVICE].concat(),
        Service::Absent => [RELOAD, POST_INSTALL_NO_SERVICE].concat(),
    };
    Scripts {
        pre_install: Some(PRE_INSTALL.to_owned()),
        post_install: Some(post_install),
        pre_remove: Some([STOP, PRE_REMOVE].concat()),
        post_remove: Some([FORGET, RELOAD, POST_REMOVE].concat()),
        post_transaction: None,
    }
}
