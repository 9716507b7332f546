use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Describe, Kind, Refusal, check_text, path};
use crate::interpolate::is_variable_name;
use crate::origin::Origin;
use crate::secret::Secret;
use crate::secret_ref::SecretRef;

/// `env:NAME`, `file:/path`, `systemd:NAME`, or the secret itself.
pub(crate) struct SecretReference;

/// Prefixes that will mean something: as a bare value they would be taken for the secret.
const NOT_YET: [&str; 2] = ["vault:", "aws-sm:"];
/// The longest name of a file on Linux (`NAME_MAX`); a credential is a file.
const MOST_CREDENTIAL_NAME_BYTES: usize = 255;

impl Describe for SecretReference {
    fn form(&self) -> String {
        "a secret reference: `file:/path`, `env:NAME` or `systemd:NAME`".to_owned()
    }

    fn is_secret(&self) -> bool {
        true
    }

    fn shown<'a>(&self, text: &'a str) -> &'a str {
        match self.read(text) {
            Ok(SecretRef::Environment(_) | SecretRef::File(_) | SecretRef::SystemdCredential(_)) => text,
            Ok(SecretRef::Bare(_)) | Err(_) => "<redacted>",
        }
    }
}

impl Kind for SecretReference {
    type Value = SecretRef;

    fn read(&self, text: &str) -> Result<SecretRef, Refusal> {
        if NOT_YET.iter().any(|prefix| text.starts_with(prefix)) {
            return Err(
                "references to `vault:` and `aws-sm:` are not built yet: use `file:`, `env:` or `systemd:`".into(),
            );
        }
        if let Some(name) = text.strip_prefix("env:") {
            return if is_variable_name(name) {
                Ok(SecretRef::Environment(name.to_owned()))
            } else {
                Err("must have a variable's name behind `env:`".into())
            };
        }
        if let Some(path) = text.strip_prefix("file:") {
            check_text(path, path::MOST_BYTES)
                .map_err(|_| Refusal::from("must have a path without control characters behind `file:`"))?;
            return Ok(SecretRef::File(PathBuf::from(path)));
        }
        if let Some(name) = text.strip_prefix("systemd:") {
            return if is_credential_name(name) {
                Ok(SecretRef::SystemdCredential(name.to_owned()))
            } else {
                Err("must have a credential's name behind `systemd:`".into())
            };
        }
        Secret::new(Zeroizing::new(text.as_bytes().to_vec()))
            .map(SecretRef::Bare)
            .map_err(|error| Refusal(error.to_string().into()))
    }

    fn caution(&self, value: &SecretRef, origin: &Origin) -> Option<String> {
        let SecretRef::Bare(_) = value else {
            return None;
        };
        let who = match origin {
            Origin::Flag => "in the process list, for every user of this machine to see",
            Origin::Variable | Origin::File { .. } | Origin::Default => "in the configuration itself",
        };
        Some(format!(
            "the secret stands {who}; this will do for a trial, otherwise refer to it with `file:`, `env:` or `systemd:`"
        ))
    }
}

/// One file's name: a reference must not lead out of the folder of credentials.
fn is_credential_name(name: &str) -> bool {
    let is_single_component = Path::new(name).file_name().is_some_and(|last| last == name);
    is_single_component && check_text(name, MOST_CREDENTIAL_NAME_BYTES).is_ok()
}
