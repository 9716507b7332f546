//! Byte ranges (RFC 9110, section 14).

use std::ops::Range;

use super::api_error::ApiError;

/// What part of a package is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Selection {
    /// All of it.
    Whole,
    /// These bytes of it.
    Part(Range<u64>),
}

/// Reads a `Range` header for a package of `size_bytes`. One that is not of bytes, is malformed, or asks for several
/// ranges is ignored, as section 14.2 allows.
///
/// # Errors
/// [`ApiError::Range`] if no byte of the package is in the range.
pub(super) fn select(header: Option<&str>, size_bytes: u64) -> Result<Selection, ApiError> {
    let Some(asked) = header.and_then(parse) else {
        return Ok(Selection::Whole);
    };
    let range = match asked {
        Asked::From { first, last } => first..last.map_or(size_bytes, |last| last.saturating_add(1).min(size_bytes)),
        Asked::Last(count) => size_bytes.saturating_sub(count)..size_bytes,
    };
    if range.is_empty() {
        Err(ApiError::Range { size_bytes })
    } else {
        Ok(Selection::Part(range))
    }
}

enum Asked {
    /// `first-` or `first-last`
    From { first: u64, last: Option<u64> },
    /// `-count`
    Last(u64),
}

/// Section 14.1.1 and 14.1.2.
fn parse(header: &str) -> Option<Asked> {
    let (unit, set) = header.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = set.trim().split_once('-')?;
    if first.is_empty() {
        return Some(Asked::Last(number(last)?));
    }
    let first = number(first)?;
    let last = if last.is_empty() { None } else { Some(number(last)?) };
    match last {
        Some(last) if last < first => None,
        last => Some(Asked::From { first, last }),
    }
}

/// Digits only: `str::parse` takes a sign too. More than fit are more than any package has.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_rfc() {
        for (header, want) in [
            ("bytes=0-", 0..10),
            ("bytes=0-0", 0..1),
            ("bytes=9-9", 9..10),
            ("bytes=3-5", 3..6),
            ("bytes=3-99", 3..10),
            ("bytes=3-99999999999999999999999999", 3..10),
            ("bytes=-1", 9..10),
            ("bytes=-10", 0..10),
            ("bytes=-11", 0..10),
            ("Bytes= 3-5", 3..6),
        ] {
            assert_eq!(select(Some(header), 10).unwrap(), Selection::Part(want), "{header}");
        }
    }

    #[test]
    fn what_is_no_single_range_is_ignored() {
        for header in [
            "bytes",
            "bytes=",
            "bytes=x",
            "bytes=1",
            "bytes=5-3",
            "bytes=0-1,3-4",
            "items=0-1",
            "bytes=+1-2",
        ] {
            assert_eq!(select(Some(header), 10).unwrap(), Selection::Whole, "{header}");
        }
        assert_eq!(select(None, 10).unwrap(), Selection::Whole);
    }

    #[test]
    fn what_lies_outside_is_an_error() {
        for header in [
            "bytes=10-",
            "bytes=10-20",
            "bytes=-0",
            "bytes=99999999999999999999999999-",
        ] {
            assert!(
                matches!(select(Some(header), 10), Err(ApiError::Range { size_bytes: 10 })),
                "{header}"
            );
        }
    }
}
