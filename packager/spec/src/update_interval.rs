//! `update-interval`

use std::fmt;
use std::time::Duration;

use crate::InvalidValue;

const NANOS_PER_SECOND: u64 = 1_000_000_000;
const NANOS_PER_MINUTE: u64 = 60 * NANOS_PER_SECOND;
const NANOS_PER_HOUR: u64 = 60 * NANOS_PER_MINUTE;
const MIN_NANOS: u64 = NANOS_PER_MINUTE;
const MAX_NANOS: u64 = 720 * NANOS_PER_HOUR;
/// More than any sensible spelling of a duration in the allowed range.
const MAX_BYTES: usize = 64;
/// Digits of a fraction beyond these are below a nanosecond even in hours, and are cut as Go cuts them.
const MAX_FRACTION_DIGITS: usize = 18;

/// How often the agent looks for updates, from one minute to 720 hours. The default is 15 minutes.
///
/// It is read as Go's `time.ParseDuration` reads it (`90m`, `1h30m`, `1.5h`) and displayed as `Duration.String` writes it
/// (`1h30m0s`), so two spellings of one interval are the same argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UpdateInterval {
    nanoseconds: u64,
}

impl UpdateInterval {
    /// The interval.
    #[must_use]
    pub const fn as_duration(self) -> Duration {
        Duration::from_nanos(self.nanoseconds)
    }
}

impl Default for UpdateInterval {
    fn default() -> Self {
        Self {
            nanoseconds: 15 * NANOS_PER_MINUTE,
        }
    }
}

impl TryFrom<&str> for UpdateInterval {
    type Error = InvalidValue;

    fn try_from(text: &str) -> Result<Self, InvalidValue> {
        parse(text)
            .filter(|nanoseconds| (MIN_NANOS..=MAX_NANOS).contains(nanoseconds))
            .map(|nanoseconds| Self { nanoseconds })
            .ok_or_else(|| InvalidValue::new("must be a Go duration from 1m to 720h, such as 15m or 1h30m"))
    }
}

impl fmt::Display for UpdateInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = self.nanoseconds / NANOS_PER_HOUR;
        let minutes = self.nanoseconds % NANOS_PER_HOUR / NANOS_PER_MINUTE;
        let seconds = self.nanoseconds % NANOS_PER_MINUTE / NANOS_PER_SECOND;
        let fraction = self.nanoseconds % NANOS_PER_SECOND;
        if hours > 0 {
            write!(f, "{hours}h")?;
        }
        write!(f, "{minutes}m{seconds}")?;
        if fraction > 0 {
            write!(f, ".{}", format!("{fraction:09}").trim_end_matches('0'))?;
        }
        f.write_str("s")
    }
}

/// Nanoseconds of a duration in the grammar of Go's `time.ParseDuration`: `[+]([0-9]*[.[0-9]*]unit)+`. A negative one is
/// out of range anyway, and so is a bare `0`.
fn parse(text: &str) -> Option<u64> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest.is_empty() || text.len() > MAX_BYTES {
        return None;
    }
    let mut total = 0_u64;
    while !rest.is_empty() {
        let whole;
        (whole, rest) = split_digits(rest);
        let mut fraction = "";
        if let Some(after) = rest.strip_prefix('.') {
            (fraction, rest) = split_digits(after);
        }
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let unit_end = rest.find(|character: char| character == '.' || character.is_ascii_digit());
        let (unit, after) = rest.split_at_checked(unit_end.unwrap_or(rest.len()))?;
        rest = after;
        let unit = nanoseconds_of(unit)?;
        let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        total = total
            .checked_add(whole.checked_mul(unit)?)?
            .checked_add(part_of(unit, fraction)?)?;
    }
    Some(total)
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn nanoseconds_of(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        // Go takes both the micro sign and the Greek letter.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => NANOS_PER_SECOND,
        "m" => NANOS_PER_MINUTE,
        "h" => NANOS_PER_HOUR,
        _ => return None,
    })
}

/// `unit` times `0.<fraction>`, rounded down to a nanosecond.
fn part_of(unit: u64, fraction: &str) -> Option<u64> {
    let digits = fraction.get(..fraction.len().min(MAX_FRACTION_DIGITS))?;
    if digits.is_empty() {
        return Some(0);
    }
    let scale = 10_u128.pow(u32::try_from(digits.len()).ok()?);
    u64::try_from(u128::from(unit) * digits.parse::<u128>().ok()? / scale).ok()
}
