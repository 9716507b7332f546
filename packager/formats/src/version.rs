//! Version numbers as dpkg and rpm both compare them (deb-version(7); *RPM Package Manager*, "Dependencies").

use crate::Error;

/// Turns the version of what is packaged into one of a package: a pre-release (`1.2.3-rc1`) sorts before the release
/// (`1.2.3~rc1`), build metadata stays behind a `+`. It has no hyphen, behind which a revision would begin.
///
/// # Errors
/// [`Error::Invalid`] if it does not begin with a digit, is longer than 64 bytes, or has other characters than
/// letters, digits and `. + ~ -`.
pub(crate) fn package_version(version: &str) -> Result<String, Error> {
    let plain = version.strip_prefix('v').unwrap_or(version);
    let fits = plain.len() <= 64
        && plain.starts_with(|c: char| c.is_ascii_digit())
        && plain.chars().all(|c| c.is_ascii_alphanumeric() || ".+~-".contains(c));
    if !fits {
        return Err(Error::Invalid(format!(
            "{version:?} cannot be the version of a package"
        )));
    }
    let (number, metadata) = plain
        .split_once('+')
        .map_or((plain, None), |(number, metadata)| (number, Some(metadata)));
    // The first hyphen begins the pre-release. A later one would begin a revision.
    let mut result = match number.split_once('-') {
        Some((number, pre_release)) => format!("{number}~{}", pre_release.replace('-', ".")),
        None => number.to_owned(),
    };
    if let Some(metadata) = metadata {
        result.push('+');
        result.push_str(&metadata.replace('-', "."));
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn dpkg_agrees() {
        for (version, want) in [
            ("1.58.0", "1.58.0"),
            ("v1.58.0", "1.58.0"),
            ("1.2.3-rc1", "1.2.3~rc1"),
            ("1.2.3-rc-1", "1.2.3~rc.1"),
            ("1.2.3+git-5", "1.2.3+git.5"),
            ("1.2.3-a+b", "1.2.3~a+b"),
            ("42", "42"),
            (&format!("1.{}", "0".repeat(62)), &format!("1.{}", "0".repeat(62))),
        ] {
            assert_eq!(package_version(version).unwrap(), want);
            let status = Command::new("dpkg")
                .args(["--validate-version", want])
                .status()
                .unwrap();
            assert!(status.success(), "{want}");
        }
        let older = Command::new("dpkg")
            .args([
                "--compare-versions",
                &package_version("1.2.3-rc1").unwrap(),
                "lt",
                "1.2.3",
            ])
            .status();
        assert!(older.unwrap().success());
    }

    #[test]
    fn rpm_agrees() {
        let ascending = ["1.2.2", "1.2.3-rc1", "1.2.3-rc.2", "1.2.3", "1.2.3+git-5", "1.2.10"];
        for pair in ascending.windows(2) {
            let [older, newer] = pair else { panic!("{pair:?}") };
            let versions = [older, newer].map(|version| package_version(version).unwrap());
            let compare = format!("%{{lua: print(rpm.vercmp('{}', '{}'))}}", versions[0], versions[1]);
            let output = Command::new("rpm").args(["--eval", &compare]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "-1", "{compare}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for version in [
            "",
            "v",
            "stable",
            "1.0 ",
            "1.0\n",
            "1:2",
            "1_0",
            "1/0",
            "é1",
            &"1".repeat(65),
        ] {
            assert!(package_version(version).is_err(), "{version:?}");
        }
    }
}
