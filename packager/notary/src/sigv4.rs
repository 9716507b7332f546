//! AWS Signature Version 4, for one request with its headers and the SHA-256 of its body.
//!
//! The request is written out in a canonical form; the signature is an HMAC over that form's digest, with a key that is
//! derived from the secret for one day, region and service. See "Authenticating Requests (AWS Signature Version 4)" of
//! the Amazon S3 API reference.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use packager_artifact::Sha256Digest;

use crate::grant::DerivedKey;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "s3";

/// What is signed.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// Percent-encoded as [`encode_path`] does it.
    pub(crate) path: &'a str,
    /// Names in lower case, in alphabetical order.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body_sha256: Sha256Digest,
}

/// Who signs, and for where.
#[derive(Clone, Copy)]
pub(crate) struct Signatory<'a> {
    pub(crate) access_key_id: &'a str,
    pub(crate) secret_access_key: &'a str,
    pub(crate) region: &'a str,
}

/// The value of `x-amz-date`: `20130524T000000Z`.
pub(crate) fn amz_date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// The value of the header `authorization`. `amz_date` is [`amz_date`].
pub(crate) fn authorization(request: &Request<'_>, amz_date: &str, signatory: Signatory<'_>) -> String {
    let day = amz_date.get(..8).unwrap_or(amz_date);
    let scope = format!("{day}/{}/{SERVICE}/aws4_request", signatory.region);
    let names: Vec<&str> = request.headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let to_sign = format!(
        "{ALGORITHM}\n{amz_date}\n{scope}\n{}",
        Sha256Digest::of(canonical(request, &names).as_bytes())
    );
    let signature = hex::encode(hmac(&key(signatory, day), to_sign.as_bytes()));
    let credential = signatory.access_key_id;
    format!("{ALGORITHM} Credential={credential}/{scope}, SignedHeaders={names}, Signature={signature}")
}

fn canonical(request: &Request<'_>, names: &str) -> String {
    let headers: Vec<String> = request
        .headers
        .iter()
        .map(|(name, value)| format!("{name}:{}\n", value.trim()))
        .collect();
    let headers = headers.concat();
    let Request {
        method,
        path,
        body_sha256,
        ..
    } = request;
    // There is no query.
    format!("{method}\n{path}\n\n{headers}\n{names}\n{body_sha256}")
}

fn key(signatory: Signatory<'_>, day: &str) -> DerivedKey {
    let secret = DerivedKey::new([b"AWS4", signatory.secret_access_key.as_bytes()].concat());
    [day, signatory.region, SERVICE, "aws4_request"]
        .iter()
        .fold(secret, |key, text| hmac(&key, text.as_bytes()))
}

fn hmac(key: &[u8], text: &[u8]) -> DerivedKey {
    DerivedKey::new(sign(&Key::new(HMAC_SHA256, key), text).as_ref().to_vec())
}

/// Percent-encodes everything but letters, digits, `-`, `.`, `_`, `~`, and the slashes between segments.
pub(crate) fn encode_path(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&hex::encode_upper([byte]));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "Example: PUT Object" of the Amazon S3 API reference.
    #[test]
    fn the_example_of_the_reference_is_signed_as_there() {
        let body_sha256 = Sha256Digest::of(b"Welcome to Amazon S3.");
        assert_eq!(
            body_sha256.to_string(),
            "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
        );
        let date = amz_date("2013-05-24T00:00:00Z".parse().unwrap());
        assert_eq!(date, "20130524T000000Z");
        let request = Request {
            method: "PUT",
            path: &encode_path("/test$file.text"),
            headers: &[
                ("date", "Fri, 24 May 2013 00:00:00 GMT"),
                ("host", "examplebucket.s3.amazonaws.com"),
                ("x-amz-content-sha256", &body_sha256.to_string()),
                ("x-amz-date", &date),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ],
            body_sha256,
        };
        let signatory = Signatory {
            access_key_id: "AKIAIOSFODNN7EXAMPLE",
            secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            region: "us-east-1",
        };
        assert_eq!(
            authorization(&request, &date, signatory),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
             SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, \
             Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        );
    }

    #[test]
    fn paths_are_encoded_once() {
        assert_eq!(encode_path("/b/AROA:1/a b%+ä.pkg"), "/b/AROA%3A1/a%20b%25%2B%C3%A4.pkg");
    }
}
