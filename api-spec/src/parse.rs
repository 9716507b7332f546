//! Reading the body of `POST /create`.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::create_request::Slot;
use crate::{CreateRequest, Field, FieldProblem, SecretText, json_string};

/// How many problems of one request are reported. A body of thousands of unknown fields would otherwise be answered
/// with a larger one.
pub const MAX_PROBLEMS: usize = 64;

/// How many characters of an unknown field's name are repeated in a problem.
const MAX_NAME_CHARS: usize = 64;

/// The body is not a JSON object at all. `Display` says where, and never quotes the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedJson {
    /// The body ends in the middle of a value.
    #[error("the body is incomplete JSON: it ends at line {line}, column {column}")]
    Incomplete {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1; 0 before the line's first byte.
        column: usize,
    },
    /// The body breaks JSON's grammar, is not UTF-8, or goes on after its object.
    #[error("the body is not valid JSON at line {line}, column {column}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1; 0 before the line's first byte.
        column: usize,
    },
    /// The body is JSON, but an array, a string, a number, a boolean or null.
    #[error("the body must be a JSON object")]
    NotAnObject,
}

impl From<&serde_json::Error> for MalformedJson {
    fn from(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        match error.classify() {
            Category::Eof => Self::Incomplete { line, column },
            Category::Data => Self::NotAnObject,
            Category::Syntax | Category::Io => Self::Syntax { line, column },
        }
    }
}

/// A request as far as it could be read, and what could not be.
///
/// Who judges the rules of the fields takes both, so that all problems of a request come back together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The fields that are well-formed.
    pub request: CreateRequest,
    /// At most [`MAX_PROBLEMS`], in the order of the body. The fields they name are `None` in `request`, except one
    /// that was given twice: that holds the first.
    pub problems: Vec<FieldProblem>,
}

impl Parsed {
    /// The request if it was read without a problem, else the problems.
    pub fn into_result(self) -> Result<CreateRequest, Vec<FieldProblem>> {
        if self.problems.is_empty() {
            Ok(self.request)
        } else {
            Err(self.problems)
        }
    }

    fn report(&mut self, field: impl Into<String>, detail: &str) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(FieldProblem::new(field, detail));
        }
    }

    fn take(&mut self, field: Field, json: &RawValue) {
        let value = Value::from(json);
        let expected = match (self.request.slot(field), value) {
            (_, Value::Null) => return,
            (_, Value::NotText) => "has a \\u escape that is not a character",
            (Slot::Plain(slot), Value::Text(text)) => {
                *slot = Some(text.expose_secret().to_owned());
                return;
            }
            (Slot::Secret(slot), Value::Text(text)) => {
                *slot = Some(text);
                return;
            }
            (Slot::Switch(slot), Value::Bool(switch)) => {
                *slot = Some(switch);
                return;
            }
            (Slot::Plain(_) | Slot::Secret(_), _) => "must be a string",
            (Slot::Switch(_), _) => "must be true or false",
        };
        self.report(field.name(), expected);
    }
}

impl CreateRequest {
    /// Reads the body of `POST /create`. The caller bounds its length.
    ///
    /// The hyphen and the underscore spelling of a field are the same field; `null` counts as not given. An unknown
    /// field, a field given twice and a value of the wrong type are problems that name the field, while the rest of
    /// the request is still read. Strings go from the body straight into memory that is zeroed on drop.
    pub fn parse(body: &[u8]) -> Result<Parsed, MalformedJson> {
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        deserializer
            .deserialize_map(Members)
            .and_then(|parsed| deserializer.end().map(|()| parsed))
            .map_err(|error| MalformedJson::from(&error))
    }
}

/// A member's value, as much of it as any field can want.
enum Value {
    Text(SecretText),
    /// A string that spells no Unicode text.
    NotText,
    Bool(bool),
    Null,
    Other,
}

impl From<&RawValue> for Value {
    fn from(json: &RawValue) -> Self {
        match json.get() {
            "null" => Self::Null,
            "true" => Self::Bool(true),
            "false" => Self::Bool(false),
            literal if literal.starts_with('"') => json_string::decode(literal).map_or(Self::NotText, Self::Text),
            _ => Self::Other,
        }
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Parsed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Parsed, A::Error> {
        let mut parsed = Parsed::default();
        let mut seen = BTreeSet::new();
        while let Some(name) = members.next_key::<String>()? {
            // Borrows the value's span of the body: nothing is copied, and nesting is walked without recursion.
            let json = members.next_value::<&RawValue>()?;
            match Field::from_name(&name) {
                None => parsed.report(printable_name(&name), "is not a known field"),
                Some(field) if !seen.insert(field) => parsed.report(field.name(), "is given more than once"),
                Some(field) => parsed.take(field, json),
            }
        }
        Ok(parsed)
    }
}

/// The name of an unknown field, cut to [`MAX_NAME_CHARS`], with characters that could forge a log line or reorder
/// text escaped.
fn printable_name(name: &str) -> String {
    let mut printable: String = name.chars().take(MAX_NAME_CHARS).flat_map(char::escape_debug).collect();
    if name.chars().nth(MAX_NAME_CHARS).is_some() {
        printable.push('…');
    }
    printable
}
