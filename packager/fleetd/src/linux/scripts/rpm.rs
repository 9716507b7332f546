//! Scriptlets of an rpm, after rpm's documentation ("Scriptlets").
//!
//! Each is told how many packages of the name there will be when it has ended: 0 says that the package is erased. An upgrade
//! installs the new package before it erases the old one, so its steps are
//!
//! ```text
//! new files, post (2) of the new package, preun (1) and postun (1) of the old one, posttrans of the new one
//! ```
//!
//! | scriptlet | argument | what is done |
//! |---|---|---|
//! | post | any | the service is enabled and restarted, or restarted later if orbit itself installs; not if it is masked |
//! | preun | 0 | the service is stopped and disabled; on an upgrade it goes on running |
//! | postun | 0 | everything is deleted that holds the host's enrollment: files, keys, logs of orbit |
//! | posttrans | not looked at | the service is enabled and started once more, if anything stopped it since |
//!
//! The last is for moves from packages that `fleetctl package` made: their preun takes an upgrade for an erasure, and stops
//! and disables the service after `post` has started it.
//!
//! rpm makes directories that a host lacks, and has no purging: osquery's logs stay until somebody deletes them.

use packager_formats::Scripts;
use packager_spec::Service;

use super::{ENABLE, ENABLE_AND_RESTART, FORGET, IS_MASKED, RELOAD, RESTART, STOP};

const POST_INSTALL_SERVICE: &str = "enable_and_restart\n";

const POST_INSTALL_NO_SERVICE: &str = "reload\n";

/// Starting what runs does nothing: a restart that is put off stays so.
const POST_TRANSACTION: &str = r"if ! is_masked; then
  enable
  if test -d /run/systemd/system; then
    systemctl start orbit.service
  fi
fi
";

const PRE_REMOVE: &str = r#"if test "$1" = 0; then
  stop
fi
"#;

const POST_REMOVE: &str = r#"if test "$1" = 0; then
  forget
fi
reload
"#;

/// The scriptlets.
pub(super) fn scripts(service: Service) -> Scripts {
    let (post_install, post_transaction) = match service {
        Service::Installed => (
            [IS_MASKED, ENABLE, RESTART, ENABLE_AND_RESTART, POST_INSTALL_SERVICE].concat(),
            Some([IS_MASKED, ENABLE, POST_TRANSACTION].concat()),
        ),
        Service::Absent => ([RELOAD, POST_INSTALL_NO_SERVICE].concat(), None),
    };
    Scripts {
        pre_install: None,
        post_install: Some(post_install),
        pre_remove: Some([STOP, PRE_REMOVE].concat()),
        post_remove: Some([FORGET, RELOAD, POST_REMOVE].concat()),
        post_transaction,
    }
}
