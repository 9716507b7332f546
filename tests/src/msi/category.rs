//! How texts of each category are written ("Column Data Types" in the documentation of Windows Installer).

use super::{condition, formatted, sddl};

/// Checks a text against its category; an empty category is any text.
pub(super) fn check(category: &str, text: &str) -> Result<(), String> {
    match category {
        // A source is checked with its action, whose type says what it is.
        "" | "Text" | "CustomSource" => Ok(()),
        "UpperCase" => held(
            text.chars().all(|character| !character.is_lowercase()),
            "it has lower case",
        ),
        "LowerCase" => held(
            text.chars().all(|character| !character.is_uppercase()),
            "it has upper case",
        ),
        "Identifier" => identifier(text),
        "Property" => identifier(text.strip_prefix('%').unwrap_or(text)),
        "Guid" | "GUID" => guid(text),
        "Version" => version(text),
        "Language" => text.split(',').try_for_each(number::<u16>),
        "Filename" => file_name(text, Wildcards::No),
        "WildCardFilename" => file_name(text, Wildcards::Yes),
        "DefaultDir" => default_dir(text),
        "Cabinet" => match text.strip_prefix('#') {
            Some(stream) => identifier(stream),
            None => file_name(text, Wildcards::No),
        },
        "Condition" => condition::parse(text).map(drop),
        "Formatted" | "Template" | "AnyPath" | "Path" | "Paths" | "Shortcut" => formatted::parse(text).map(drop),
        "RegPath" => {
            held(
                !text.starts_with('\\') && !text.ends_with('\\'),
                "it begins or ends with a backslash",
            )?;
            formatted::parse(text).map(drop)
        }
        "FormattedSDDLText" => sddl::check(text),
        "Integer" => number::<i16>(text),
        "DoubleInteger" | "TimeDate" => number::<i32>(text),
        _ => Err("there is no such category".to_owned()),
    }
}

fn held(condition: bool, otherwise: &str) -> Result<(), String> {
    if condition { Ok(()) } else { Err(otherwise.to_owned()) }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<(), String> {
    held(text.parse::<T>().is_ok(), "it is no number of that size")
}

/// Letters, digits, underscores and periods, a letter or an underscore first.
pub(super) fn identifier(text: &str) -> Result<(), String> {
    let first = text
        .chars()
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    let rest = text
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || "_.".contains(character));
    held(
        first && rest,
        "an identifier has letters, digits, underscores and periods",
    )
}

/// In braces and in upper case.
pub(super) fn guid(text: &str) -> Result<(), String> {
    let digits = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    let groups: Vec<&str> = digits.unwrap_or_default().split('-').collect();
    let right = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]);
    let digits = |group: &&str| {
        group
            .chars()
            .all(|digit| digit.is_ascii_digit() || ('A'..='F').contains(&digit))
    };
    held(
        right && groups.iter().all(digits),
        "a GUID is {8-4-4-4-12 digits} in upper case",
    )
}

/// One to four numbers of 16 bits.
fn version(text: &str) -> Result<(), String> {
    held(text.split('.').count() <= 4, "it has more than four numbers")?;
    text.split('.').try_for_each(number::<u16>)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wildcards {
    Yes,
    No,
}

/// `long`, if it is 8.3 at the same time, or `short|long`.
fn file_name(text: &str, wildcards: Wildcards) -> Result<(), String> {
    let bare = match wildcards {
        Wildcards::Yes => text.replace(['*', '?'], "x"),
        Wildcards::No => text.to_owned(),
    };
    match bare.split_once('|') {
        Some((short, long)) => short_name(short).and_then(|()| long_name(long)),
        // A pattern is as long as what it stands for.
        None if bare != text => long_name(&bare),
        None => short_name(&bare),
    }
}

/// Eight characters, and three behind the period.
fn short_name(text: &str) -> Result<(), String> {
    let (base, extension) = text.split_once('.').unwrap_or((text, ""));
    let lengths = (1..=8).contains(&base.chars().count()) && extension.chars().count() <= 3;
    let characters = !text.contains(['+', ',', ';', '=', '[', ']', ' ']) && !extension.contains('.');
    held(
        lengths && characters,
        "a short name has eight characters, and three behind the period",
    )?;
    long_name(text)
}

fn long_name(text: &str) -> Result<(), String> {
    let forbidden = |character: char| character.is_control() || "\\?|><:/*\"".contains(character);
    held(
        !text.is_empty() && !text.contains(forbidden),
        "it has characters that names cannot have",
    )
}

/// `target`, `target:source`, `.` for the parent's, or an identifier for a root.
fn default_dir(text: &str) -> Result<(), String> {
    for part in text.splitn(2, ':') {
        if part != "." && identifier(part).is_err() {
            file_name(part, Wildcards::No)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn texts_are_of_their_category_or_not() {
        for (category, right, wrong) in [
            ("UpperCase", "ABC_1", "ABc"),
            ("LowerCase", "abc", "aBc"),
            ("Identifier", "_a.B1", "1a"),
            ("Property", "%PATH", "%%PATH"),
            (
                "Guid",
                "{A7DFD09E-2D2B-4535-A04F-5D4DEE90F863}",
                "{a7dfd09e-2d2b-4535-a04f-5d4dee90f863}",
            ),
            ("Version", "1.58.0.65535", "1.58.0.65536"),
            ("Version", "1", "1.2.3.4.5"),
            ("Language", "1033,0", "1033;0"),
            ("Filename", "orbit.exe", "fleet-desktop.exe"),
            (
                "Filename",
                "fleet-~1.exe|fleet-desktop.exe",
                "fleet-desktop.exe|fleet-desktop.exe",
            ),
            ("Filename", "a.txt|a b.txt", "a b.txt"),
            ("Filename", "a.txt", "a.b.c"),
            ("WildCardFilename", "*", "a:*"),
            ("DefaultDir", "Orbit:.", "not an 8.3 name"),
            ("DefaultDir", "WINDOW~1|windows-arm64", "windows-arm64"),
            ("Cabinet", "#cab1.cab", "#cab 1"),
            ("Cabinet", "cab1.cab", "a-long-name.cab"),
            ("Condition", "NOT Installed", "NOT"),
            ("Formatted", "[ORBITROOT]secret.txt", "[ORBITROOT"),
            ("RegPath", r"SOFTWARE\FleetDM", r"SOFTWARE\FleetDM\"),
            ("FormattedSDDLText", "D:PAI(A;;FA;;;SY)", "D:PAI(A;;FA;;SY)"),
            ("Integer", "-5", "70000"),
        ] {
            assert_eq!(check(category, right), Ok(()), "{category} {right}");
            assert!(check(category, wrong).is_err(), "{category} {wrong}");
        }
        assert!(check("Unheard", "").is_err());
    }
}
