//! Checks tokens as App Store Connect does.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;

/// Whose tokens are good.
pub(crate) struct Account {
    pub(crate) key_id: String,
    pub(crate) issuer: String,
    /// The uncompressed point.
    pub(crate) public_key: Vec<u8>,
}

/// What is wrong with the value of the header `authorization`, if anything is.
pub(crate) fn check(header: Option<&str>, account: &Account, now: Timestamp) -> Result<(), String> {
    let token = header
        .and_then(|header| header.strip_prefix("Bearer "))
        .ok_or("no bearer token")?;
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        return Err(format!("the token has {} parts", parts.len()));
    };
    let decode = |part: &str| {
        URL_SAFE_NO_PAD
            .decode(part)
            .map_err(|error| format!("the token's base64: {error}"))
    };
    let json = |part: &str| -> Result<Value, String> {
        serde_json::from_slice(&decode(part)?).map_err(|error| format!("the token's JSON: {error}"))
    };
    let signed = &token[..header.len() + 1 + claims.len()];
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &account.public_key)
        .verify(signed.as_bytes(), &decode(signature)?)
        .map_err(|_| "the token's signature is not good")?;

    let (header, claims) = (json(header)?, json(claims)?);
    for (name, have, want) in [
        ("alg", &header["alg"], "ES256"),
        ("typ", &header["typ"], "JWT"),
        ("kid", &header["kid"], account.key_id.as_str()),
        ("iss", &claims["iss"], account.issuer.as_str()),
        ("aud", &claims["aud"], "appstoreconnect-v1"),
    ] {
        if have != want {
            return Err(format!("{name} is {have}, not {want}"));
        }
    }
    let (Some(issued), Some(expires)) = (claims["iat"].as_i64(), claims["exp"].as_i64()) else {
        return Err("iat or exp is not a number".to_owned());
    };
    if expires - issued > 20 * 60 {
        return Err(format!(
            "the token lives {} seconds, more than 20 minutes",
            expires - issued
        ));
    }
    if issued > now.as_second() || expires <= now.as_second() {
        return Err(format!(
            "the token is for {issued} to {expires}, and it is {}",
            now.as_second()
        ));
    }
    Ok(())
}
