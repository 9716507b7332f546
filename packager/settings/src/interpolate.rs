//! `${NAME}` in the file's strings.
//!
//! Replaced after the file was parsed, inside string values alone: whatever a variable holds stays text of that value
//! and cannot become another setting. `$${` stands for `${`; a `$` before anything else is itself.

use zeroize::Zeroizing;

use crate::environment::Environment;

/// A name that shells can set (POSIX.1-2017, base definitions, section 8.1; lower case is taken too).
pub(crate) fn is_variable_name(name: &str) -> bool {
    name.len() <= 255
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

/// `text` with each `${NAME}` replaced, or what is wrong, which may name a variable but quotes nothing else.
pub(crate) fn interpolate(text: &str, environment: &Environment<'_>) -> Result<Zeroizing<String>, Vec<String>> {
    let mut pieces: Vec<Zeroizing<String>> = Vec::new();
    let mut problems = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            pieces.push(Zeroizing::new(format!("{before}${{")));
            rest = after;
            continue;
        }
        pieces.push(Zeroizing::new(before.to_owned()));
        let Some((name, after)) = after.split_once('}').filter(|(name, _)| is_variable_name(name)) else {
            problems
                .push("`${` must be followed by a variable's name and `}`; `$${` stands for `${` itself".to_owned());
            return Err(problems);
        };
        match environment.get(name).map(std::ffi::OsString::into_string) {
            Some(Ok(value)) => pieces.push(Zeroizing::new(value)),
            Some(Err(_)) => problems.push(format!("the variable `{name}` is not valid UTF-8")),
            None => problems.push(format!("the variable `{name}` is not set")),
        }
        rest = after;
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    // Large enough from the start: a growing buffer would leave a copy of a secret behind.
    let length = pieces.iter().map(|piece| piece.len()).sum::<usize>() + rest.len();
    let mut whole = Zeroizing::new(String::with_capacity(length));
    for piece in &pieces {
        whole.push_str(piece);
    }
    whole.push_str(rest);
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_host(text: &str) -> Result<String, Vec<String>> {
        let lookup = |name: &str| match name {
            "HOST" => Some("pkg.example.com".into()),
            "EMPTY" => Some("".into()),
            "NESTED" => Some("${HOST}".into()),
            _ => None,
        };
        interpolate(text, &Environment::new(&lookup, [])).map(|text| text.to_string())
    }

    #[test]
    fn names_are_replaced_once() {
        for (text, expected) in [
            ("", ""),
            ("plain", "plain"),
            ("${HOST}", "pkg.example.com"),
            (
                "https://${HOST}/${EMPTY}x${HOST}",
                "https://pkg.example.com/xpkg.example.com",
            ),
            // What a variable holds is not looked at again.
            ("${NESTED}", "${HOST}"),
        ] {
            assert_eq!(with_host(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn dollars_that_name_nothing_stay() {
        for (text, expected) in [
            ("$", "$"),
            ("$HOST", "$HOST"),
            ("a$$b", "a$$b"),
            ("$${HOST}", "${HOST}"),
            ("$${HOST}${HOST}", "${HOST}pkg.example.com"),
            ("$${", "${"),
            ("$$${HOST}", "$${HOST}"),
            ("}{", "}{"),
        ] {
            assert_eq!(with_host(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn every_missing_name_is_named() {
        let problems = with_host("${ONE}${HOST}${TWO}").unwrap_err();
        assert_eq!(
            problems,
            ["the variable `ONE` is not set", "the variable `TWO` is not set"]
        );
    }

    #[test]
    fn what_is_no_name_is_refused_and_not_quoted() {
        for text in [
            "${",
            "${HOST",
            "${}",
            "${1A}",
            "${A-B}",
            "${HOST:-hunter2}",
            "${ HOST}",
            "${HÖST}",
        ] {
            let problems = with_host(text).unwrap_err();
            assert_eq!(problems.len(), 1, "{text}");
            assert!(problems[0].starts_with("`${` must be followed"), "{text}: {problems:?}");
        }
    }
}
