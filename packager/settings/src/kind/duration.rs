use std::time::Duration;

use super::{Describe, Kind, Refusal, digits};

/// A span of time within bounds, in seconds.
pub(crate) struct Span {
    pub(crate) least: u64,
    pub(crate) most: u64,
}

/// Milliseconds in each unit, the longest first.
const UNITS: [(&str, u64); 5] = [
    ("d", 24 * 60 * 60 * 1000),
    ("h", 60 * 60 * 1000),
    ("m", 60 * 1000),
    ("s", 1000),
    ("ms", 1),
];

impl Describe for Span {
    fn form(&self) -> String {
        format!(
            "a duration like `90s` or `1h30m`, {} to {}",
            write(self.least),
            write(self.most)
        )
    }
}

impl Kind for Span {
    type Value = Duration;

    fn read(&self, text: &str) -> Result<Duration, Refusal> {
        read(text)
            .filter(|span| (Duration::from_secs(self.least)..=Duration::from_secs(self.most)).contains(span))
            .ok_or_else(|| Refusal::must_be(self))
    }
}

/// Numbers with units, from the longest unit to the shortest, each unit once at most.
fn read(text: &str) -> Option<Duration> {
    if text.is_empty() {
        return None;
    }
    let mut millis: u64 = 0;
    let mut units = UNITS.iter();
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let (unit, after) = after.split_at(after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len()));
        let number = digits(number).filter(|_| !number.is_empty())?;
        let (_, unit_millis) = units.find(|(name, _)| *name == unit)?;
        millis = millis.checked_add(number.checked_mul(*unit_millis)?)?;
        rest = after;
    }
    Some(Duration::from_millis(millis))
}

/// A bound in its largest whole unit.
fn write(seconds: u64) -> String {
    let millis = seconds.saturating_mul(1000);
    let unit = UNITS
        .iter()
        .find(|(_, unit)| millis >= *unit && millis.is_multiple_of(*unit));
    unit.map_or_else(|| "0s".to_owned(), |(name, unit)| format!("{}{name}", millis / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_from_long_to_short() {
        for (text, millis) in [
            ("0s", 0),
            ("500ms", 500),
            ("90s", 90_000),
            ("30m", 1_800_000),
            ("1h30m", 5_400_000),
            ("1d2h3m4s5ms", 93_784_005),
            ("1m1ms", 60_001),
            ("007s", 7000),
        ] {
            assert_eq!(read(text), Some(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn nothing_else() {
        for text in [
            "",
            "30",
            "m",
            "30 m",
            " 30m",
            "30m ",
            "30M",
            "30min",
            "1.5h",
            "-1s",
            "+1s",
            "1s1m",
            "1m1m",
            "1s500",
            "1y",
            "٣s",
            "18446744073709551615d",
            "18446744073709551616ms",
            "1h,30m",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn bounds_are_inclusive() {
        let kind = Span { least: 60, most: 3600 };
        for (text, accepted) in [
            ("59s", false),
            ("59s999ms", false),
            ("1m", true),
            ("1h", true),
            ("1h1ms", false),
        ] {
            assert_eq!(kind.read(text).is_ok(), accepted, "{text}");
        }
        assert!(kind.form().ends_with("1m to 1h"), "{}", kind.form());
        assert_eq!(
            (write(0), write(90), write(86_400)),
            ("0s".to_owned(), "90s".to_owned(), "1d".to_owned())
        );
    }
}
