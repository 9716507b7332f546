//! Formatted texts ("Formatted"): what is in brackets is put in when the package is installed: `[Name]` a property, `[%NAME]` a variable
//! of the environment, `[#File]` and `[!File]` where a file is, `[$Component]` a component's folder, `[\x]` the character itself, `[~]`
//! a NUL. Text in braces is left out if a property in it is empty.

use super::custom_actions::is_script;
use super::database::{Database, VALIDATION};
use super::fault::Fault;
use super::properties;

/// What a text refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reference {
    Property(String),
    File(String),
    Component(String),
}

/// Parses a text, and returns what it refers to.
pub(super) fn parse(text: &str) -> Result<Vec<Reference>, String> {
    let mut references = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['[', ']']) {
        let inner = rest[at..]
            .strip_prefix('[')
            .ok_or("a bracket closes that is not open")?;
        // `[\]]` has a bracket as its character.
        let end = inner.char_indices().skip(if inner.starts_with('\\') { 2 } else { 0 });
        let end = end
            .into_iter()
            .find(|(_, character)| *character == ']')
            .map(|(at, _)| at);
        let (name, further) = inner.split_at(end.ok_or("a bracket is not closed")?);
        references.extend(reference(name)?);
        rest = &further[1..];
    }
    Ok(references)
}

fn reference(name: &str) -> Result<Option<Reference>, String> {
    let mut characters = name.chars();
    let first = characters.next().ok_or("brackets are empty")?;
    let named = characters.as_str().to_owned();
    Ok(match first {
        '~' if named.is_empty() => None,
        '\\' if named.chars().count() == 1 => None,
        '%' if !named.is_empty() => None,
        '#' | '!' => Some(Reference::File(named)),
        '$' => Some(Reference::Component(named)),
        // The fields of a template's record.
        _ if name.chars().all(|digit| digit.is_ascii_digit()) => None,
        _ => {
            super::category::identifier(name)?;
            Some(Reference::Property(name.to_owned()))
        }
    })
}

/// What formatted texts refer to is there.
pub(super) fn check(database: &Database, faults: &mut Vec<Fault>) {
    for rules in database.rows(VALIDATION) {
        if ![
            "Formatted",
            "Template",
            "RegPath",
            "FormattedSDDLText",
            "AnyPath",
            "Shortcut",
        ]
        .contains(&rules.text("Category"))
        {
            continue;
        }
        let column = rules.text("Column");
        for row in database.rows(rules.text("Table")).filter(|row| !is_script(row, column)) {
            for reference in parse(row.text(column)).unwrap_or_default() {
                let (known, what) = match &reference {
                    Reference::Property(name) => (properties::is_known(database, name), format!("property {name}")),
                    Reference::File(name) => (database.has("File", name), format!("file {name}")),
                    Reference::Component(name) => (database.has("Component", name), format!("component {name}")),
                };
                if !known {
                    faults.push(Fault::at("reference", &row, column, format!("there is no {what}")));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Reference, parse};

    #[test]
    fn references_are_found() {
        let references = parse(r"a[B]c[#d.e][!f][$G][%PATH][~][\[]{[B]}[1]").unwrap();
        let property = Reference::Property("B".into());
        let file = |name: &str| Reference::File(name.into());
        let component = Reference::Component("G".into());
        assert_eq!(
            references,
            [property.clone(), file("d.e"), file("f"), component, property]
        );
        for wrong in ["[", "]", "[]", "[a b]", "a]b"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse(r"[\]]"), Ok(vec![]));
    }
}
