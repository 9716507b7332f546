//! Fields that are a word, a channel or a duration.

use crate::common::{ABSENT, INJECTIONS, SPECIALS, accept, refuse};
use packager_api::Field;
use packager_spec::{Architecture, Channel, HostIdentifier, PackageType};

#[test]
fn every_type_is_a_valid_spec_with_the_defaults_of_the_contract() {
    for package_type in PackageType::ALL {
        let spec = accept(&[(Field::Type, package_type.as_str())]);
        assert_eq!(spec.package_type, package_type);
        assert_eq!(
            spec.architecture,
            (package_type != PackageType::Pkg).then_some(Architecture::Amd64)
        );
        for channel in [&spec.orbit_channel, &spec.osqueryd_channel, &spec.desktop_channel] {
            assert_eq!(channel.as_str(), "stable");
        }
        assert_eq!(spec.update_interval.to_string(), "15m0s");
        assert_eq!(spec.osquery_flagfile.as_str(), "");
        assert_eq!(spec.host_identifier, HostIdentifier::Uuid);
        assert_eq!(spec.switches.iter().count(), 0);
        assert!(spec.enrollment.in_package().is_some());
    }
    assert_eq!(refuse(Field::Type, &[(Field::Type, ABSENT)]), "is required");
    for word in ["", "DEB", "deb ", "apk", "arch", "pkg.tar.gz", "pkg\0"] {
        refuse(Field::Type, &[(Field::Type, word)]);
    }
}

#[test]
fn arch_is_a_word_and_refused_for_pkg() {
    assert_eq!(
        accept(&[(Field::Arch, "amd64")]).architecture,
        Some(Architecture::Amd64)
    );
    assert_eq!(
        accept(&[(Field::Arch, "arm64")]).architecture,
        Some(Architecture::Arm64)
    );
    for word in ["", "AMD64", "x86_64", "aarch64", "amd64\n"] {
        refuse(Field::Arch, &[(Field::Arch, word)]);
    }
    for word in ["amd64", "arm64", "x"] {
        refuse(Field::Arch, &[(Field::Type, "pkg"), (Field::Arch, word)]);
    }
}

#[test]
fn host_identifier_is_a_word() {
    assert_eq!(
        accept(&[(Field::HostIdentifier, "uuid")]).host_identifier,
        HostIdentifier::Uuid
    );
    assert_eq!(
        accept(&[(Field::HostIdentifier, "instance")]).host_identifier,
        HostIdentifier::Instance
    );
    for word in ["", "UUID", "hostname", "uuid "] {
        refuse(Field::HostIdentifier, &[(Field::HostIdentifier, word)]);
    }
}

#[test]
fn channels_are_one_component_of_a_path() {
    let at = "a".repeat(64);
    for field in [Field::OrbitChannel, Field::OsquerydChannel, Field::DesktopChannel] {
        for channel in ["s", "stable", "1.58", "A.b_c-9", "a..b", "edge-", at.as_str()] {
            accept(&[(field, channel)]);
        }
        for channel in [
            "",
            ".",
            "..",
            ".a",
            "-a",
            "_a",
            "a/b",
            "../a",
            "a b",
            "é",
            &"a".repeat(65),
        ] {
            refuse(field, &[(field, channel)]);
        }
        for channel in INJECTIONS.iter().chain(SPECIALS) {
            refuse(field, &[(field, channel)]);
        }
    }
    let spec = accept(&[
        (Field::OrbitChannel, "o"),
        (Field::OsquerydChannel, "q"),
        (Field::DesktopChannel, "d"),
    ]);
    assert_eq!(
        [&spec.orbit_channel, &spec.osqueryd_channel, &spec.desktop_channel].map(Channel::as_str),
        ["o", "q", "d"]
    );
}

#[test]
fn intervals_are_go_durations_written_in_gos_form() {
    for (given, canonical) in [
        ("1m", "1m0s"),
        ("60s", "1m0s"),
        ("60000000000ns", "1m0s"),
        ("1m0.000000001s", "1m0.000000001s"),
        ("61.5s", "1m1.5s"),
        ("15m", "15m0s"),
        ("15m0s", "15m0s"),
        ("+15m", "15m0s"),
        ("90m", "1h30m0s"),
        ("1.5h", "1h30m0s"),
        ("1h30m0s", "1h30m0s"),
        ("30m1h", "1h30m0s"),
        (".5h", "30m0s"),
        ("1.h", "1h0m0s"),
        ("100000ms", "1m40s"),
        ("60000000us", "1m0s"),
        ("60000000µs", "1m0s"),
        ("60000000μs", "1m0s"),
        ("0.3333333333333333333h", "19m59.999999999s"),
        ("720h", "720h0m0s"),
        ("719h59m59.999999999s", "719h59m59.999999999s"),
    ] {
        let spec = accept(&[(Field::UpdateInterval, given)]);
        assert_eq!(spec.update_interval.to_string(), canonical, "{given}");
    }
}

#[test]
fn intervals_outside_one_minute_to_720_hours_and_other_texts_are_refused() {
    for interval in [
        "",
        "0",
        "0s",
        "59s",
        "59.999999999s",
        "720h0.000000001s",
        "720h1ns",
        "721h",
        "-15m",
        "+",
        "-",
        "15",
        "m",
        ".m",
        "15m ",
        " 15m",
        "15 m",
        "15M",
        "15min",
        "1d",
        "1e3s",
        "15m30",
        "1..5h",
        "١٥m",
        "15m\n",
        "15m\0",
        "0x10m",
        "18446744073709551616ns",
        "18446744073709551615h",
        "99999999999999999999999999h",
        &format!("15m{}", "0s".repeat(31)),
        &format!("{}h", "9".repeat(5000)),
    ] {
        refuse(Field::UpdateInterval, &[(Field::UpdateInterval, interval)]);
    }
}
