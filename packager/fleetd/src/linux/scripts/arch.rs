//! Functions of an Arch package's `.INSTALL`, which say by their names when they are called (PKGBUILD(5)):
//!
//! | function | what is done |
//! |---|---|
//! | `pre_install`, `pre_upgrade` | `/opt` and `/usr/local/bin`, which the package uses and does not own, are made if the host lacks them |
//! | `post_install`, `post_upgrade` | the service is enabled and restarted, or restarted later if orbit itself installs; not if it is masked |
//! | `pre_remove` | the service is stopped and disabled |
//! | `post_remove` | everything is deleted that holds the host's enrollment: files, keys, logs of orbit |
//!
//! pacman has no purging: osquery's logs stay until somebody deletes them.

use packager_formats::Scripts;
use packager_spec::Service;

use super::{ENABLE, ENABLE_AND_RESTART, FORGET, IS_MASKED, RELOAD, RESTART, STOP};

const PRE_INSTALL: &str = "mkdir -p /opt /usr/local/bin\n";

/// The scripts, which the format puts into functions.
pub(super) fn scripts(service: Service) -> Scripts {
    let post_install = match service {
        Service::Installed => [IS_MASKED, ENABLE, RESTART, ENABLE_AND_RESTART, "enable_and_restart\n"].concat(),
        Service::Absent => [RELOAD, "reload\n"].concat(),
    };
    Scripts {
        pre_install: Some(PRE_INSTALL.to_owned()),
        post_install: Some(post_install),
        pre_remove: Some([STOP, "stop\n"].concat()),
        post_remove: Some([FORGET, RELOAD, "forget\nreload\n"].concat()),
        post_transaction: None,
    }
}
