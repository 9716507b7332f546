//! What the tool prints.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use zeroize::Zeroizing;

use super::memory_file;

/// How much of what the tool prints is kept. What it prints beyond is refused to it, which does not stop it.
const KEPT_BYTES: u16 = u16::MAX;

/// How much of that is quoted.
const QUOTED_CHARS: usize = 2000;

/// What takes the tool's standard output and standard error: a file in memory that does not grow. Nothing has to read along, so a
/// tool that prints without end, or leaves somebody behind who holds its output open, holds up nobody.
pub(super) struct Output(File);

/// What the tool printed, for the operator: on one line, without control characters, bounded, and without the PIN, should a
/// module print it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ToolText(String);

impl Output {
    pub(super) fn new() -> io::Result<Self> {
        memory_file::bounded("output", u64::from(KEPT_BYTES)).map(Self)
    }

    /// Where to print to.
    pub(super) fn handle(&self) -> io::Result<File> {
        self.0.try_clone()
    }

    /// What was printed.
    pub(super) fn text(&self, secret: Option<&Zeroizing<String>>) -> ToolText {
        let mut printed = vec![0; usize::from(KEPT_BYTES)];
        let read = self.0.read_exact_at(&mut printed, 0);
        if read.is_err() {
            return ToolText::default();
        }
        ToolText::of(&String::from_utf8_lossy(&printed), secret)
    }
}

impl ToolText {
    fn of(printed: &str, secret: Option<&Zeroizing<String>>) -> Self {
        let printed = match secret {
            Some(secret) if !secret.is_empty() => printed.replace(secret.as_str(), "[PIN]"),
            _ => printed.to_owned(),
        };
        let words = |line: &str| {
            let clean: String = line.chars().map(|c| if is_plain(c) { c } else { ' ' }).collect();
            clean.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let lines: Vec<String> = printed.split(['\n', '\r', '\0']).map(words).collect();
        let text = lines
            .into_iter()
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join("; ");
        Self(text.chars().take(QUOTED_CHARS).collect())
    }

    /// Whether it has these words.
    pub(super) fn has(&self, words: &str) -> bool {
        self.0.contains(words)
    }
}

/// Neither a control character nor one that changes how the others are shown.
fn is_plain(c: char) -> bool {
    let changes_direction =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    !c.is_control() && !changes_direction
}

/// Behind a sentence: nothing, or what was printed.
impl fmt::Display for ToolText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        write!(f, "; it printed: {}", self.0)
    }
}

impl fmt::Debug for ToolText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_one_line_without_control_characters_and_without_the_pin() {
        let pin = Zeroizing::new("1234".to_owned());
        let text = ToolText::of("a\x1b[31m  b\r\n\n\u{202e}c 1234\0\0\0", Some(&pin));
        assert_eq!(text.to_string(), "; it printed: a [31m b; c [PIN]");
        assert_eq!(ToolText::of("\0\0", None).to_string(), "");
        assert_eq!(ToolText::of(&"x".repeat(9000), None).0.len(), QUOTED_CHARS);
    }
}
