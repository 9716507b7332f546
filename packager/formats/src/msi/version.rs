//! `ProductVersion`.

use crate::Error;

/// A version as Windows Installer compares them: three numbers, of which the first two are at most 255 and the third at most
/// 65,535 (Windows Installer SDK, `ProductVersion`). What stands behind the third number of `version` is left out.
///
/// # Errors
/// [`Error::Invalid`] if it does not begin with a number, or one is too large.
pub(super) fn product_version(version: &str) -> Result<String, Error> {
    let invalid = || Error::Invalid(format!("the version {version:?} cannot stand in an msi"));
    let mut numbers = Vec::with_capacity(3);
    let mut rest = version;
    for largest in [255_u32, 255, 65_535] {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, behind) = rest.split_at(end);
        // Parts that are not there are zeros, but for the first.
        let number = match digits {
            "" if !numbers.is_empty() => 0,
            digits => digits.parse().map_err(|_| invalid())?,
        };
        if number > largest {
            return Err(invalid());
        }
        numbers.push(number.to_string());
        rest = behind.strip_prefix('.').unwrap_or_default();
    }
    Ok(numbers.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_numbers_are_taken() {
        for (version, taken) in [
            ("1.58.0", "1.58.0"),
            ("1.58.0-beta.1", "1.58.0"),
            ("5.20", "5.20.0"),
            ("42", "42.0.0"),
            ("1.2.3.4", "1.2.3"),
            ("1-rc", "1.0.0"),
            ("255.255.65535", "255.255.65535"),
        ] {
            assert_eq!(product_version(version).unwrap(), taken);
        }
    }

    #[test]
    fn other_versions_are_refused() {
        for version in ["", "v1", "256.0.0", "1.256.0", "1.0.65536", "99999999999.0.0", "-1"] {
            assert!(product_version(version).is_err(), "{version}");
        }
    }
}
