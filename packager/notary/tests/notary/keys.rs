use std::process::Command;

use packager_notary::{ApiKey, ApiKeyError};

fn openssl(arguments: &str) -> Vec<u8> {
    let output = Command::new("openssl")
        .args(arguments.split_whitespace())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn read(pem: &[u8]) -> Result<ApiKey, ApiKeyError> {
    ApiKey::from_pem(pem, "2X9R4HXF34".to_owned(), "issuer".to_owned())
}

#[test]
fn keys_are_read_in_the_forms_that_there_are() {
    let pkcs8 = "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256";
    for arguments in [pkcs8, "ecparam -genkey -noout -name prime256v1"] {
        let key = read(&openssl(arguments)).unwrap();
        assert_eq!(format!("{key:?}"), "ApiKey(2X9R4HXF34)");
    }
}

#[test]
fn others_are_refused_with_a_sentence_that_says_why() {
    for (pem, want) in [
        (
            openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384"),
            ApiKeyError::NotP256,
        ),
        (openssl("genpkey -algorithm ed25519"), ApiKeyError::NotP256),
        (openssl("genpkey -algorithm RSA"), ApiKeyError::NotP256),
        (
            b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".to_vec(),
            ApiKeyError::NotP256,
        ),
        (b"2X9R4HXF34".to_vec(), ApiKeyError::NotAKey),
        (Vec::new(), ApiKeyError::NotAKey),
    ] {
        let error = read(&pem).unwrap_err();
        assert_eq!(error, want);
        assert!(error.to_string().contains("AuthKey_KEYID.p8"), "{error}");
    }
}
