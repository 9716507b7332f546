//! `packager config print`

use crate::support::{defaults, file, load};

#[test]
fn what_is_printed_can_be_loaded_again() {
    let text = "trusted_proxies = ['10.0.0.0/8', '::1']\nqueue = 7\nrate_create = 'off'\nworkers = 2\nstorage_limit = '10GiB'\n\
                data_dir = '/a \"b\" $${c} \\d'\nsigning_deb_key = 'file:/k'\nallowed_origins = '*'\nbody_limit = 65536";
    let loaded = file(text).unwrap();
    let again = file(&loaded.print()).unwrap();
    assert_eq!(again.settings, loaded.settings);
    assert_eq!(
        file(&load(&[], &[], None).unwrap().print()).unwrap().settings,
        defaults()
    );
}

#[test]
fn each_value_has_its_origin() {
    let loaded = load(&[("queue", "3")], &[("PACKAGER_WORKERS", "2")], Some("\nlog = 'debug'")).unwrap();
    let print = loaded.print();
    for line in [
        "# Network",
        "listen = \"127.0.0.1:8080\" # default",
        "trusted_proxies = [] # default",
        "queue = 3 # --queue",
        "workers = 2 # PACKAGER_WORKERS",
        "log = \"debug\" # packager.toml:2",
        "master_key = \"file:<data_dir>/master.key\" # default",
    ] {
        assert!(
            print.lines().any(|printed| printed == line),
            "{line} is not in:\n{print}"
        );
    }
}

#[test]
fn secrets_are_left_out_and_references_are_shown() {
    let loaded = load(
        &[("master-key", "hunter2")],
        &[("PACKAGER_SIGNING_DEB_KEY", "-----BEGIN hunter2"), ("PASS", "hunter2")],
        Some("signing_deb_key_passphrase = '${PASS}'\nsigning_rpm_key = 'file:/rpm.key'\nsigning_rpm_key_passphrase = 'env:PASS'"),
    )
    .unwrap();
    let print = loaded.print();
    assert!(!print.contains("hunter2"), "{print}");
    assert!(!format!("{loaded:?}").contains("hunter2"));
    assert!(!loaded.warnings.concat().contains("hunter2"));
    for line in [
        "master_key = \"<redacted>\" # --master-key",
        "signing_deb_key = \"<redacted>\" # PACKAGER_SIGNING_DEB_KEY",
        "signing_deb_key_passphrase = \"<redacted>\" # packager.toml:1",
        "signing_rpm_key = \"file:/rpm.key\" # packager.toml:2",
        "signing_rpm_key_passphrase = \"env:PASS\" # packager.toml:3",
    ] {
        assert!(
            print.lines().any(|printed| printed == line),
            "{line} is not in:\n{print}"
        );
    }
    // One for each bare secret, and only for these.
    assert_eq!(loaded.warnings.len(), 3, "{:?}", loaded.warnings);
    assert!(loaded.warnings[0].starts_with("--master-key: the secret stands in the process list"));
    assert!(loaded.warnings[1].starts_with("PACKAGER_SIGNING_DEB_KEY: the secret stands in the configuration"));
}
