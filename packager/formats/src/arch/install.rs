//! `.INSTALL`: functions that pacman calls before and after it installs, upgrades and removes (PKGBUILD(5),
//! "INSTALL/UPGRADE/REMOVE SCRIPTING").
//!
//! A function is called with the new version, that of an upgrade also with the old one, and that of a removal with the old
//! version alone; an upgrade calls the new package's. The body is a shell of its own, so that it may `exit`.

use std::fmt::Write as _;

use crate::Scripts;

/// The functions; none if there are no scripts. What is done at the installation is done at an upgrade too: unlike deb and
/// rpm, Arch has a function of its own for it.
pub(super) fn install(scripts: &Scripts) -> Option<String> {
    let functions = [
        ("pre_install", Some("pre_upgrade"), &scripts.pre_install),
        ("post_install", Some("post_upgrade"), &scripts.post_install),
        ("pre_remove", None, &scripts.pre_remove),
        ("post_remove", None, &scripts.post_remove),
    ];
    let mut text = String::new();
    for (name, upgrade, body) in functions {
        if let Some(body) = body {
            // Writing to a string does not fail.
            let _ = write!(text, "{name}() (\nset -e\n{}\n)\n", body.trim_end());
            if let Some(upgrade) = upgrade {
                let _ = writeln!(text, "{upgrade}() {{ {name} \"$@\"; }}");
            }
        }
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_scripts_no_file() {
        assert_eq!(install(&Scripts::default()), None);
    }

    #[test]
    fn an_upgrade_does_what_an_installation_does() {
        let scripts = Scripts {
            post_install: Some("echo \"$1\"\n".to_owned()),
            ..Scripts::default()
        };
        assert_eq!(
            install(&scripts).unwrap(),
            "post_install() (\nset -e\necho \"$1\"\n)\npost_upgrade() { post_install \"$@\"; }\n"
        );
    }
}
