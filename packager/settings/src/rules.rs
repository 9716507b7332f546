//! What settings demand of each other.

use std::net::SocketAddr;

use crate::draft::Draft;
use crate::table::Settings;

/// A setting, and those of which it needs one.
const NEEDS: &[(&str, &[&str])] = &[
    ("tls_certificate", &["tls_key"]),
    ("tls_key", &["tls_certificate"]),
    ("update_tls_client_certificate", &["update_tls_client_key"]),
    ("update_tls_client_key", &["update_tls_client_certificate"]),
    ("signing_deb_key_passphrase", &["signing_deb_key"]),
    ("signing_rpm_key_passphrase", &["signing_rpm_key"]),
    ("signing_pkg_certificate", &["signing_pkg_key", "signing_pkg_password"]),
    ("signing_pkg_key", &["signing_pkg_certificate"]),
    ("signing_pkg_password", &["signing_pkg_certificate"]),
    ("signing_pkg_timestamp_url", &["signing_pkg_certificate"]),
    ("notary_key", &["notary_key_id"]),
    ("notary_key", &["notary_issuer"]),
    // Apple refuses packages that are not signed.
    ("notary_key", &["signing_pkg_certificate"]),
    ("notary_key_id", &["notary_key"]),
    ("notary_issuer", &["notary_key"]),
    ("signing_msi_password", &["signing_msi_pkcs12"]),
    ("signing_msi_pkcs11_module", &["signing_msi_pkcs11_uri"]),
    ("signing_msi_pkcs11_uri", &["signing_msi_pkcs11_module"]),
    ("signing_msi_pin", &["signing_msi_pkcs11_module"]),
    ("signing_msi_pkcs11_chain", &["signing_msi_pkcs11_module"]),
    ("signing_msi_pkcs11_environment", &["signing_msi_pkcs11_module"]),
    (
        "signing_msi_timestamp_url",
        &["signing_msi_pkcs12", "signing_msi_pkcs11_module"],
    ),
];

/// Settings that say two different things.
const EXCLUDES: &[(&str, &str)] = &[
    ("signing_pkg_key", "signing_pkg_password"),
    ("signing_msi_pkcs12", "signing_msi_pkcs11_module"),
];

/// The rules about what is set at all.
pub(crate) fn check_presence(draft: &mut Draft) {
    for (key, needed) in NEEDS {
        if draft.is_set(key) && !needed.iter().any(|key| draft.is_set(key) || draft.is_refused(key)) {
            let needed: Vec<String> = needed.iter().map(|key| format!("`{key}`")).collect();
            draft.report(draft.origin(key), key, format!("needs {}", needed.join(" or ")));
        }
    }
    for (key, other) in EXCLUDES {
        if draft.is_set(key) && draft.is_set(other) {
            draft.report(draft.origin(key), key, format!("cannot stand beside `{other}`"));
        }
    }
}

/// The rules about what values say.
pub(crate) fn check_values(draft: &mut Draft, settings: &Settings) {
    let network = &settings.network;
    if let Some(admin) = network.admin_listen {
        if overlap(network.listen, admin) {
            draft.report(
                draft.origin("admin_listen"),
                "admin_listen",
                "must not be the address of `listen`",
            );
        }
        if !admin.ip().is_loopback() {
            let place = draft.origin("admin_listen").place("admin_listen");
            draft.warnings.push(format!(
                "{place}: metrics are served beyond this machine, to whoever reaches that address"
            ));
        }
    }
    if settings.limits.bodies_limit < settings.limits.body_limit {
        let origin = draft.origin("bodies_limit");
        draft.report(origin, "bodies_limit", "must not be less than `body_limit`");
    }
    if settings.update.update_url.scheme() != "https" {
        for key in [
            "update_tls_ca",
            "update_tls_client_certificate",
            "update_tls_client_key",
        ] {
            if draft.is_set(key) {
                draft.report(draft.origin(key), key, "needs an https `update_url`");
            }
        }
    }
}

/// Whether two listeners would be after the same port of the same address. Each gets another free port for port 0.
fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let same_ip = one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && same_ip
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setting::setting;

    #[test]
    fn rules_name_settings() {
        let needed = NEEDS.iter().flat_map(|(key, needed)| [key].into_iter().chain(*needed));
        let excluded = EXCLUDES.iter().flat_map(|(key, other)| [key, other]);
        for key in needed.chain(excluded) {
            assert!(setting(key).is_some(), "{key}");
        }
    }
}
