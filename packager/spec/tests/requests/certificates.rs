//! Certificates and the client's key.

use crate::common::{Identity, accept, identity, refuse};
use base64::Engine as _;
use packager_api::Field::{
    FleetCertificate, FleetTlsClientCertificate, FleetTlsClientKey, Insecure, UpdateTlsCertificate,
};
use packager_spec::{CertificateChain, TlsClientIdentity};

#[test]
fn a_chain_is_kept_as_clean_pem() {
    let (first, second) = (identity().certificate, identity().certificate);
    let clean = format!("{first}{second}");
    let messy = format!(
        "subject=/CN=x\n{}\n\nsome words\r\n  {second}   trailing",
        first.replace('\n', "\r\n").trim_end()
    );
    for field in [FleetCertificate, UpdateTlsCertificate] {
        assert_eq!(accept(&[(field, &clean)]), accept(&[(field, &messy)]));
    }
    let unix = CertificateChain::try_from(clean.as_str()).unwrap();
    assert_eq!(unix.as_pem(), clean.replace('\r', ""));
}

#[test]
fn what_is_not_certificates_is_refused() {
    let Identity { certificate, key } = identity();
    let long = format!("{certificate}{}", " ".repeat(64 * 1024));
    for pem in [
        "",
        "x",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE",
        &certificate.replace("END CERTIFICATE", "END X"),
        &certificate.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
        &certificate.replace("-----\nMII", "-----\nProc-Type: 4,ENCRYPTED\nMII"),
        certificate
            .trim_end()
            .strip_suffix("-----END CERTIFICATE-----")
            .unwrap(),
        &key,
        &format!("{certificate}{key}"),
        &format!("{key}{certificate}"),
        &long,
    ] {
        for field in [FleetCertificate, UpdateTlsCertificate] {
            refuse(field, &[(field, pem)]);
        }
    }
}

#[test]
fn pem_is_bounded_at_64_kib() {
    let certificate = identity().certificate;
    let at = format!("{certificate}{}", " ".repeat(64 * 1024 - certificate.len()));
    accept(&[(FleetCertificate, &at)]);
    assert_eq!(
        refuse(FleetCertificate, &[(FleetCertificate, &format!("{at} "))]),
        "must be at most 65536 bytes long"
    );
}

#[test]
fn trailing_bytes_in_a_certificate_are_refused() {
    let certificate = identity().certificate;
    let body: String = certificate.lines().filter(|line| !line.starts_with('-')).collect();

    let mut der = base64::engine::general_purpose::STANDARD.decode(body).unwrap();
    der.push(0);
    let longer = base64::engine::general_purpose::STANDARD.encode(der);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{longer}\n-----END CERTIFICATE-----\n");
    assert_eq!(
        refuse(FleetCertificate, &[(FleetCertificate, &pem)]),
        "certificate 1 must be X.509"
    );
}

#[test]
fn certificates_exclude_insecure() {
    let certificate = identity().certificate;
    for field in [FleetCertificate, UpdateTlsCertificate] {
        assert_eq!(
            refuse(field, &[(field, &certificate), (Insecure, "true")]),
            "must not be combined with insecure"
        );
        accept(&[(field, &certificate), (Insecure, "false")]);
    }
}

#[test]
fn a_client_certificate_and_its_key_come_together() {
    let Identity { certificate, key } = identity();
    let spec = accept(&[(FleetTlsClientCertificate, &certificate), (FleetTlsClientKey, &key)]);
    let client = spec.fleet_tls_client.as_ref().unwrap();
    assert_eq!(client.certificate().as_pem(), certificate.replace('\r', ""));
    assert_eq!(client.expose_key_pem(), key.replace('\r', ""));
    assert_eq!(
        refuse(FleetTlsClientKey, &[(FleetTlsClientCertificate, &certificate)]),
        "must be given together with fleet-tls-client-certificate"
    );
    assert_eq!(
        refuse(FleetTlsClientCertificate, &[(FleetTlsClientKey, &key)]),
        "must be given together with fleet-tls-client-key"
    );
}

#[test]
fn a_key_that_is_not_the_certificates_is_refused() {
    let (one, other) = (identity(), identity());
    let refuse_key = |certificate: &str, key: &str| {
        refuse(
            FleetTlsClientKey,
            &[(FleetTlsClientCertificate, certificate), (FleetTlsClientKey, key)],
        )
    };
    let mismatch = "must be the key of the first client certificate";
    assert_eq!(refuse_key(&one.certificate, &other.key), mismatch);
    assert_eq!(
        refuse_key(&format!("{}{}", other.certificate, one.certificate), &one.key),
        mismatch
    );
    accept(&[
        (
            FleetTlsClientCertificate,
            &format!("{}{}", one.certificate, other.certificate),
        ),
        (FleetTlsClientKey, &one.key),
    ]);
    for key in [
        "",
        "x",
        &one.certificate,
        &format!("{}{}", one.key, one.key),
        &one.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
        &one.key.replace("PRIVATE KEY", "RSA PRIVATE KEY"),
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ] {
        assert_ne!(refuse_key(&one.certificate, key), mismatch, "{key}");
    }
}

#[test]
fn the_update_client_is_the_command_lines_alone() {
    let Identity { certificate, key } = identity();
    let chain = CertificateChain::try_from(certificate.as_str()).unwrap();
    let plain = accept(&[]);
    let local = plain
        .clone()
        .with_update_tls_client(TlsClientIdentity::new(chain, &key).unwrap());
    assert!(local.update_tls_client.is_some());
    assert_ne!(local, plain);
    assert_eq!(local.canonical_bytes(), plain.canonical_bytes());
}
