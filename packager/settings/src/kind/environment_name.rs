use super::{Describe, Kind, Refusal};

/// The name of an environment variable that may be handed on. The service's own may not: they can hold secrets.
pub(crate) struct EnvironmentName;

const MOST_BYTES: usize = 128;
const OWN: &str = "PACKAGER_";

impl Describe for EnvironmentName {
    fn form(&self) -> String {
        format!("the name of an environment variable that does not begin with `{OWN}`")
    }
}

impl Kind for EnvironmentName {
    type Value = String;

    fn read(&self, text: &str) -> Result<String, Refusal> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let begins_with_digit = text.bytes().next().is_none_or(|byte| byte.is_ascii_digit());
        if begins_with_digit || text.len() > MOST_BYTES || !text.bytes().all(is_allowed) || text.starts_with(OWN) {
            return Err(Refusal::must_be(self));
        }
        Ok(text.to_owned())
    }
}
