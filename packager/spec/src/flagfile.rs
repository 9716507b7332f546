//! `osquery-flagfile`

use packager_api::SecretText;
use zeroize::Zeroizing;

use crate::InvalidValue;
use crate::text::{check_length, is_printable, text_newtype};

const MAX_BYTES: usize = 64 * 1024;

text_newtype! {
    /// The content of osquery's flagfile, at most 64 KiB: each line a `--flag[=value]`, a comment (`#`) or blank, with
    /// spaces before and after it as osquery's reader skips them. It may hold secrets.
    ///
    /// The default is empty. A line break may be CRLF, as Windows editors write it, and is kept as LF: the same lines are the same argument.
    #[derive(Default)]
    Flagfile,
    /// The content, with LF line breaks.
    as_str
}

impl TryFrom<&str> for Flagfile {
    type Error = InvalidValue;

    fn try_from(content: &str) -> Result<Self, InvalidValue> {
        check_length(content, MAX_BYTES)?;
        let mut normalized = Zeroizing::new(String::with_capacity(content.len()));
        for (index, line) in content.split_inclusive('\n').enumerate() {
            let (line, line_break) = match line.strip_suffix('\n') {
                Some(line) => (line.strip_suffix('\r').unwrap_or(line), "\n"),
                None => (line, ""),
            };
            check_line(line).map_err(|rule| InvalidValue::new(format!("line {}: {rule}", index + 1)))?;
            normalized.push_str(line);
            normalized.push_str(line_break);
        }
        Ok(Self(SecretText::from(normalized)))
    }
}

fn check_line(line: &str) -> Result<(), &'static str> {
    if !line.chars().all(is_printable) {
        return Err("must be printable: no control characters or invisible characters");
    }
    let line = line.trim_matches(' ');
    if line.is_empty() || line.starts_with('#') || line.strip_prefix("--").is_some_and(is_flag) {
        Ok(())
    } else {
        Err("must be a --flag[=value], a comment (#) or blank")
    }
}

/// Whether `flag` is `name[=value]`. gflags names are those of C variables; a hyphen may stand for an underscore.
fn is_flag(flag: &str) -> bool {
    let name = flag.split('=').next().unwrap_or(flag);
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
