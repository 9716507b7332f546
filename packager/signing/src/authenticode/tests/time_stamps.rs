use std::sync::Arc;
use std::time::Duration;

use packager_clock::{EagerClock, SystemClock};
use packager_http_client::{HttpSettings, Proxies};
use packager_test_apple::{Fault, TimeStampServer};

use super::package::{digest, package, with_signature};
use super::{AuthenticodeError, AuthenticodeSigner, Concern, identity, list, now, pkcs12, settings, sign, verify};
use crate::TimeStampAuthority;

fn authority(server: &TimeStampServer, clock: Arc<dyn packager_clock::Clock>) -> TimeStampAuthority {
    let direct = HttpSettings {
        proxies: Proxies::Direct,
        ..HttpSettings::default()
    };
    TimeStampAuthority::new(server.url(), &direct, clock).unwrap()
}

#[tokio::test]
async fn osslsigncode_takes_the_time_stamp() {
    // Failures that may pass come first.
    let server = TimeStampServer::start(vec![Fault::Status(503)]).await;
    let identity = identity();
    let (mut settings, _scratch) = settings(pkcs12(identity.pkcs12("secret", &[]), Some("secret")));
    settings.time_stamps = Some(authority(&server, Arc::new(EagerClock::at(now()))));
    let signer = AuthenticodeSigner::new(settings, now()).await.unwrap();
    assert_eq!(server.requests(), 0);
    let package = package("one");
    let signature = sign(&signer, &package).await.unwrap();
    assert_eq!(server.requests(), 2);
    signer.verify(&digest(&package), &signature).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let tsa = folder.path().join("tsa.pem");
    std::fs::write(&tsa, server.certificate_pem()).unwrap();
    let tsa = ["-TSA-CAfile", tsa.to_str().unwrap()];
    let whole = with_signature(&package, &signature);
    let (good, text) = verify(&whole, &identity, &tsa);
    assert!(
        good && text.contains("Timestamp Server Signature verification: ok"),
        "{text}"
    );

    let mut flipped = signature.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    assert!(signer.verify(&digest(&package), &flipped).is_err());
    let (good, text) = verify(&with_signature(&package, &flipped), &identity, &tsa);
    assert!(
        !good || !text.contains("Timestamp Server Signature verification: ok"),
        "{text}"
    );
}

#[tokio::test]
async fn a_signature_without_the_time_stamp_that_it_should_have_is_not_good() {
    let server = TimeStampServer::start(Vec::new()).await;
    let identity = identity();
    let file = identity.pkcs12("secret", &[]);
    let (plain, _scratch) = settings(pkcs12(file.clone(), Some("secret")));
    let plain = AuthenticodeSigner::new(plain, now()).await.unwrap();
    let (mut stamping, _other_scratch) = settings(pkcs12(file, Some("secret")));
    stamping.time_stamps = Some(authority(&server, Arc::new(SystemClock)));
    let stamping = AuthenticodeSigner::new(stamping, now()).await.unwrap();
    let package = package("one");
    let signature = sign(&plain, &package).await.unwrap();
    assert!(plain.verify(&digest(&package), &signature).is_ok());
    let outcome = stamping.verify(&digest(&package), &signature);
    assert!(matches!(outcome, Err(AuthenticodeError::BadSignature)), "{outcome:?}");
}

#[tokio::test]
async fn an_authority_that_fails_or_does_not_answer_fails_the_build_in_time() {
    for fault in [Fault::Garbage, Fault::Status(403)] {
        let server = TimeStampServer::start(vec![fault]).await;
        let (mut settings, scratch) = settings(pkcs12(identity().pkcs12("secret", &[]), Some("secret")));
        settings.time_stamps = Some(authority(&server, Arc::new(SystemClock)));
        let signer = AuthenticodeSigner::new(settings, now()).await.unwrap();
        let error = sign(&signer, &package("one")).await.unwrap_err();
        assert!(matches!(error, AuthenticodeError::TimeStamp(_)), "{error}");
        assert_eq!(error.concern(), Concern::TimeStamp);
        assert_eq!(list(scratch.path()).len(), 0);
    }
    // It takes connections, and says nothing.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let (mut settings, scratch) = settings(pkcs12(identity().pkcs12("secret", &[]), Some("secret")));
    let direct = HttpSettings {
        proxies: Proxies::Direct,
        ..HttpSettings::default()
    };
    settings.time_stamps = Some(TimeStampAuthority::new(url, &direct, Arc::new(SystemClock)).unwrap());
    settings.deadline = Duration::from_secs(3);
    let signer = AuthenticodeSigner::new(settings, now()).await.unwrap();
    let error = sign(&signer, &package("one")).await.unwrap_err();
    assert!(matches!(error, AuthenticodeError::Late(_)), "{error:?}");
    assert_eq!(list(scratch.path()).len(), 0);
}
