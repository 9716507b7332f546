//! Values from the TOML file.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use zeroize::Zeroizing;

use crate::draft::Draft;
use crate::environment::Environment;
use crate::interpolate::interpolate;
use crate::load::{MAX_FILE_BYTES, unknown};
use crate::origin::Origin;
use crate::setting::{Setting, setting};

/// Whether the file's values could be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// All, or there were problems with single ones.
    Yes,
    /// The file is not TOML, so nobody knows what it was meant to give.
    No,
}

/// Takes the values of the file at `path`, which holds `text`.
pub(crate) fn take(draft: &mut Draft, path: &Path, text: &str, environment: &Environment<'_>) -> Taken {
    let path: Arc<Path> = path.into();
    let at = |span: Range<usize>| Origin::File {
        path: Arc::clone(&path),
        line: line(text, span.start),
    };
    if text.len() > MAX_FILE_BYTES {
        draft.report(at(0..0), "", format!("the file is longer than {MAX_FILE_BYTES} bytes"));
        return Taken::No;
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            // The parser's own display quotes the line, and with it whatever secret stands there.
            draft.report(at(error.span().unwrap_or(0..0)), "", error.message());
        }
        return Taken::No;
    }
    let mut entries: Vec<_> = table.into_inner().into_iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        let origin = at(key.span());
        let Some(setting) = setting(key.get_ref()) else {
            unknown(draft, origin, key.get_ref(), "setting", |setting| {
                setting.key.to_owned()
            });
            continue;
        };
        match text_of(value.get_ref(), setting, environment) {
            Ok(text) => draft.give(setting.key, text, origin),
            Err(problems) => {
                for problem in problems {
                    draft.report(origin.clone(), setting.key, problem);
                }
            }
        }
    }
    Taken::Yes
}

/// A value as the text that a variable would hold.
fn text_of(
    value: &DeValue<'_>,
    setting: &Setting,
    environment: &Environment<'_>,
) -> Result<Zeroizing<String>, Vec<String>> {
    match value {
        DeValue::Array(entries) if setting.is_list() => {
            let mut problems = Vec::new();
            let mut texts = Vec::new();
            for entry in entries.iter().map(Spanned::get_ref) {
                match entry_text(entry, environment) {
                    Ok(text) => texts.push(text),
                    Err(others) => problems.extend(others),
                }
            }
            if !problems.is_empty() {
                return Err(problems);
            }
            // Lists hold no secrets.
            let texts: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
            Ok(Zeroizing::new(texts.join(",")))
        }
        DeValue::String(text) => interpolate(text, environment),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map(|number| Zeroizing::new(number.to_string()))
            .map_err(|_| vec!["the number is too large".to_owned()]),
        DeValue::Boolean(_) | DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
            let list = if setting.is_list() {
                ", or an array of strings"
            } else {
                ""
            };
            Err(vec![format!("must be written as a string or a whole number{list}")])
        }
    }
}

fn entry_text(entry: &DeValue<'_>, environment: &Environment<'_>) -> Result<Zeroizing<String>, Vec<String>> {
    let DeValue::String(text) = entry else {
        return Err(vec!["each entry of the array must be a string".to_owned()]);
    };
    let text = interpolate(text, environment)?;
    if text.is_empty() || text.contains(',') {
        return Err(vec!["each entry of the array must be one value".to_owned()]);
    }
    Ok(text)
}

/// The line of the byte at `offset`, counted from one.
fn line(text: &str, offset: usize) -> usize {
    text.get(..offset).unwrap_or(text).matches('\n').count() + 1
}
