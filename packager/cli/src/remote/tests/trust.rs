use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packager_signing::ReleaseKey;

use super::*;

const KEY: &[u8] = include_bytes!("../../../../../fixtures/openpgp/release.pem");
const PUBLIC: &[u8] = include_bytes!("../../../../../fixtures/openpgp/release.pub.pem");

fn signature_of(content: &str) -> String {
    let signature = ReleaseKey::from_pem(KEY)
        .unwrap()
        .sign(Sha256Digest::of(content.as_bytes()));
    STANDARD.encode(signature.unwrap())
}

fn trusting(replies: impl IntoIterator<Item = Reply>) -> Bench {
    let bench = Bench::new(replies);
    Bench {
        service: bench
            .service
            .trusting(Some(ReleasePublicKey::from_pem(PUBLIC).unwrap())),
        ..bench
    }
}

fn signed(reply: Reply, signature: &str) -> Reply {
    reply.with_header("x-signature-ed25519", signature)
}

async fn refusal(bench: Bench) -> Error {
    let error = bench.download(&bench.promised()).await.unwrap_err();
    assert!(matches!(error, Error::Untrusted(_)), "{error}");
    assert_eq!(error.exit_status(), ExitStatus::Corrupt);
    error
}

#[tokio::test]
async fn a_package_that_the_release_key_signed_is_taken() {
    let signature = signature_of(BODY);
    let bench = trusting([signed(body(BODY), &signature)]);
    assert_eq!(bench.download(&bench.promised()).await.unwrap(), BODY);
    // One that comes in pieces, too.
    let bench = trusting([
        signed(body(&BODY[..8]).missing(12), &signature),
        signed(part(8), &signature),
    ]);
    assert_eq!(bench.download(&bench.promised()).await.unwrap(), BODY);
}

#[tokio::test]
async fn a_service_that_sends_no_signature_is_refused_before_it_sends_more() {
    // That it would be another package is not even found out.
    let error = refusal(trusting([body("x").endless()])).await;
    assert!(error.to_string().contains("--remote-public-key"), "{error}");
    let first = signed(body(&BODY[..8]).missing(12), &signature_of(BODY));
    refusal(trusting([first, part(8)])).await;
}

#[tokio::test]
async fn a_signature_of_something_else_is_refused() {
    let other = signature_of("another package");
    let cut = STANDARD.encode(&STANDARD.decode(signature_of(BODY)).unwrap()[..63]);
    for signature in [other.as_str(), &cut, "", "AAAA", "not base64!"] {
        refusal(trusting([signed(body(BODY), signature)])).await;
    }
}

#[tokio::test]
async fn a_signature_does_not_make_up_for_a_wrong_checksum() {
    let wrong = BODY.replace('j', "J");
    let bench = trusting([signed(body(&wrong), &signature_of(&wrong))]);
    assert!(matches!(
        bench.download(&bench.promised()).await.unwrap_err(),
        Error::Corrupt(_)
    ));
}

#[tokio::test]
async fn without_a_key_signatures_are_nobodys_business() {
    let bench = Bench::new([signed(body(BODY), "not base64!")]);
    assert_eq!(bench.download(&bench.promised()).await.unwrap(), BODY);
}
