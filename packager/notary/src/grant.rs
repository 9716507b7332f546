//! The right to upload one package.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

/// Credentials for one object in Apple's bucket, good for twelve hours. They print nothing of themselves.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct UploadGrant(Fields);

/// As the Notary API names them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    aws_access_key_id: String,
    aws_secret_access_key: String,
    aws_session_token: String,
    bucket: String,
    object: String,
}

/// A field that cannot be used. What it says is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} cannot be used")]
pub struct InvalidGrant(&'static str);

impl UploadGrant {
    pub(crate) fn access_key_id(&self) -> &str {
        &self.0.aws_access_key_id
    }

    pub(crate) fn secret_access_key(&self) -> &str {
        &self.0.aws_secret_access_key
    }

    pub(crate) fn session_token(&self) -> &str {
        &self.0.aws_session_token
    }

    pub(crate) fn bucket(&self) -> &str {
        &self.0.bucket
    }

    pub(crate) fn object(&self) -> &str {
        &self.0.object
    }
}

impl TryFrom<Fields> for UploadGrant {
    type Error = InvalidGrant;

    /// All of it goes into an address or a header.
    fn try_from(fields: Fields) -> Result<Self, InvalidGrant> {
        let is_graphic = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let is_bucket = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
        let checks = [
            ("awsAccessKeyId", is_graphic(&fields.aws_access_key_id, 128)),
            ("awsSecretAccessKey", is_graphic(&fields.aws_secret_access_key, 256)),
            ("awsSessionToken", is_graphic(&fields.aws_session_token, 8192)),
            (
                "bucket",
                (3..=63).contains(&fields.bucket.len())
                    && fields.bucket.bytes().all(is_bucket)
                    && fields.bucket.bytes().any(|byte| byte != b'.'),
            ),
            (
                "object",
                (1..=1024).contains(&fields.object.len())
                    && !fields.object.chars().any(char::is_control)
                    && fields.object.split('/').all(|part| !matches!(part, "" | "." | "..")),
            ),
        ];
        match checks.iter().find(|(_, holds)| !holds) {
            Some((field, _)) => Err(InvalidGrant(field)),
            None => Ok(Self(fields)),
        }
    }
}

impl From<UploadGrant> for Fields {
    fn from(grant: UploadGrant) -> Self {
        grant.0.clone()
    }
}

impl Drop for Fields {
    fn drop(&mut self) {
        self.aws_secret_access_key.zeroize();
        self.aws_session_token.zeroize();
    }
}

impl fmt::Debug for UploadGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UploadGrant(..)")
    }
}

/// A key derived from a secret of the grant.
pub(crate) type DerivedKey = Zeroizing<Vec<u8>>;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn grant() -> Value {
        json!({
            "awsAccessKeyId": "ASIAEXAMPLE",
            "awsSecretAccessKey": "s3cret/+",
            "awsSessionToken": "t0ken==",
            "bucket": "notary-submissions-prod",
            "object": "prod/AROA:1/a b.pkg",
        })
    }

    #[test]
    fn it_survives_being_kept_and_prints_nothing() {
        let read: UploadGrant = serde_json::from_value(grant()).unwrap();
        assert_eq!(format!("{read:?}"), "UploadGrant(..)");
        assert_eq!(serde_json::to_value(&read).unwrap(), grant());
    }

    #[test]
    fn what_would_lead_elsewhere_is_refused() {
        for (field, value) in [
            ("bucket", "evil.example/x"),
            ("bucket", ".."),
            ("bucket", "..."),
            ("bucket", "a@b"),
            ("object", "../other/object"),
            ("object", "a//b"),
            ("object", "a\r\nx-amz-acl: public-read"),
            ("object", ""),
            ("awsSessionToken", "t0ken\r\nhost: evil.example"),
            ("awsAccessKeyId", "a b"),
        ] {
            let mut grant = grant();
            grant[field] = Value::from(value);
            let error = serde_json::from_value::<UploadGrant>(grant).unwrap_err().to_string();
            assert_eq!(error, format!("{field} cannot be used"), "{value:?}");
        }
    }
}
