use packager_test_apple::{Identity, Kind};

use super::super::chain;
use super::{now, openssl_takes, signed, signer, toc};
use crate::{Error, InstallerError, InstallerSigner};

#[test]
fn the_chain_is_complete_and_in_order_however_it_was_given() {
    let identity = Identity::new(Kind::Installer, now());
    let count = |pem: String| {
        let signer = InstallerSigner::from_pem(pem.as_bytes(), identity.key_pem.as_bytes(), now()).unwrap();
        assert!(!signer.is_issued_by_apple());
        assert_eq!(signer.name(), "Developer ID Installer: Example, Inc. (AB12CD34EF)");
        assert_eq!(signer.team().as_deref(), Some("AB12CD34EF"));
        signer.certificates().map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    let whole = count(identity.chain_pem());
    assert_eq!(whole.len(), 3);
    assert_eq!(
        count(format!("{}{}", identity.issuers_pem, identity.certificate_pem)),
        whole
    );
    // macOS knows the root, but what is not there cannot be found.
    assert_eq!(count(identity.certificate_pem.clone()), whole[..1]);
}

#[test]
fn apples_own_certificates_complete_a_chain() {
    use apple_codesign::KnownCertificate;
    for issuer in [KnownCertificate::DeveloperIdG1, KnownCertificate::DeveloperIdG2] {
        let chain = chain::complete(&issuer, &[]);
        assert_eq!(chain.len(), 2);
        assert!(chain::ends_at_apple(&chain));
    }
}

#[test]
fn pkcs12_files_are_read_as_keychain_access_and_openssl_write_them() {
    let identity = Identity::new(Kind::Installer, now());
    let keychain = [
        "-legacy",
        "-keypbe",
        "PBE-SHA1-3DES",
        "-certpbe",
        "PBE-SHA1-RC2-40",
        "-macalg",
        "sha1",
    ];
    for arguments in [&[][..], &keychain] {
        let file = identity.pkcs12("p4ss wörd", arguments);
        let signer = InstallerSigner::from_pkcs12(&file, "p4ss wörd", now()).unwrap();
        assert_eq!(signer.certificates().count(), 3);
        assert_eq!(openssl_takes(&identity, &toc(), &signed(&signer)), (true, true));
        let wrong = InstallerSigner::from_pkcs12(&file, "another", now()).unwrap_err();
        assert_eq!(wrong, Error::Installer(InstallerError::PasswordWrong));
        let damaged = InstallerSigner::from_pkcs12(&file[..file.len() / 2], "p4ss wörd", now()).unwrap_err();
        assert_eq!(damaged, Error::Installer(InstallerError::Pkcs12Unreadable));
    }
}

fn refusal(certificate: &str, key: &str) -> InstallerError {
    match InstallerSigner::from_pem(certificate.as_bytes(), key.as_bytes(), now()) {
        Err(Error::Installer(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn certificates_of_the_wrong_kind_are_refused_with_their_name() {
    for (kind, words) in [
        (Kind::Application, "it is a certificate for Developer ID Application,"),
        (
            Kind::AppStoreInstaller,
            "it is a certificate for Mac Installer Distribution (the App Store),",
        ),
        (Kind::UsageAlone, "it lacks the extension 1.2.840.113635.100.6.1.14;"),
        (
            Kind::ExtensionAlone,
            "it lacks the extended key usage 1.2.840.113635.100.4.13;",
        ),
        (Kind::Server, "it lacks the extension 1.2.840.113635.100.6.1.14;"),
    ] {
        let identity = Identity::new(kind, now());
        let text = refusal(&identity.chain_pem(), &identity.key_pem).to_string();
        assert!(text.contains(words), "{kind:?}: {text}");
        assert!(
            text.ends_with("make one of the kind Developer ID Installer"),
            "{kind:?}: {text}"
        );
    }
}

#[test]
fn certificates_count_in_their_time_alone() {
    let (expired, future) = (
        Identity::valid(Kind::Installer, now(), -48, -1),
        Identity::valid(Kind::Installer, now(), 1, 48),
    );
    let error = refusal(&expired.certificate_pem, &expired.key_pem);
    assert!(matches!(error, InstallerError::Expired(_)), "{error:?}");
    let error = refusal(&future.certificate_pem, &future.key_pem);
    assert!(matches!(error, InstallerError::NotYetValid(_)), "{error:?}");

    let soon = Identity::valid(Kind::Installer, now(), -1, 1);
    let signer = signer(&soon);
    let at = |hours: i64| now() + jiff::SignedDuration::from_hours(hours);
    assert!(signer.sign(&toc(), at(0)).is_ok());
    for hours in [-2, 2] {
        let error = signer.sign(&toc(), at(hours)).unwrap_err();
        assert!(matches!(error, Error::Installer(_)), "{error:?}");
    }
}

#[test]
fn what_cannot_be_used_is_refused_with_a_sentence_that_says_why() {
    let identity = Identity::new(Kind::Installer, now());
    let other = Identity::new(Kind::Installer, now());
    let (certificate, key) = (identity.certificate_pem.as_str(), identity.key_pem.as_str());
    assert_eq!(refusal(certificate, &other.key_pem), InstallerError::Mismatch);
    assert_eq!(refusal("", key), InstallerError::NoCertificate);
    assert_eq!(
        refusal(&certificate.replace('M', "?"), key),
        InstallerError::NoCertificate
    );
    assert_eq!(refusal(key, key), InstallerError::NoCertificate);
    assert_eq!(refusal(certificate, certificate), InstallerError::NoKey);
    assert_eq!(refusal(certificate, ""), InstallerError::NoKey);
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n";
    assert_eq!(refusal(certificate, encrypted), InstallerError::KeyEncrypted);

    let ec = include_str!("../../../../../fixtures/openpgp/release-p256.pem");
    let of_ec = Identity::with_key(Kind::Installer, now(), -24, 24, ec);
    assert_eq!(refusal(&of_ec.certificate_pem, ec), InstallerError::NotRsa);

    let file = identity.pkcs12("secret", &[]);
    let as_pem = InstallerSigner::from_pem(&file, key.as_bytes(), now()).unwrap_err();
    assert_eq!(as_pem, Error::Installer(InstallerError::NotPem));
    let as_file = InstallerSigner::from_pkcs12(certificate.as_bytes(), "secret", now()).unwrap_err();
    assert_eq!(as_file, Error::Installer(InstallerError::NotPkcs12));
    let without_key = identity.pkcs12("secret", &["-nokeys"]);
    let error = InstallerSigner::from_pkcs12(&without_key, "secret", now()).unwrap_err();
    assert_eq!(error, Error::Installer(InstallerError::NoKey));
}

#[test]
fn keys_print_nothing_of_themselves() {
    let identity = Identity::new(Kind::Installer, now());
    let text = format!("{:?}", signer(&identity));
    let secret = identity.key_pem.lines().nth(3).unwrap();
    assert!(!text.contains(secret) && !text.contains("private"), "{text}");
}
