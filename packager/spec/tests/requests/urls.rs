//! `fleet_url` and `update-url`: one rule.

use crate::common::{ABSENT, INJECTIONS, accept, parse, refuse};
use packager_api::Field;

const FIELDS: [Field; 2] = [Field::FleetUrl, Field::UpdateUrl];

#[test]
fn urls_are_kept_as_they_are_typed() {
    for url in [
        "https://fleet.example.com",
        "http://fleet.example.com",
        "HTTPS://Fleet.Example.COM/",
        "https://fleet.example.com:8443/base/path/?a=b&c=d#e",
        "https://fleet",
        "https://fleet_internal.example.",
        "https://192.0.2.1:1",
        "https://[2001:db8::1]",
        "https://[2001:db8::1]:65535/",
        "https://xn--flte-6qa.example/%C3%A9",
        "https://f.example/a@b",
    ] {
        assert_eq!(
            accept(&[(Field::FleetUrl, url)])
                .enrollment
                .credentials()
                .unwrap()
                .fleet_url
                .as_str(),
            url
        );
        assert_eq!(
            accept(&[(Field::UpdateUrl, url)]).update_url.as_ref().unwrap().as_str(),
            url
        );
    }
}

#[test]
fn the_length_is_bounded_at_2048_bytes() {
    let at = format!("https://f.example/{}", "a".repeat(2048 - 18));
    assert_eq!(at.len(), 2048);
    for field in FIELDS {
        accept(&[(field, &at)]);
        assert_eq!(
            refuse(field, &[(field, &format!("{at}a"))]),
            "must be at most 2048 bytes long"
        );
    }
}

#[test]
fn what_is_no_absolute_web_url_is_refused() {
    for url in [
        "",
        " ",
        "fleet.example.com",
        "fleet.example.com:443",
        "//f.example",
        "/path",
        "https:f.example",
        "https:/f.example",
        "https://",
        "https:///f.example",
        "https://?a",
        "https://#a",
        "https://:443",
        "ftp://f.example",
        "file:///etc/passwd",
        "javascript://f.example/%0aalert(1)",
        " https://f.example",
        "https://f.example ",
        "https://user@f.example",
        "https://user:password@f.example",
        "https://@f.example",
        "https://:@f.example",
        "https://f.example:",
        "https://f.example:0",
        "https://f.example:65536",
        "https://f.example:+80",
        "https://f.example:8a",
        "https://f.example:000080",
        "https://f..example",
        "https://.example",
        "https://-f.example",
        "https://f-.example",
        "https://f%2eexample",
        "https://flöte.example",
        "https://1.2.3",
        "https://256.1.1.1",
        "https://0x7f.1",
        "https://0x7f000001",
        "https://2130706433",
        "https://[::1",
        "https://[::g]",
        "https://[::1]x",
        "https://[fe80::1%25eth0]",
        "https://::1",
        "https://f.example/%",
        "https://f.example/%n",
        "https://f.example/%4",
        "https://f.example/%zz",
        "https://f.example/a b",
        "https://f.example/{}",
        "https://f.example\\@g.example",
        "https:\\\\f.example",
        "https://f.example/é",
        "https://f.example/^",
    ] {
        for field in FIELDS {
            refuse(field, &[(field, url)]);
        }
    }
}

#[test]
fn nothing_is_injected_through_a_url() {
    for injection in INJECTIONS.iter().chain(crate::common::SPECIALS) {
        for url in [
            format!("https://f.example/{injection}"),
            format!("https://{injection}.example"),
            format!("{injection}https://f.example"),
            format!("https://f.example/?q={injection}"),
            format!("https://f.example:{injection}"),
        ] {
            for field in FIELDS {
                let detail = refuse(field, &[(field, &url)]);
                assert!(!detail.contains(*injection), "{detail}");
            }
        }
    }
}

#[test]
fn every_ascii_character_is_judged() {
    for character in (0..=0x7f_u8).map(char::from) {
        let allowed = character.is_ascii_alphanumeric() || "-._~:/?#[]@!&()*+,;=".contains(character);
        let url = format!("https://f.example/a{character}b");
        assert_eq!(parse(&[(Field::FleetUrl, &url)]).is_ok(), allowed, "{character:?}");
    }
}

#[test]
fn the_fleet_url_is_required_and_the_update_url_is_not() {
    assert_eq!(refuse(Field::FleetUrl, &[(Field::FleetUrl, ABSENT)]), "is required");
    assert_eq!(accept(&[]).update_url, None);
}

#[test]
fn user_info_is_refused_by_name_and_never_repeated() {
    for url in [
        "https://hunter2@f.example",
        "https://user:hunter2@f.example/",
        "https://@f.example",
    ] {
        assert_eq!(
            refuse(Field::FleetUrl, &[(Field::FleetUrl, url)]),
            "must not carry user info"
        );
    }
}
