//! Settings that need, or exclude, each other.

use crate::support::{load, problems};

fn check(text: &str) -> Result<(), Vec<String>> {
    load(&[], &[], Some(text)).map(|_| ()).map_err(|error| {
        error
            .problems
            .iter()
            .map(|problem| format!("{}: {}", problem.key, problem.detail))
            .collect()
    })
}

#[test]
fn whole_sets_are_accepted() {
    let pkg = "signing_pkg_certificate = 'file:/c'\nsigning_pkg_key = 'file:/k'\n";
    for text in [
        "update_tls_client_certificate = '/c'\nupdate_tls_client_key = 'file:/k'".to_owned(),
        "tls_certificate = '/c'\ntls_key = 'file:/k'".to_owned(),
        "signing_deb_key = 'file:/k'".to_owned(),
        "signing_deb_key = 'file:/k'\nsigning_deb_key_passphrase = 'env:P'".to_owned(),
        "signing_rpm_key = 'file:/k'\nsigning_rpm_key_passphrase = 'env:P'".to_owned(),
        pkg.to_owned(),
        "signing_pkg_certificate = 'file:/c'\nsigning_pkg_password = 'systemd:p'".to_owned(),
        format!("{pkg}notary_key_id = 'ABC123'\nnotary_issuer = '69a6de70-03db-47e3'\nnotary_key = 'file:/p8'"),
        "signing_msi_pkcs12 = 'file:/c'".to_owned(),
        "signing_msi_pkcs12 = 'file:/c'\nsigning_msi_password = 'env:P'\nsigning_msi_timestamp_url = 'http://t/?a'".to_owned(),
        "signing_msi_pkcs11_module = '/m.so'\nsigning_msi_pkcs11_uri = 'pkcs11:token=a;object=b?module-name=x'\nsigning_msi_pin = 'env:P'\nsigning_msi_timestamp_url = 'http://t'"
            .to_owned(),
    ] {
        assert_eq!(check(&text), Ok(()), "{text}");
    }
}

#[test]
fn parts_of_sets_are_refused() {
    for (text, expected) in [
        ("tls_certificate = '/c'", "tls_certificate: needs `tls_key`"),
        ("tls_key = 'env:K'", "tls_key: needs `tls_certificate`"),
        (
            "update_tls_client_certificate = '/c'",
            "update_tls_client_certificate: needs `update_tls_client_key`",
        ),
        (
            "update_tls_client_key = 'env:K'",
            "update_tls_client_key: needs `update_tls_client_certificate`",
        ),
        (
            "signing_deb_key_passphrase = 'env:P'",
            "signing_deb_key_passphrase: needs `signing_deb_key`",
        ),
        (
            "signing_rpm_key_passphrase = 'env:P'",
            "signing_rpm_key_passphrase: needs `signing_rpm_key`",
        ),
        (
            "signing_pkg_certificate = 'env:C'",
            "signing_pkg_certificate: needs `signing_pkg_key` or `signing_pkg_password`",
        ),
        (
            "signing_pkg_key = 'env:K'",
            "signing_pkg_key: needs `signing_pkg_certificate`",
        ),
        (
            "signing_pkg_password = 'env:P'",
            "signing_pkg_password: needs `signing_pkg_certificate`",
        ),
        ("notary_key_id = 'A'", "notary_key_id: needs `notary_key`"),
        ("notary_issuer = 'A'", "notary_issuer: needs `notary_key`"),
        (
            "signing_msi_password = 'env:P'",
            "signing_msi_password: needs `signing_msi_pkcs12`",
        ),
        (
            "signing_msi_pkcs11_module = '/m'",
            "signing_msi_pkcs11_module: needs `signing_msi_pkcs11_uri`",
        ),
        (
            "signing_msi_pkcs11_uri = 'pkcs11:a=b'",
            "signing_msi_pkcs11_uri: needs `signing_msi_pkcs11_module`",
        ),
        (
            "signing_msi_pin = 'env:P'",
            "signing_msi_pin: needs `signing_msi_pkcs11_module`",
        ),
        (
            "signing_msi_pkcs11_chain = '/c'",
            "signing_msi_pkcs11_chain: needs `signing_msi_pkcs11_module`",
        ),
        (
            "signing_msi_pkcs11_environment = ['A']",
            "signing_msi_pkcs11_environment: needs `signing_msi_pkcs11_module`",
        ),
        (
            "signing_msi_timestamp_url = 'http://t'",
            "signing_msi_timestamp_url: needs `signing_msi_pkcs12` or `signing_msi_pkcs11_module`",
        ),
        (
            "update_url = 'http://a'\nupdate_tls_ca = '/c'",
            "update_tls_ca: needs an https `update_url`",
        ),
        (
            "bodies_limit = '511KiB'",
            "bodies_limit: must not be less than `body_limit`",
        ),
        (
            "listen = '127.0.0.1:9180'",
            "admin_listen: must not be the address of `listen`",
        ),
        (
            "listen = '0.0.0.0:9180'",
            "admin_listen: must not be the address of `listen`",
        ),
    ] {
        assert_eq!(check(text), Err(vec![expected.to_owned()]), "{text}");
    }
    assert_eq!(
        check("notary_key = 'env:K'"),
        Err(vec![
            "notary_key: needs `notary_key_id`".to_owned(),
            "notary_key: needs `notary_issuer`".to_owned(),
            "notary_key: needs `signing_pkg_certificate`".to_owned(),
        ])
    );
}

