//! Telling what came of it: to a person, or to a script.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::outcome::Outcome;
use crate::error::Error;
use crate::exit_status::ExitStatus;
use crate::terminal;

/// Prints where the package is. The path alone is the result; what goes with it is told beside.
pub(super) fn success(outcome: &Outcome, is_json: bool) -> Result<(), Error> {
    if is_json {
        return print(&outcome.to_json());
    }
    for (what, path) in [
        ("signature", &outcome.files.signature),
        ("configuration profile", &outcome.files.profile),
    ] {
        if let Some(path) = path {
            terminal::remark(&format!("{what}: {}", path.display()));
        }
    }
    terminal::result(&outcome.files.package.display().to_string())
}

/// Prints why there is no package, as one JSON object on standard output.
pub(crate) fn failure(error: &Error) {
    // The exit code and standard error tell it, too.
    let _ = print(&failure_json(error));
}

pub(super) fn failure_json(error: &Error) -> Value {
    let mut members = describe(error.exit_status(), &terminal::told(error));
    if !error.fields().is_empty() {
        drop(members.insert("errors".to_owned(), json!(error.fields())));
    }
    if let Error::Remote(error) = error
        && let Some(wish) = error.retry_after()
    {
        drop(members.insert("retry_after".to_owned(), wish.as_secs().into()));
    }
    json!({ "error": members })
}

/// The same for a command line that cannot be read.
pub(crate) fn usage_failure(message: &str) {
    let _ = print(&json!({ "error": describe(ExitStatus::Usage, message) }));
}

fn describe(status: ExitStatus, message: &str) -> Map<String, Value> {
    let members = [
        ("kind", Value::from(status.word())),
        ("exit_code", status.code().into()),
        ("message", message.into()),
    ];
    members
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

fn print(value: &Value) -> Result<(), Error> {
    terminal::result(&ascii(&value.to_string()))
}

/// JSON text in ASCII alone. Nothing in it steers a terminal, and nothing that does has to be taken out of it.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() && c != '\u{7f}' {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string does not fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use packager_api::FieldProblem;

    use super::*;
    use crate::remote;

    #[test]
    fn json_is_ascii_and_means_the_same() {
        let value = json!({"é": "a\u{202e}b\u{7f}\u{1b}[2J \u{1f600}\n\"\\"});
        let text = ascii(&value.to_string());
        assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_failure_has_its_kind_its_code_its_text_and_its_fields() {
        let error = Error::Flags(vec![FieldProblem::new("fleet_url", "is required")]);
        assert_eq!(
            failure_json(&error),
            json!({"error": {
                "kind": "usage", "exit_code": 2, "message": "--fleet-url is required",
                "errors": [{"field": "fleet_url", "detail": "is required"}],
            }})
        );
        let error = Error::Remote(remote::Error::Busy {
            reason: "full".to_owned(),
            retry_after: Some(Duration::from_secs(86400)),
        });
        assert_eq!(failure_json(&error)["error"]["retry_after"], 86400);
        assert_eq!(failure_json(&error)["error"]["kind"], "busy");
    }
}
