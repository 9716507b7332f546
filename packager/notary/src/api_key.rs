//! The App Store Connect key, and the tokens that it signs.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use serde::Serialize;

use crate::patience::after;

/// How long a token is good for. Apple takes at most 20 minutes.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// How long before its end a token is not used any more: its request may be under way for a while.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// How long it is good for from now on. The time of issue lies back by the rest, for a clock that is ahead of Apple's would
/// give tokens of the future.
const FROM_NOW: Duration = Duration::from_secs(14 * 60 + 30);

const AUDIENCE: &str = "appstoreconnect-v1";

/// Why a key is refused. Its text is for the operator, and holds nothing of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// There is no private key in it.
    #[error("it is not a private key in PEM: take the file AuthKey_KEYID.p8 as App Store Connect gave it")]
    NotAKey,
    /// It is a key of another kind.
    #[error("it is not an elliptic-curve key on P-256: take the file AuthKey_KEYID.p8 as App Store Connect gave it")]
    NotP256,
}

/// An App Store Connect API key with its two names.
pub struct ApiKey {
    key_id: String,
    issuer: String,
    pair: EcdsaKeyPair,
    token: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    text: String,
    expires: Timestamp,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    kid: &'a str,
    typ: &'static str,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
    aud: &'static str,
}

impl ApiKey {
    /// Reads a key (`.p8`: PKCS#8 in PEM), with its key ID and the issuer ID of the account.
    ///
    /// # Errors
    /// [`ApiKeyError`].
    pub fn from_pem(pem: &[u8], key_id: String, issuer: String) -> Result<Self, ApiKeyError> {
        let der = PrivateKeyDer::from_pem_slice(pem).map_err(|_| ApiKeyError::NotAKey)?;
        let pair = match &der {
            PrivateKeyDer::Pkcs8(der) => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.secret_pkcs8_der())
            }
            PrivateKeyDer::Sec1(der) => {
                EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, der.secret_sec1_der())
            }
            _ => return Err(ApiKeyError::NotP256),
        };
        Ok(Self {
            key_id,
            issuer,
            pair: pair.map_err(|_| ApiKeyError::NotP256)?,
            token: Mutex::default(),
        })
    }

    /// A token that is good at `now` and for some minutes more: a JSON Web Token (RFC 7519) with ES256 (RFC 7518, section
    /// 3.4). `None` if it cannot be signed.
    pub(crate) fn token(&self, now: Timestamp) -> Option<String> {
        let mut kept = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was put back makes a kept token one of the future.
        let is_good = |token: &&Token| after(now, MARGIN) < token.expires && token.expires <= after(now, LIFETIME);
        if let Some(token) = kept.as_ref().filter(is_good) {
            return Some(token.text.clone());
        }
        let expires = after(now, FROM_NOW);
        let claims = Claims {
            iss: &self.issuer,
            iat: expires.as_second() - i64::try_from(LIFETIME.as_secs()).ok()?,
            exp: expires.as_second(),
            aud: AUDIENCE,
        };
        let text = self.sign(&claims)?;
        *kept = Some(Token {
            text: text.clone(),
            expires,
        });
        Some(text)
    }

    fn sign(&self, claims: &Claims<'_>) -> Option<String> {
        let header = Header {
            alg: "ES256",
            kid: &self.key_id,
            typ: "JWT",
        };
        let header = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header).ok()?);
        let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).ok()?);
        let signed = format!("{header}.{claims}");
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).ok()?;
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({})", self.key_id)
    }
}
