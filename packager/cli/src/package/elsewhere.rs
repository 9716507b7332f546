//! Flags of `fleetctl package` that do nothing for the packages built here: the harmless ones are accepted, so that a
//! script goes on working; the others are refused, so that nobody believes that they had an effect.

use clap::Args;
use packager_api::SecretText;

use super::flags::{secret, switch};
use crate::error::Error;

/// Flags that fleetctl knows and this program has no use for.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Of fleetctl")]
pub(crate) struct ElsewhereFlags {
    /// Accepted for scripts written for fleetctl; no effect.
    #[arg(long, env = "FLEETCTL_NATIVE_TOOLING", hide_env = true,
          value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch)]
    pub(crate) native_tooling: Option<bool>,
    /// Accepted for scripts written for fleetctl; no effect.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch)]
    pub(crate) disable_open_folder: Option<bool>,
    #[arg(long, hide = true)]
    pub(crate) identifier: Option<String>,
    #[arg(long, hide = true)]
    pub(crate) sign_identity: Option<String>,
    #[arg(long, hide = true,
          value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch)]
    pub(crate) notarize: Option<bool>,
    #[arg(long, hide = true)]
    pub(crate) local_wix_dir: Option<String>,
    #[arg(long, hide = true, value_parser = secret, allow_hyphen_values = true)]
    pub(crate) macos_devid_pem_content: Option<SecretText>,
    #[arg(long, hide = true)]
    pub(crate) app_store_connect_api_key_id: Option<String>,
    #[arg(long, hide = true)]
    pub(crate) app_store_connect_api_key_issuer: Option<String>,
    #[arg(long, hide = true, value_parser = secret, allow_hyphen_values = true)]
    pub(crate) app_store_connect_api_key_content: Option<SecretText>,
}

impl ElsewhereFlags {
    /// Refuses the flags that would have had an effect with fleetctl.
    ///
    /// Their environment variables are not looked at: a build machine may have them set for its macOS builds.
    pub(crate) fn check(&self, package_type: &str) -> Result<(), Error> {
        let signing = "signing keys are settings of the service";
        let wix = "msi packages are made without WiX";
        let identifier = self
            .identifier
            .as_deref()
            .is_some_and(|name| name != "com.fleetdm.orbit");
        let given = [
            ("--identifier", "pkg", identifier, "the identifier is com.fleetdm.orbit"),
            ("--sign-identity", "pkg", self.sign_identity.is_some(), signing),
            ("--notarize", "pkg", self.notarize == Some(true), signing),
            ("--local-wix-dir", "msi", self.local_wix_dir.is_some(), wix),
            (
                "--macos-devid-pem-content",
                "pkg",
                self.macos_devid_pem_content.is_some(),
                signing,
            ),
            (
                "--app-store-connect-api-key-id",
                "pkg",
                self.app_store_connect_api_key_id.is_some(),
                signing,
            ),
            (
                "--app-store-connect-api-key-issuer",
                "pkg",
                self.app_store_connect_api_key_issuer.is_some(),
                signing,
            ),
            (
                "--app-store-connect-api-key-content",
                "pkg",
                self.app_store_connect_api_key_content.is_some(),
                signing,
            ),
        ];
        for (flag, its_type, is_given, why) in given {
            if is_given && its_type == package_type {
                return Err(Error::Usage(format!("{flag} is not supported: {why}")));
            }
            if is_given {
                return Err(Error::Usage(format!(
                    "{flag} has no effect: it is for {its_type} alone"
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(flags: &ElsewhereFlags, package_type: &str) -> String {
        flags.check(package_type).unwrap_err().to_string()
    }

    #[test]
    fn harmless_flags_are_accepted() {
        let flags = ElsewhereFlags {
            native_tooling: Some(true),
            disable_open_folder: Some(true),
            notarize: Some(false),
            identifier: Some("com.fleetdm.orbit".to_owned()),
            ..ElsewhereFlags::default()
        };
        assert!(flags.check("deb").is_ok());
    }

    #[test]
    fn flags_of_another_type_are_refused_with_their_type() {
        let text = || Some("x".to_owned());
        let secret = || Some(SecretText::from("hunter2"));
        let none = ElsewhereFlags::default;
        for (flag, flags) in [
            (
                "--identifier",
                ElsewhereFlags {
                    identifier: text(),
                    ..none()
                },
            ),
            (
                "--sign-identity",
                ElsewhereFlags {
                    sign_identity: text(),
                    ..none()
                },
            ),
            (
                "--notarize",
                ElsewhereFlags {
                    notarize: Some(true),
                    ..none()
                },
            ),
            (
                "--macos-devid-pem-content",
                ElsewhereFlags {
                    macos_devid_pem_content: secret(),
                    ..none()
                },
            ),
            (
                "--app-store-connect-api-key-id",
                ElsewhereFlags {
                    app_store_connect_api_key_id: text(),
                    ..none()
                },
            ),
            (
                "--app-store-connect-api-key-issuer",
                ElsewhereFlags {
                    app_store_connect_api_key_issuer: text(),
                    ..none()
                },
            ),
            (
                "--app-store-connect-api-key-content",
                ElsewhereFlags {
                    app_store_connect_api_key_content: secret(),
                    ..none()
                },
            ),
        ] {
            assert_eq!(
                refusal(&flags, "deb"),
                format!("{flag} has no effect: it is for pkg alone")
            );
        }
        let wix = ElsewhereFlags {
            local_wix_dir: text(),
            ..none()
        };
        assert_eq!(
            refusal(&wix, "deb"),
            "--local-wix-dir has no effect: it is for msi alone"
        );
    }

    #[test]
    fn a_flag_of_the_type_itself_is_refused_with_the_reason() {
        let flags = ElsewhereFlags {
            local_wix_dir: Some("x".to_owned()),
            ..ElsewhereFlags::default()
        };
        assert_eq!(
            refusal(&flags, "msi"),
            "--local-wix-dir is not supported: msi packages are made without WiX"
        );
    }
}
