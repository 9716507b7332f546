//! What the file's values may be written as, and what stands in for variables.

use std::num::NonZeroU32;

use packager_settings::{MAX_FILE_BYTES, StorageLimit};

use crate::support::{file, load, problems};

#[test]
fn native_types_and_strings_are_the_same() {
    for (text, other) in [
        ("queue = 1_000", "queue = '1000'"),
        ("queue = 0x10", "queue = '16'"),
        ("body_limit = 65536", "body_limit = '64KiB'"),
        (
            "trusted_proxies = ['10.0.0.0/8', '::1']",
            "trusted_proxies = '10.0.0.0/8, ::1'",
        ),
        ("trusted_proxies = []", "trusted_proxies = ''"),
        ("allowed_origins = ['*']", "allowed_origins = '*'"),
        ("storage_limit = '''1GiB'''", "storage_limit = 1073741824"),
    ] {
        assert_eq!(file(text).unwrap().settings, file(other).unwrap().settings, "{text}");
    }
}

#[test]
fn values_of_another_shape_are_refused() {
    let scalar = "must be written as a string or a whole number";
    for (text, detail) in [
        ("queue = true", scalar.to_owned()),
        ("queue = 1.0", scalar.to_owned()),
        ("queue = 1979-05-27", scalar.to_owned()),
        ("queue = [1]", scalar.to_owned()),
        ("queue = {}", scalar.to_owned()),
        ("trusted_proxies = {}", format!("{scalar}, or an array of strings")),
        (
            "trusted_proxies = [1]",
            "each entry of the array must be a string".to_owned(),
        ),
        (
            "trusted_proxies = [['::1']]",
            "each entry of the array must be a string".to_owned(),
        ),
        (
            "trusted_proxies = ['::1,::2']",
            "each entry of the array must be one value".to_owned(),
        ),
        (
            "trusted_proxies = ['']",
            "each entry of the array must be one value".to_owned(),
        ),
        ("queue = 99999999999999999999", "the number is too large".to_owned()),
    ] {
        let key = text.split(' ').next().unwrap();
        assert_eq!(
            problems(file(text)),
            [format!("packager.toml:1: {key}: {detail}")],
            "{text}"
        );
    }
    assert!(problems(file("queue = -1"))[0].contains("must be a whole number"));
}

#[test]
fn names_in_the_file_are_replaced() {
    let variables = [
        ("HOST", "pkg.example.com"),
        ("PROXY", "10.0.0.1"),
        ("RATE", "3/s"),
        ("EMPTY", ""),
    ];
    let text = "public_url = 'https://${HOST}/'\ntrusted_proxies = ['${PROXY}']\nrate_create = '${RATE}'\nupdate_roots = '${EMPTY}'\ndata_dir = '/srv/$${HOST}'";
    let settings = load(&[], &variables, Some(text)).unwrap().settings;
    assert_eq!(
        settings.network.public_url.unwrap().as_str(),
        "https://pkg.example.com/"
    );
    assert_eq!(settings.network.trusted_proxies[0].to_string(), "10.0.0.1/32");
    assert_eq!(settings.rates.rate_create.unwrap().count, NonZeroU32::new(3).unwrap());
    assert_eq!(settings.update.update_roots, None);
    assert_eq!(settings.storage.data_dir.to_str(), Some("/srv/${HOST}"));
}

#[test]
fn a_variable_cannot_become_another_setting() {
    let hostile = "x'\nqueue = 1\ny = '";
    let text = "log = '${HOSTILE}'";
    let problems = problems(load(&[], &[("HOSTILE", hostile)], Some(text)));
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with("packager.toml:1: log: "), "{problems:?}");
}

#[test]
fn a_missing_name_is_an_error_that_names_it() {
    assert_eq!(
        problems(file(
            "\ndata_dir = '${NOWHERE}/${NEITHER}'\ntrusted_proxies = ['${NOR}']"
        )),
        [
            "packager.toml:2: data_dir: the variable `NOWHERE` is not set",
            "packager.toml:2: data_dir: the variable `NEITHER` is not set",
            "packager.toml:3: trusted_proxies: the variable `NOR` is not set",
        ]
    );
}

#[test]
fn flags_and_variables_are_taken_as_they_are() {
    let variables = [("HOST", "x"), ("PACKAGER_DATA_DIR", "/a/${HOST}")];
    let settings = load(&[("update-roots", "/b/$${HOST}")], &variables, None)
        .unwrap()
        .settings;
    assert_eq!(settings.storage.data_dir.to_str(), Some("/a/${HOST}"));
    assert_eq!(settings.update.update_roots.unwrap().to_str(), Some("/b/$${HOST}"));
}

#[test]
fn what_is_not_toml_is_reported_with_its_line_and_not_quoted() {
    for text in [
        "queue = 1\nsigning_pkg_password = hunter2",
        "queue = 1\nhunter2",
        "queue = 1\nsigning_pkg_password = 'hunter2",
        "queue = 1\nsigning_pkg_password = \"hunter2\\q\"",
        "queue = 1\nhunter2 = 1 2",
        "queue = 1\n[hunter2",
        "queue = 1\nqueue = 'hunter2'",
    ] {
        let problems = problems(file(text));
        assert!(problems[0].starts_with("packager.toml:2: "), "{text}: {problems:?}");
        assert!(!problems.concat().contains("hunter2"), "{text}: {problems:?}");
    }
}

#[test]
fn a_file_that_is_not_toml_hides_no_other_problem() {
    let problems = problems(load(
        &[("queue", "0")],
        &[("PACKAGER_SIGNING_PKG_KEY", "env:K")],
        Some("= 1"),
    ));
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[1].starts_with("--queue: "));
}

#[test]
fn an_endless_file_is_refused() {
    let text = |length: usize| format!("queue = 1\n#{}", "x".repeat(length - 11));
    assert!(file(&text(MAX_FILE_BYTES)).is_ok());
    let problems = problems(file(&text(MAX_FILE_BYTES + 1)));
    assert_eq!(problems, ["packager.toml:1: the file is longer than 1048576 bytes"]);
    assert!(file(&format!("queue = {}", "[".repeat(10_000))).is_err());
}

#[test]
fn a_percentage_without_its_sign_is_no_size() {
    assert!(file("storage_limit = 90").is_err());
    assert_eq!(
        file("storage_limit = '90%'").unwrap().settings.storage.storage_limit,
        StorageLimit::DiskPercent(90)
    );
}
