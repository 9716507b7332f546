//! Errors as RFC 9457 problem details.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The media type of a [`Problem`] (RFC 9457, section 3).
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

/// What is wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// The field in the contract's spelling, or the name of the unknown field as it was given (cut, and with control
    /// characters escaped).
    pub field: String,
    /// What is wrong, for people. It never repeats the value.
    pub detail: String,
}

impl FieldProblem {
    /// A problem of `field`, `detail` being written for people and free of the value.
    pub fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            detail: detail.into(),
        }
    }
}

/// Problem details (RFC 9457): the body of every error.
///
/// Every member is optional to a reader, as section 3.1 of the RFC has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A URI that names the kind of problem; `about:blank` when the status code says it all.
    #[serde(rename = "type", default = "about_blank")]
    #[schema(format = "uri-reference", default = "about:blank")]
    pub type_uri: String,
    /// The kind of problem in a few words, the same for every occurrence.
    #[serde(default)]
    pub title: String,
    /// The HTTP status code of the answer.
    #[serde(default)]
    #[schema(minimum = 100, maximum = 599)]
    pub status: u16,
    /// This occurrence of the problem, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// All that is wrong with the fields of a request, at most 64 entries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

fn about_blank() -> String {
    "about:blank".to_owned()
}

impl Problem {
    /// A problem that its status code says all about: its type is `about:blank` and its title, as RFC 9457 section
    /// 4.2.1 asks, the name of the status code.
    pub fn new(status: u16, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            type_uri: about_blank(),
            title: title.into(),
            status,
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    /// The same problem with what is wrong with each field.
    #[must_use]
    pub fn with_errors(self, errors: Vec<FieldProblem>) -> Self {
        Self { errors, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_errors_the_member_is_left_out() {
        let json = serde_json::to_string(&Problem::new(404, "Not Found", "no such package")).unwrap();
        assert_eq!(
            json,
            r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"no such package"}"#
        );
    }

    #[test]
    fn errors_name_field_and_detail_and_come_back() {
        let problem = Problem::new(400, "Bad Request", "the request has 1 problem")
            .with_errors(vec![FieldProblem::new("fleet_url", "is required")]);
        let json = serde_json::to_string(&problem).unwrap();
        assert!(
            json.ends_with(r#""errors":[{"field":"fleet_url","detail":"is required"}]}"#),
            "{json}"
        );
        assert_eq!(serde_json::from_str::<Problem>(&json).unwrap(), problem);
    }

    #[test]
    fn a_reader_takes_a_problem_with_no_members() {
        assert_eq!(serde_json::from_str::<Problem>("{}").unwrap(), Problem::new(0, "", ""));
    }
}