#[test]
fn what_was_meant_but_is_wrong_is_reported_once() {
    let problems = check("signing_deb_key = '${NOWHERE}'\nsigning_deb_key_passphrase = 'env:P'").unwrap_err();
    assert_eq!(problems, ["signing_deb_key: the variable `NOWHERE` is not set"]);
}

#[test]
fn two_answers_to_one_question_are_refused() {
    assert_eq!(
        check("signing_pkg_certificate = 'env:C'\nsigning_pkg_key = 'env:K'\nsigning_pkg_password = 'env:P'"),
        Err(vec![
            "signing_pkg_key: cannot stand beside `signing_pkg_password`".to_owned()
        ])
    );
    assert_eq!(
        check("signing_msi_pkcs12 = 'env:C'\nsigning_msi_pkcs11_module = '/m'\nsigning_msi_pkcs11_uri = 'pkcs11:a=b'"),
        Err(vec![
            "signing_msi_pkcs12: cannot stand beside `signing_msi_pkcs11_module`".to_owned()
        ])
    );
}

#[test]
fn what_was_taken_back_needs_nothing() {
    let text = Some("signing_deb_key_passphrase = 'env:P'");
    assert!(load(&[("signing-deb-key-passphrase", "")], &[], text).is_ok());
}

#[test]
fn identifiers_and_key_uris() {
    let with = |key: &str, value: &str| {
        let problems = load(&[(key, value)], &[], None).unwrap_err().problems;
        problems
            .into_iter()
            .map(|problem| problem.detail)
            .find(|detail| detail.starts_with("must"))
    };
    for (key, value) in [
        ("notary_key_id", "a"),
        ("notary_issuer", "0-9"),
        ("signing_msi_pkcs11_uri", "pkcs11:object=pin-value"),
    ] {
        assert_eq!(with(key, value), None, "{value}");
    }
    assert_eq!(with("notary_key_id", &"a".repeat(64)), None);
    for (key, value) in [
        ("notary_key_id", "a/b"),
        ("notary_issuer", "a b"),
        ("signing_msi_pkcs11_uri", "pkcs11:"),
        ("signing_msi_pkcs11_uri", "object=a"),
        ("signing_msi_pkcs11_uri", "pkcs11:object=a b"),
    ] {
        assert!(with(key, value).is_some(), "{value}");
    }
    assert!(with("notary_key_id", &"a".repeat(65)).is_some());
    for value in [
        "pkcs11:a=b?pin-value=hunter2",
        "pkcs11:a=b?x=y&PIN-VALUE=hunter2",
        "pkcs11:pin-source=hunter2",
    ] {
        assert_eq!(
            with("signing_msi_pkcs11_uri", value).unwrap(),
            "must not hold a PIN: that is `signing_msi_pin`"
        );
    }
}

#[test]
fn listeners_may_share_a_port_of_different_addresses_and_port_zero() {
    assert_eq!(check("listen = '127.0.0.2:9180'"), Ok(()));
    assert_eq!(check("listen = '127.0.0.1:0'\nadmin_listen = '127.0.0.1:0'"), Ok(()));
    assert_eq!(check("listen = '127.0.0.1:9180'\nadmin_listen = 'off'"), Ok(()));
}

#[test]
fn metrics_for_the_world_are_warned_of() {
    let loaded = load(&[("admin-listen", "0.0.0.0:9180")], &[], None).unwrap();
    assert!(
        loaded.warnings[0].starts_with("--admin-listen: metrics are served beyond"),
        "{:?}",
        loaded.warnings
    );
}

#[test]
fn a_repository_needs_a_trusted_root() {
    let embedded = |url: &url::Url| url.as_str() == "https://tuf.fleetctl.com/";
    let check = |text| load(&[], &[], Some(text)).unwrap().require_trusted_root(embedded);
    assert!(check("").is_ok());
    assert!(check("update_url = 'https://tuf.fleetctl.com/'").is_ok());
    assert!(check("update_url = 'https://a'\nupdate_roots = '/root.json'").is_ok());
    let error = check("\nupdate_url = 'https://updates.fleetdm.com'").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("packager.toml:2: update_url: no trusted root is embedded"),
        "{error}"
    );
    assert!(problems(load(&[], &[], Some("update_url = ''"))).len() == 1);
}
