//! Taking out of a service's texts what nobody is to read in a log.

use packager_api::SecretText;
use uuid::Uuid;

/// What is shorter stands in every other word: taking it out of a text would spell it.
const SHORTEST_SCRUBBED_BYTES: usize = 4;
const REDACTED: &str = "[redacted]";
/// The length of an id in its usual form.
const ID_BYTES: usize = 36;

/// `text` without the secret and without anything that looks like a package's id.
pub(super) fn scrub(text: &str, secret: Option<&SecretText>) -> String {
    let text = match secret.map(SecretText::expose_secret) {
        Some(secret) if secret.len() >= SHORTEST_SCRUBBED_BYTES => text.replace(secret, REDACTED),
        _ => text.to_owned(),
    };
    without_ids(&text)
}

fn without_ids(text: &str) -> String {
    let mut scrubbed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if rest.get(..ID_BYTES).is_some_and(|start| Uuid::try_parse(start).is_ok()) {
            scrubbed.push_str(REDACTED);
            rest = rest.get(ID_BYTES..).unwrap_or_default();
        } else {
            scrubbed.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    scrubbed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_ids_are_taken_out() {
        let id = "7b6c1f0e-8a53-4a52-9d57-0e7c6f3c2a11";
        let secret = SecretText::from("hunter2");
        let text = format!("é{id}, /download/{id}: hunter2{}é", id.to_uppercase());
        assert_eq!(
            scrub(&text, Some(&secret)),
            "é[redacted], /download/[redacted]: [redacted][redacted]é"
        );
        assert_eq!(scrub("no id here: 7b6c1f0e-8a53", None), "no id here: 7b6c1f0e-8a53");
        assert_eq!(scrub(&"é".repeat(40), None), "é".repeat(40));
    }

    #[test]
    fn a_secret_that_stands_in_every_word_is_left() {
        assert_eq!(scrub("abc", Some(&SecretText::from("b"))), "abc");
    }
}
