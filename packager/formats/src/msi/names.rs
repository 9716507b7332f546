//! Names of files, directories and components in tables, and codes of components.

use md5::{Digest, Md5};
use uuid::Uuid;

use crate::Error;

/// The name of a file, by which its cabinet has it, too.
pub(super) fn file(path: &str) -> String {
    named("fil", path)
}

pub(super) fn directory(path: &str) -> String {
    named("dir", path)
}

pub(super) fn component(path: &str) -> String {
    named("cmp", path)
}

/// The code of a component: the same for the same path in all packages with the same upgrade code, as the rules for components
/// want it (Windows Installer SDK, "Organizing Applications into Components").
pub(super) fn component_code(upgrade_code: Uuid, path: &str) -> Uuid {
    Uuid::new_v5(&upgrade_code, path.to_lowercase().as_bytes())
}

/// A code as tables have it.
pub(super) fn code(code: Uuid) -> String {
    code.braced().to_string().to_uppercase()
}

/// A file's or a directory's name for the columns of category `Filename`: a short name in front of one that is not one.
///
/// # Errors
/// [`Error::Invalid`] if Windows does not take the name, or takes it for something else.
pub(super) fn file_name(path: &str) -> Result<String, Error> {
    let name = last_segment(path);
    if !is_windows_name(name) {
        return Err(Error::Invalid(format!("Windows has no file called {path:?}")));
    }
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let is_plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    if (1..=8).contains(&stem.len()) && extension.len() <= 3 && is_plain(stem) && is_plain(extension) {
        return Ok(name.to_owned());
    }
    let digest = hex::encode_upper(Md5::digest(path.to_lowercase().as_bytes()));
    let short = digest.get(..8).unwrap_or_default();
    let extension: String = extension
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(3)
        .collect::<String>()
        .to_uppercase();
    Ok(match extension.as_str() {
        "" => format!("{short}|{name}"),
        extension => format!("{short}.{extension}|{name}"),
    })
}

/// Windows SDK, "Naming Files, Paths, and Namespaces": a backslash or a colon would make another path of it, a period or space at the
/// end is dropped, and devices have their names in every directory, whatever the extension.
fn is_windows_name(name: &str) -> bool {
    let (stem, _) = name.split_once('.').unwrap_or((name, ""));
    let stem = stem.trim_end().to_uppercase();
    let is_port = |rest: &str| {
        matches!(
            rest,
            "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"
        )
    };
    let is_device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || ["COM", "LPT"]
            .iter()
            .any(|port| stem.strip_prefix(port).is_some_and(is_port));
    !is_device && !name.contains(['<', '>', ':', '"', '/', '\\', '|', '?', '*']) && !name.ends_with(['.', ' '])
}

fn last_segment(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Paths that differ in case alone are the same to Windows.
fn named(prefix: &str, path: &str) -> String {
    format!(
        "{prefix}{}",
        hex::encode_upper(Md5::digest(path.to_lowercase().as_bytes()))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_have_a_short_one_in_front() {
        assert_eq!(file_name("Orbit/secret.txt").unwrap(), "secret.txt");
        assert_eq!(file_name("Orbit/bin").unwrap(), "bin");
        for path in [
            "Orbit/osqueryd-x.exe",
            "Orbit/a.json",
            "Orbit/a b",
            "Orbit/a.b.c",
            "Orbit/é",
        ] {
            let names = file_name(path).unwrap();
            let (short, long) = names.split_once('|').unwrap();
            assert!(path.ends_with(long) && short.len() <= 12, "{names}");
            assert!(short.is_ascii() && !short.contains(' '), "{names}");
        }
    }

    #[test]
    fn codes_are_in_upper_case_and_braces() {
        let namespace = Uuid::from_u128(0xB681_CB20_107E_428A_9B14_2D3C_1AFE_D244);
        assert_eq!(code(namespace), "{B681CB20-107E-428A-9B14-2D3C1AFED244}");
        assert_eq!(
            component_code(namespace, "Orbit/A"),
            component_code(namespace, "Orbit/a")
        );
        assert_ne!(
            component_code(namespace, "Orbit/a"),
            component_code(namespace, "Orbit/b")
        );
    }
}
