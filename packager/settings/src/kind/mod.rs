//! What a setting's value may be: one kind a file, each with its rule in words and in code.

mod address;
mod choice;
mod count;
mod duration;
mod environment_name;
mod list;
mod log_filter;
mod network;
mod or;
mod origins;
mod path;
mod pkcs11_uri;
mod rate;
mod secret_reference;
mod size;
mod storage_limit;
mod token;
mod web_url;

use std::borrow::Cow;

use crate::origin::Origin;

pub(crate) use address::Address;
pub(crate) use choice::Choice;
pub(crate) use count::Count;
pub(crate) use duration::Span;
pub(crate) use environment_name::EnvironmentName;
pub(crate) use list::List;
pub(crate) use log_filter::Filter;
pub(crate) use network::Network;
pub(crate) use or::{optional, or};
pub(crate) use origins::Origins;
pub(crate) use path::FilePath;
pub(crate) use pkcs11_uri::Pkcs11Uri;
pub(crate) use rate::Frequency;
pub(crate) use secret_reference::SecretReference;
pub(crate) use size::Size;
pub(crate) use storage_limit::Share;
pub(crate) use token::Token;
pub(crate) use web_url::WebUrl;

/// What can be said of a kind without knowing its type.
pub(crate) trait Describe: Sync {
    /// What a value looks like, in Markdown on one line, with a small letter at the start.
    fn form(&self) -> String;

    /// Whether values are secret references.
    fn is_secret(&self) -> bool {
        false
    }

    /// Whether a value is a list, in text separated by commas.
    fn is_list(&self) -> bool {
        false
    }

    /// Whether a value of digits is written as a TOML integer.
    fn is_number(&self) -> bool {
        false
    }

    /// The text as it may be shown.
    fn shown<'a>(&self, text: &'a str) -> &'a str {
        text
    }
}

/// How a value is read.
pub(crate) trait Kind: Describe {
    type Value;

    fn read(&self, text: &str) -> Result<Self::Value, Refusal>;

    /// What the operator should know about an accepted value.
    fn caution(&self, _value: &Self::Value, _origin: &Origin) -> Option<String> {
        None
    }
}

/// Why a value is refused: the rule it breaks. The value is not part of it, for it may be, or hold, a secret.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) Cow<'static, str>);

impl Refusal {
    /// "must be …", with what the kind says of itself.
    fn must_be(kind: &impl Describe) -> Self {
        Self(format!("must be {}", kind.form()).into())
    }
}

impl From<&'static str> for Refusal {
    fn from(rule: &'static str) -> Self {
        Self(rule.into())
    }
}

/// Refuses what no value of free text may be: empty, endless, or with characters that cannot be seen.
fn check_text(text: &str, most_bytes: usize) -> Result<(), Refusal> {
    if text.is_empty() {
        return Err("must not be empty".into());
    }
    if text.len() > most_bytes {
        return Err(Refusal(format!("must have at most {most_bytes} bytes").into()));
    }
    if text.chars().any(char::is_control) {
        return Err("must not hold control characters".into());
    }
    Ok(())
}

/// A whole number in decimal digits, and nothing else: no sign, no blank.
fn digits(text: &str) -> Option<u64> {
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().ok()).flatten()
}
