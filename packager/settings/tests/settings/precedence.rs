//! What goes over what, and what names mean nothing.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use packager_settings::{Environment, Origin, Settings, settings};

use crate::support::{defaults, file, load, problems};

#[test]
fn a_flag_goes_over_a_variable_over_the_file_over_the_default() {
    let flag = [("queue", "3")];
    let variable = [("PACKAGER_QUEUE", "2")];
    let in_file = Some("queue = 1");
    for (flags, variables, file, expected) in [
        (&flag[..], &variable[..], in_file, 3),
        (&flag[..], &[], in_file, 3),
        (&[], &variable[..], in_file, 2),
        (&[], &[], in_file, 1),
        (&[], &[], None, 256),
    ] {
        assert_eq!(load(flags, variables, file).unwrap().settings.builds.queue, expected);
    }
}

#[test]
fn every_setting_has_a_flag_a_variable_and_a_key() {
    for setting in settings() {
        let (key, text) = (setting.key(), setting.default_text());
        assert_eq!(setting.variable(), format!("PACKAGER_{}", key.to_uppercase()));
        assert_eq!(setting.flag(), key.replace('_', "-"));

        let by_flag = load(&[(&setting.flag(), text)], &[], None).unwrap();
        assert_eq!(by_flag.origin(key), Origin::Flag);
        assert_eq!(by_flag.settings, defaults());
        let by_variable = load(&[], &[(&setting.variable(), text)], None).unwrap();
        assert_eq!(by_variable.origin(key), Origin::Variable);
        assert_eq!(by_variable.settings, defaults());
        let in_file = file(&format!("\n{key} = '{text}'")).unwrap();
        assert!(matches!(in_file.origin(key), Origin::File { line: 2, .. }), "{key}");
        assert_eq!(in_file.settings, defaults());
    }
}

#[test]
fn a_stronger_source_covers_a_bad_value_and_takes_values_back() {
    assert_eq!(
        load(&[("queue", "5")], &[], Some("queue = 'many'"))
            .unwrap()
            .settings
            .builds
            .queue,
        5
    );
    let back = load(
        &[],
        &[("PACKAGER_PUBLIC_URL", "")],
        Some("public_url = 'https://a.example'"),
    )
    .unwrap();
    assert_eq!(back.settings.network.public_url, None);
}

#[test]
fn all_problems_come_together_each_with_its_place() {
    let result = load(
        &[("queue", "0"), ("nonsense", "1")],
        &[("PACKAGER_WORKERS", "none"), ("PACKAGER_LISTEN", "")],
        Some("# first\nexpire_after = '30'\ncolour = 1\nsigning_pkg_key = 'file:/k'"),
    );
    let problems = problems(result);
    let starts = [
        "packager.toml:3: colour: ",
        "--nonsense: ",
        "PACKAGER_LISTEN: ",
        "packager.toml:2: expire_after: ",
        "PACKAGER_WORKERS: ",
        "--queue: ",
        "packager.toml:4: signing_pkg_key: ",
    ];
    assert_eq!(problems.len(), starts.len(), "{problems:#?}");
    for (problem, start) in problems.iter().zip(starts) {
        assert!(problem.starts_with(start), "{problem}");
    }
}

#[test]
fn unknown_keys_and_flags_are_errors_that_suggest() {
    assert_eq!(
        problems(file("allowed-origin = []")),
        ["packager.toml:1: allowed-origin: there is no such setting (did you mean `allowed_origins`?)"]
    );
    assert_eq!(
        problems(file("[network]\nlisten = ''")),
        ["packager.toml:1: network: there is no such setting"]
    );
    assert_eq!(
        problems(file("network.listen = ''")),
        ["packager.toml:1: network: there is no such setting"]
    );
    assert_eq!(
        problems(load(&[("admin-lsiten", "x")], &[], None)),
        ["--admin-lsiten: there is no such flag (did you mean `--admin-listen`?)"]
    );
    let long = format!("\"{}\\n\" = 1", "k".repeat(1000));
    let problem = problems(file(&long)).concat();
    assert!(problem.len() < 150 && !problem.contains('\n'), "{problem}");
}

#[test]
fn unknown_variables_are_warned_of() {
    let variables = [
        ("PACKAGER_CONFIG", "/etc/packager.toml"),
        ("PACKAGER_QEUE", "1"),
        ("PACKAGER_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("PACKAGER_QUEUE", "7"),
        ("PATH", "/bin"),
    ];
    let loaded = load(&[], &variables, None).unwrap();
    assert_eq!(loaded.settings.builds.queue, 7);
    assert_eq!(
        loaded.warnings,
        [
            "PACKAGER_PORT_8080_TCP_ADDR: no setting has this variable; it is ignored",
            "PACKAGER_QEUE: no setting has this variable (did you mean `PACKAGER_QUEUE`?); it is ignored",
        ]
    );
}

#[test]
fn a_flag_may_be_repeated_only_for_a_list() {
    let both = [("trusted-proxies", "10.0.0.0/8"), ("trusted-proxies", "127.0.0.1,::1")];
    let loaded = load(&both, &[("PACKAGER_TRUSTED_PROXIES", "192.0.2.1")], None).unwrap();
    assert_eq!(loaded.settings.network.trusted_proxies.len(), 3);
    let twice = [("queue", "1"), ("queue", "1")];
    assert_eq!(problems(load(&twice, &[], None)), ["--queue: is given more than once"]);
}

#[test]
fn a_variable_that_is_not_text_is_an_error() {
    let lookup = |name: &str| (name == "PACKAGER_LOG").then(|| OsString::from_vec(vec![b'i', 0xff]));
    let problems = problems(Settings::load(&[], &Environment::new(&lookup, []), None));
    assert_eq!(problems, ["PACKAGER_LOG: must be valid UTF-8"]);
}
