use super::{Describe, Kind, Refusal};

/// An identifier that somebody else made: letters, digits and hyphens.
pub(crate) struct Token;

const MOST_BYTES: usize = 64;

impl Describe for Token {
    fn form(&self) -> String {
        format!("letters, digits and hyphens, at most {MOST_BYTES}")
    }
}

impl Kind for Token {
    type Value = String;

    fn read(&self, text: &str) -> Result<String, Refusal> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if !(1..=MOST_BYTES).contains(&text.len()) || !text.bytes().all(is_allowed) {
            return Err(Refusal::must_be(self));
        }
        Ok(text.to_owned())
    }
}
