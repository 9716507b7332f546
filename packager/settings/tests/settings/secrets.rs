//! Secret references, and what they lead to.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use packager_settings::{MAX_SECRET_BYTES, Resolved, SecretError, SecretRef};

use crate::support::flag;

fn reference(text: &str) -> SecretRef {
    flag("master_key", text).unwrap().settings.storage.master_key.unwrap()
}

fn resolve(reference: &SecretRef, variables: &[(&str, &str)]) -> Result<Resolved, SecretError> {
    reference.resolve(&|name| {
        let found = variables.iter().find(|(variable, _)| *variable == name);
        found.map(|(_, value)| OsString::from(*value))
    })
}

fn write(folder: &Path, name: &str, bytes: &[u8], mode: u32) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

#[test]
fn forms_of_references() {
    assert_eq!(reference("env:_A1"), SecretRef::Environment("_A1".to_owned()));
    assert_eq!(reference("file:/a b"), SecretRef::File(PathBuf::from("/a b")));
    assert_eq!(
        reference("systemd:my.key"),
        SecretRef::SystemdCredential("my.key".to_owned())
    );
    for bare in ["hunter2", "ENV:A", "a:b", "/path", " env:A"] {
        assert!(matches!(reference(bare), SecretRef::Bare(_)), "{bare}");
    }
}

#[test]
fn from_the_environment() {
    let found = resolve(&reference("env:KEY"), &[("KEY", "hunter2\n")]).unwrap();
    assert_eq!(found.secret.as_text().unwrap(), "hunter2");
    assert_eq!(found.secret.as_bytes(), b"hunter2\n");
    assert_eq!(found.warning, None);
    assert!(!format!("{found:?}").contains("hunter2"));
    assert!(matches!(resolve(&reference("env:KEY"), &[]), Err(SecretError::NotSet(name)) if name == "KEY"));
    assert!(matches!(
        resolve(&reference("env:KEY"), &[("KEY", "")]),
        Err(SecretError::Empty)
    ));
}

#[test]
fn a_reference_for_later_needs_no_environment() {
    let later = |text: &str, variables: &[(&str, &str)]| {
        reference(text).without_environment(&|name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| OsString::from(*value))
        })
    };
    let kept = later("env:KEY", &[("KEY", "hunter2")]).unwrap();
    assert!(matches!(&kept, SecretRef::Bare(secret) if secret.as_text().unwrap() == "hunter2"));
    assert_eq!(
        later(
            "systemd:tls.key",
            &[("CREDENTIALS_DIRECTORY", "/run/credentials/packager")]
        )
        .unwrap(),
        SecretRef::File(PathBuf::from("/run/credentials/packager/tls.key"))
    );
    for unchanged in ["file:/k", "hunter2"] {
        assert_eq!(later(unchanged, &[]).unwrap(), reference(unchanged));
    }
    for missing in ["env:KEY", "systemd:tls.key"] {
        assert!(matches!(later(missing, &[]), Err(SecretError::NotSet(_))), "{missing}");
    }
    assert!(matches!(later("env:KEY", &[("KEY", "\n")]), Err(SecretError::Empty)));
}

#[test]
fn a_bare_secret_is_itself_and_prints_nothing() {
    let bare = reference("hunter2");
    assert_eq!(resolve(&bare, &[]).unwrap().secret.as_text().unwrap(), "hunter2");
    assert!(!format!("{bare:?}").contains("hunter2"));
}

#[test]
fn one_line_break_at_the_end_does_not_count() {
    for (value, expected) in [
        ("a\n", "a"),
        ("a\r\n", "a"),
        ("a\n\n", "a\n"),
        ("a ", "a "),
        ("a\r", "a\r"),
        ("\na", "\na"),
    ] {
        let found = resolve(&reference("env:KEY"), &[("KEY", value)]).unwrap();
        assert_eq!(found.secret.as_text().unwrap(), expected, "{value:?}");
    }
    for value in ["\n", "\r\n"] {
        assert!(matches!(
            resolve(&reference("env:KEY"), &[("KEY", value)]),
            Err(SecretError::Empty)
        ));
    }
}

#[test]
fn bytes_need_not_be_text() {
    let found = reference("env:KEY")
        .resolve(&|_| Some(OsString::from_vec(vec![0x30, 0xff, b'\n'])))
        .unwrap();
    assert_eq!(found.secret.as_bytes(), [0x30, 0xff, b'\n']);
    assert!(matches!(found.secret.as_text(), Err(SecretError::NotText)));
}

#[test]
fn from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for (mode, warned) in [
        (0o600, false),
        (0o400, false),
        (0o640, false),
        (0o604, true),
        (0o602, true),
        (0o644, true),
    ] {
        let path = write(folder.path(), &format!("{mode:o}"), b"hunter2\n", mode);
        let found = resolve(&SecretRef::File(path), &[]).unwrap();
        assert_eq!(found.secret.as_text().unwrap(), "hunter2");
        assert_eq!(found.warning.is_some(), warned, "{mode:o}");
        if let Some(warning) = found.warning {
            assert!(
                warning.contains(&format!("its mode is {mode:o}")) && !warning.contains("hunter2"),
                "{warning}"
            );
        }
    }
}

#[test]
fn a_file_has_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let full = write(folder.path(), "full", &vec![b'x'; MAX_SECRET_BYTES], 0o600);
    assert_eq!(
        resolve(&SecretRef::File(full), &[]).unwrap().secret.as_bytes().len(),
        MAX_SECRET_BYTES
    );
    let over = write(folder.path(), "over", &vec![b'x'; MAX_SECRET_BYTES + 1], 0o600);
    assert!(matches!(
        resolve(&SecretRef::File(over), &[]),
        Err(SecretError::TooLong)
    ));
    let empty = write(folder.path(), "empty", b"", 0o600);
    assert!(matches!(resolve(&SecretRef::File(empty), &[]), Err(SecretError::Empty)));
}

#[test]
fn only_regular_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    for path in [
        folder.path().to_owned(),
        folder.path().join("missing"),
        PathBuf::from("/dev/zero"),
    ] {
        let error = resolve(&SecretRef::File(path.clone()), &[]).unwrap_err();
        assert!(
            matches!(&error, SecretError::Unreadable { path: named, .. } if *named == path),
            "{error}"
        );
    }
}

#[test]
fn from_a_systemd_credential() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "key", b"hunter2", 0o644);
    let credentials = [("CREDENTIALS_DIRECTORY", folder.path().to_str().unwrap())];
    let found = resolve(&reference("systemd:key"), &credentials).unwrap();
    assert_eq!((found.secret.as_text().unwrap(), found.warning), ("hunter2", None));
    assert!(matches!(
        resolve(&reference("systemd:other"), &credentials),
        Err(SecretError::Unreadable { .. })
    ));
    let error = resolve(&reference("systemd:key"), &[]).unwrap_err();
    assert!(matches!(error, SecretError::NotSet(name) if name == "CREDENTIALS_DIRECTORY"));
}

#[test]
fn a_command_line_takes_references_alone() {
    for reference in ["env:NAME", "file:/path", "systemd:name"] {
        assert_eq!(
            SecretRef::parse_reference(reference).ok(),
            Some(self::reference(reference))
        );
    }
    for text in ["hunter2", "", "env:", "env:1", "file:", "systemd:../x", "vault:x"] {
        let error = SecretRef::parse_reference(text).unwrap_err().to_string();
        assert!(
            error.starts_with("must") || error.starts_with("references") || error.contains("empty"),
            "{text}: {error}"
        );
        assert!(!error.contains("hunter2"), "{error}");
    }
}
