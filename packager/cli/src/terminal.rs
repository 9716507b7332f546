//! Everything that the command prints, but for progress and logs.
//!
//! Texts may come from a service that is not to be trusted, so characters that steer a terminal are escaped.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

/// Longest text of one error: a service must not fill the screen.
const MAX_CHARS: usize = 8 << 10;

/// Prints one line of a result to standard output.
pub(crate) fn result(line: &str) -> Result<(), crate::error::Error> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", visible(line))
        .and_then(|()| out.flush())
        .map_err(crate::error::Error::io("write to standard output"))
}

/// Prints a document of this program's own making to standard output, as it is.
pub(crate) fn document(text: &[u8]) -> Result<(), crate::error::Error> {
    let mut out = io::stdout().lock();
    out.write_all(text)
        .and_then(|()| out.flush())
        .map_err(crate::error::Error::io("write to standard output"))
}

/// Prints an error and its causes to standard error, on one line.
pub(crate) fn report(error: &dyn Error) {
    // Without standard error there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "error: {}", visible(&told(error)));
}

/// What is told of an error: its text and those of its causes, as far as anybody reads.
pub(crate) fn told(error: &dyn Error) -> String {
    cut(&with_causes(error))
}

/// Prints a remark to standard error.
pub(crate) fn remark(line: &str) {
    let _ = crate::progress::aside(|| writeln!(io::stderr().lock(), "{}", visible(line)));
}

/// Whether a person watches standard error.
pub(crate) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// The error's text and those of its causes. A cause that the text has already said is not said again.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            let _ = write!(text, ": {said}");
        }
        cause = error.source();
    }
    text
}

/// `text`, or as much of it as [`MAX_CHARS`] are.
fn cut(text: &str) -> String {
    let mut cut: String = text.chars().take(MAX_CHARS).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

/// `text` with control characters and reordering characters escaped, but for line breaks and tabs.
fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        let reorders = matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if reorders || c.is_control() && !matches!(c, '\n' | '\t') {
            visible.extend(c.escape_unicode());
        } else {
            visible.push(c);
        }
    }
    visible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer: {0}")]
    struct Outer(#[source] io::Error);

    #[test]
    fn a_cause_is_said_once() {
        assert_eq!(
            with_causes(&Outer(io::Error::other("no such luck"))),
            "outer: no such luck"
        );
        let error = crate::error::Error::io("open x")(io::Error::other("no such luck"));
        assert_eq!(with_causes(&error), "cannot open x: no such luck");
    }

    #[test]
    fn what_steers_a_terminal_is_escaped() {
        assert_eq!(
            visible("a\u{1b}[2J\rb\u{202e}c\u{9b}d\n\té"),
            "a\\u{1b}[2J\\u{d}b\\u{202e}c\\u{9b}d\n\té"
        );
    }

    #[test]
    fn a_text_without_end_is_cut() {
        assert_eq!(cut(&"é".repeat(MAX_CHARS)).chars().count(), MAX_CHARS);
        let long = cut(&"é".repeat(MAX_CHARS + 1));
        assert_eq!(long.chars().count(), MAX_CHARS + 1);
        assert!(long.ends_with('…'));
    }
}
