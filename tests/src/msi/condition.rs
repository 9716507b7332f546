//! Conditions ("Conditional Statement Syntax"): terms that are joined by `NOT`, `AND`, `OR`, `XOR`, `EQV` and `IMP` and put in
//! parentheses. A term is a value, or two with a comparison between them; a value is the name of a property, `%` and that of an
//! environment variable, `$` or `?` and a component, `&` or `!` and a feature, a text in quotes, or a number.

use super::database::{Database, VALIDATION};
use super::fault::Fault;

/// The components and features that conditions ask for are there.
pub(super) fn check(database: &Database, faults: &mut Vec<Fault>) {
    for rules in database
        .rows(VALIDATION)
        .filter(|rules| rules.text("Category") == "Condition")
    {
        let column = rules.text("Column");
        for row in database.rows(rules.text("Table")) {
            for (kind, name) in parse(row.text(column)).unwrap_or_default() {
                let table = match kind {
                    '$' | '?' => "Component",
                    '&' | '!' => "Feature",
                    _ => continue,
                };
                if !database.has(table, &name) {
                    faults.push(Fault::at(
                        "reference",
                        &row,
                        column,
                        format!("{name} is no row of {table}"),
                    ));
                }
            }
        }
    }
}

/// What a condition refers to, with the character that says what it is; properties have a space.
pub(super) type References = Vec<(char, String)>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Not,
    Join,
    Compare,
    Value,
}

/// Parses a condition, and returns what it refers to.
pub(super) fn parse(text: &str) -> Result<References, String> {
    let mut references = Vec::new();
    let tokens = tokens(text, &mut references)?;
    let rest = expression(&tokens)?;
    if rest.is_empty() {
        Ok(references)
    } else {
        Err("something follows its end".to_owned())
    }
}

fn expression(tokens: &[Token]) -> Result<&[Token], String> {
    let rest = term(tokens)?;
    match rest.split_first() {
        Some((Token::Join, rest)) => expression(rest),
        _ => Ok(rest),
    }
}

fn term(tokens: &[Token]) -> Result<&[Token], String> {
    match tokens {
        [Token::Not, rest @ ..] => term(rest),
        [Token::Open, rest @ ..] => match expression(rest)? {
            [Token::Close, rest @ ..] => Ok(rest),
            _ => Err("a parenthesis is not closed".to_owned()),
        },
        [Token::Value, Token::Compare, Token::Value, rest @ ..] | [Token::Value, rest @ ..] => Ok(rest),
        _ => Err("a term is missing".to_owned()),
    }
}

fn tokens(text: &str, references: &mut References) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' => {
                tokens.push(Token::Open);
                1
            }
            ')' => {
                tokens.push(Token::Close);
                1
            }
            '"' => {
                tokens.push(Token::Value);
                rest[1..].find('"').ok_or("a text is not closed")? + 2
            }
            '=' | '<' | '>' | '~' => {
                tokens.push(Token::Compare);
                comparison(rest)?
            }
            '0'..='9' | '-' => {
                tokens.push(Token::Value);
                1 + rest[1..]
                    .find(|digit: char| !digit.is_ascii_digit())
                    .unwrap_or(rest.len() - 1)
            }
            _ => {
                let kind = if "%$?&!".contains(first) { first } else { ' ' };
                let start = usize::from(kind != ' ');
                let end = rest[start..]
                    .find(|character: char| !character.is_ascii_alphanumeric() && !"_.".contains(character));
                let end = end.map_or(rest.len(), |end| start + end);
                let name = &rest[start..end];
                super::category::identifier(name)?;
                tokens.push(match name.to_ascii_uppercase().as_str() {
                    "NOT" if kind == ' ' => Token::Not,
                    "AND" | "OR" | "XOR" | "EQV" | "IMP" if kind == ' ' => Token::Join,
                    _ => {
                        references.push((kind, name.to_owned()));
                        Token::Value
                    }
                });
                end
            }
        };
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// The length of the comparison that `text` begins with.
fn comparison(text: &str) -> Result<usize, String> {
    let bare = text.trim_start_matches('~');
    let operators = ["<=", ">=", "<>", "><", "<<", ">>", "=", "<", ">"];
    let operator = operators.iter().find(|operator| bare.starts_with(**operator));
    let operator = operator.ok_or("a comparison is missing")?;
    Ok(text.len() - bare.len() + operator.len())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn conditions_are_parsed() {
        for right in [
            "Installed",
            "NOT Installed",
            "REMOVE=\"ALL\" AND NOT UPGRADINGPRODUCTCODE",
            "(NOT Installed) or (REMOVE ~= \"all\")",
            "VersionNT >= 603 AND %PATH >< \"x\"",
            "$C_ORBITROOT=3 AND ?C=2 XOR &F=3 EQV !F=-1",
        ] {
            assert!(parse(right).is_ok(), "{right}");
        }
        for wrong in ["", "NOT", "A B", "A AND", "(A", "A)", "A = ", "\"a", "A == B", "#A"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn components_and_features_are_told() {
        let references = parse("$One=3 AND NOT &Two=2 OR THREE").unwrap();
        let expected = [('$', "One"), ('&', "Two"), (' ', "THREE")];
        assert_eq!(references, expected.map(|(kind, name)| (kind, name.to_owned())));
    }
}
