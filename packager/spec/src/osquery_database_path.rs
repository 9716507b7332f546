//! `osquery-db`

use packager_api::SecretText;

use crate::{InvalidValue, PackageType, text, text::text_newtype};

const MAX_BYTES: usize = 1024;

text_newtype! {
    /// Where osquery keeps its database on the host: an absolute path of at most 1024 bytes without `..`, with a drive
    /// (`C:\…`) for `msi`, from the root (`/…`) for any other type. Quotes and the characters that a shell, systemd or
    /// Windows expands or forbids in paths are refused.
    OsqueryDatabasePath,
    /// The path.
    as_str
}

impl OsqueryDatabasePath {
    /// Reads a path in the form of the hosts of `package_type`; in either form when the type is not known.
    pub fn new(path: &str, package_type: Option<PackageType>) -> Result<Self, InvalidValue> {
        text::check(path, MAX_BYTES)?;
        let unix = || check_components(path.strip_prefix('/'), &['/'], "must be an absolute path (/…)");
        let windows = || {
            check_components(
                strip_drive(path),
                &['/', '\\'],
                "must be an absolute path of Windows (C:\\…)",
            )
        };
        match package_type {
            Some(PackageType::Msi) => windows()?,
            Some(_) => unix()?,
            None => unix().or_else(|_| windows())?,
        }
        Ok(Self(SecretText::from(path)))
    }
}

/// What follows `C:\` or `C:/`.
fn strip_drive(path: &str) -> Option<&str> {
    let after = path
        .strip_prefix(|drive: char| drive.is_ascii_alphabetic())?
        .strip_prefix(':')?;
    after.strip_prefix(['\\', '/'])
}

fn check_components(path: Option<&str>, separators: &[char], not_absolute: &'static str) -> Result<(), InvalidValue> {
    let path = path.ok_or_else(|| InvalidValue::new(not_absolute))?;
    if path.trim_matches(separators).is_empty() {
        return Err(InvalidValue::new("must be a path below the root"));
    }
    if path.split(separators).any(|component| component == "..") {
        return Err(InvalidValue::new("must not contain `..`"));
    }
    // Windows drops dots and spaces at the end of a component, so `.. ` climbs too.
    if separators.contains(&'\\') && path.split(separators).any(|component| component.ends_with(['.', ' '])) {
        return Err(InvalidValue::new(
            "must not have a dot or a space at the end of a component",
        ));
    }
    let is_special = |character: char| "\"'`$%<>|?*:;&\\".contains(character) && !separators.contains(&character);
    if path.contains(is_special) {
        return Err(InvalidValue::new(
            "must not contain quotes or any of ` $ % < > | ? * : ; & \\",
        ));
    }
    Ok(())
}
