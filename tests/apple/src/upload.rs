//! The upload target: S3, for one kind of request.

use hmac::{Hmac, KeyInit, Mac};
use hyper::Request;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::answers::{Answer, plain, s3_error};
use crate::server::Shared;
use crate::ticket::record_name;

const REGION: &str = "us-west-2";

/// Answers a `PutObject` at `path`, which is encoded and begins with the bucket. `body` was read to its end.
pub(crate) fn answer(shared: &Shared, path: &str, request: &Request<()>, body: &[u8]) -> Answer {
    let mut state = shared.state();
    let sha256 = hex::encode(Sha256::digest(body));
    let decoded = percent_decode(path);
    let Some((bucket, object)) = decoded.split_once('/') else {
        return s3_error(400, "InvalidURI");
    };
    let Some(index) = state
        .submissions
        .iter()
        .position(|submission| submission.object == object)
    else {
        state.complain(format!("no submission has the object {object}"));
        return s3_error(403, "AccessDenied");
    };
    let submission = &state.submissions[index];
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let signature = signature(request, &submission.secret_access_key);
    let expected = header("authorization").unwrap_or_default().to_owned();
    let date = header("x-amz-date").and_then(|date| DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok());
    let sent_at = date
        .and_then(|date| date.to_zoned(TimeZone::UTC).ok())
        .map(|date| date.timestamp());
    let is_now = sent_at.is_some_and(|at| (at.as_second() - shared.clock.now().as_second()).abs() < 15 * 60);
    let complaint = if bucket != "notary-submissions-test" {
        Some((404, "NoSuchBucket", format!("the bucket is {bucket}")))
    } else if header("x-amz-security-token") != Some(&submission.session_token) {
        Some((400, "InvalidToken", "the session token is another".to_owned()))
    } else if header("content-length") != Some(&body.len().to_string()) {
        Some((
            411,
            "MissingContentLength",
            "the length was not said beforehand".to_owned(),
        ))
    } else if !is_now {
        Some((403, "RequestTimeTooSkewed", "the date is another".to_owned()))
    } else if signature.as_ref() != Ok(&expected) {
        Some((403, "SignatureDoesNotMatch", format!("{signature:?} is not {expected}")))
    } else if header("x-amz-content-sha256") != Some(&sha256) {
        Some((
            400,
            "XAmzContentSHA256Mismatch",
            "the body is not the one that was signed".to_owned(),
        ))
    } else if submission.sha256 != sha256 {
        Some((
            400,
            "BadDigest",
            "what was uploaded is not what was submitted".to_owned(),
        ))
    } else {
        None
    };
    if let Some((status, code, text)) = complaint {
        state.complain(text);
        return s3_error(status, code);
    }
    state.uploads += 1;
    let name = record_name(body);
    if name.is_none() {
        state.complain("what was uploaded is not a xar archive");
    }
    state.submissions[index].uploaded = Some(name.unwrap_or_default());
    plain(200, "")
}

/// The value that `authorization` should have, from the request as it came.
fn signature(request: &Request<()>, secret: &str) -> Result<String, &'static str> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let authorization = header("authorization").ok_or("no authorization")?;
    let field = |name: &str| {
        let (_, rest) = authorization.split_once(name)?;
        rest.split(',').next()
    };
    let credential = field("Credential=").ok_or("no credential")?;
    let signed = field("SignedHeaders=").ok_or("no signed headers")?;
    for name in ["host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"] {
        if !signed.split(';').any(|signed| signed == name) {
            return Err("a header that must be signed is not");
        }
    }
    let (key_id, scope) = credential.split_once('/').ok_or("no scope")?;
    let date = header("x-amz-date").ok_or("no date")?;
    if scope != format!("{}/{REGION}/s3/aws4_request", &date[..8]) {
        return Err("the scope is another");
    }
    let headers = signed
        .split(';')
        .map(|name| Some(format!("{name}:{}\n", header(name)?)))
        .collect::<Option<String>>()
        .ok_or("a signed header is not there")?;
    let canonical = format!(
        "{}\n{}\n\n{headers}\n{signed}\n{}",
        request.method(),
        request.uri().path(),
        header("x-amz-content-sha256").ok_or("no digest")?
    );
    let text = format!(
        "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
        hex::encode(Sha256::digest(canonical))
    );
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in scope.split('/') {
        key = hmac(&key, part);
    }
    let signature = hex::encode(hmac(&key, &text));
    Ok(format!(
        "AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={signed}, Signature={signature}"
    ))
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn percent_decode(path: &str) -> String {
    let mut bytes = path.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next().unwrap_or(b'0'), bytes.next().unwrap_or(b'0')];
            decoded.extend(hex::decode(digits).unwrap_or_default());
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
