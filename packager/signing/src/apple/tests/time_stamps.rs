use std::sync::Arc;

use bcder::Captured;
use cryptographic_message_syntax::asn1::rfc5652::SignedData;
use packager_artifact::Sha256Digest;
use packager_clock::EagerClock;
use packager_http_client::{HttpSettings, Proxies};
use packager_test_apple::{Fault, Identity, Kind, TimeStampServer};

use super::{now, openssl, openssl_takes, signer, toc};
use crate::{Error, TimeStampAuthority, TimeStampError, TimeStamps};

fn authority(server: &TimeStampServer) -> TimeStampAuthority {
    let direct = HttpSettings {
        proxies: Proxies::Direct,
        ..HttpSettings::default()
    };
    TimeStampAuthority::new(server.url(), &direct, Arc::new(EagerClock::at(now()))).unwrap()
}

#[tokio::test]
async fn a_time_stamp_is_over_the_signature_and_fits_into_its_room() {
    // Failures that may pass come first.
    let server = TimeStampServer::start(vec![Fault::Status(503), Fault::HangUp]).await;
    let identity = Identity::new(Kind::Installer, now());
    let installer = signer(&identity);
    let unstamped = installer.sign(&toc(), now()).unwrap();
    let token = authority(&server).token(unstamped.imprint().unwrap()).await.unwrap();
    assert_eq!(server.requests(), 3);
    let signature = unstamped.stamped(&token).unwrap();
    let signature = signature.filled_up(installer.sizes(TimeStamps::With)).unwrap();
    assert_eq!(openssl_takes(&identity, &toc(), &signature), (true, true));
    assert_eq!(installer.verify(&toc(), &signature), Ok(()));

    // What stands in the signature, taken out and shown to openssl.
    let cms = SignedData::decode_ber(&signature.cms).unwrap();
    let info = &cms.signer_infos[0];
    let attribute = &info.unsigned_attributes.as_ref().unwrap()[0];
    let token: &Captured = &attribute.values[0];
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| std::fs::write(folder.path().join(name), content).unwrap();
    write("token", token.as_slice());
    write("signature", &info.signature.to_bytes());
    write("other", b"other");
    write("tsa", server.certificate_pem().as_bytes());
    let verify = |data: &str| {
        openssl(
            folder.path(),
            &format!("ts -verify -token_in -in token -data {data} -CAfile tsa"),
        )
    };
    assert!(verify("signature"));
    assert!(!verify("other"));
}

#[tokio::test]
async fn a_time_stamp_of_another_signature_is_noticed() {
    let server = TimeStampServer::start(Vec::new()).await;
    let signer = signer(&Identity::new(Kind::Installer, now()));
    let token = authority(&server)
        .token(Sha256Digest::of(b"another signature"))
        .await
        .unwrap();
    let signature = signer.sign(&toc(), now()).unwrap().stamped(&token).unwrap();
    let signature = signature.filled_up(signer.sizes(TimeStamps::With)).unwrap();
    assert_eq!(signer.verify(&toc(), &signature), Err(Error::BadSignature));
}

#[tokio::test]
async fn an_authority_that_fails_for_good_is_not_asked_again() {
    for (faults, requests) in [
        (vec![Fault::Garbage], 1),
        (vec![Fault::Status(403)], 1),
        (vec![Fault::HangUp; 3], 3),
    ] {
        let server = TimeStampServer::start(faults.clone()).await;
        let error = authority(&server).token(Sha256Digest::of(b"x")).await.unwrap_err();
        assert_eq!(server.requests(), requests, "{faults:?}");
        let as_expected = match faults[0] {
            Fault::Garbage => matches!(error, TimeStampError::Malformed),
            Fault::Status(_) => matches!(error, TimeStampError::Status(403)),
            _ => matches!(error, TimeStampError::Unreachable(_)),
        };
        assert!(as_expected, "{error:?}");
    }
}

#[tokio::test]
async fn an_answer_to_another_request_is_not_taken() {
    let server = TimeStampServer::start(Vec::new()).await;
    let ask = async |request: &crate::TimeStampRequest| {
        let client = packager_http_client::client(&HttpSettings::default()).unwrap();
        let request = client.post(server.url()).body(request.to_der().unwrap());
        let answer = request
            .header("content-type", "application/timestamp-query")
            .send()
            .await;
        answer.unwrap().bytes().await.unwrap()
    };
    let [first, second] = [0; 2].map(|_| crate::TimeStampRequest::new(Sha256Digest::of(b"x")).unwrap());
    let answer = ask(&first).await;
    assert!(crate::TimeStampToken::from_response(&answer, &first).is_ok());
    // The same digest, another number.
    let replayed = crate::TimeStampToken::from_response(&answer, &second);
    assert!(matches!(replayed, Err(TimeStampError::Mismatch)), "{replayed:?}");
    let mut flipped = answer.to_vec();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    let flipped = crate::TimeStampToken::from_response(&flipped, &first);
    assert!(matches!(flipped, Err(TimeStampError::Mismatch)), "{flipped:?}");
}
