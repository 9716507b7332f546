//! `enroll_secret`

use crate::common::{ABSENT, INJECTIONS, SPECIALS, accept, refuse};
use packager_api::Field::EnrollSecret;

#[test]
fn the_length_is_bounded_at_255_bytes() {
    for secret in ["s".to_owned(), "s".repeat(255), format!("{}s", "é".repeat(127))] {
        let spec = accept(&[(EnrollSecret, &secret)]);
        assert_eq!(
            spec.enrollment.credentials().unwrap().enroll_secret.expose_secret(),
            secret
        );
    }
    for secret in ["s".repeat(256), "é".repeat(128), "🚚".repeat(64)] {
        assert_eq!(
            refuse(EnrollSecret, &[(EnrollSecret, &secret)]),
            "must be at most 255 bytes long"
        );
    }
    assert_eq!(refuse(EnrollSecret, &[(EnrollSecret, "")]), "must not be empty");
    assert_eq!(refuse(EnrollSecret, &[(EnrollSecret, ABSENT)]), "is required");
}

#[test]
fn whatever_is_printable_survives() {
    for secret in SPECIALS
        .iter()
        .chain(&["a b", "ключ", "鍵", "🔑", "e\u{301}", "=#;&<>"])
    {
        let spec = accept(&[(EnrollSecret, secret)]);
        assert_eq!(
            spec.enrollment.credentials().unwrap().enroll_secret.expose_secret(),
            *secret
        );
    }
}

#[test]
fn what_is_not_printable_is_refused() {
    for secret in INJECTIONS {
        refuse(EnrollSecret, &[(EnrollSecret, secret)]);
    }
    for control in (0..=0x1f).chain(0x7f..=0x9f).filter_map(char::from_u32) {
        refuse(EnrollSecret, &[(EnrollSecret, &format!("a{control}b"))]);
    }
}

#[test]
fn spaces_at_an_end_are_refused_since_they_would_not_survive() {
    for secret in [" s", "s ", " "] {
        assert_eq!(
            refuse(EnrollSecret, &[(EnrollSecret, secret)]),
            "must not begin or end with a space"
        );
    }
}
