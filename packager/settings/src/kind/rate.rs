use std::num::NonZeroU32;
use std::time::Duration;

use super::{Describe, Kind, Refusal, digits};
use crate::values::Rate;

/// `N/s`, `N/m` or `N/h`, and perhaps `,burst=N`.
pub(crate) struct Frequency;

/// Far beyond what one machine answers, and far below what a limiter that counts nanoseconds can tell apart.
const MOST: u64 = 1_000_000;

impl Describe for Frequency {
    fn form(&self) -> String {
        format!("`N/s`, `N/m` or `N/h`, perhaps followed by `,burst=N`, with each N from 1 to {MOST}")
    }
}

impl Kind for Frequency {
    type Value = Rate;

    fn read(&self, text: &str) -> Result<Rate, Refusal> {
        read(text).ok_or_else(|| Refusal::must_be(self))
    }
}

fn read(text: &str) -> Option<Rate> {
    let (rate, burst) = match text.split_once(',') {
        Some((rate, burst)) => (rate, Some(burst.trim_start().strip_prefix("burst=")?)),
        None => (text, None),
    };
    let (count, unit) = rate.split_once('/')?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        _ => return None,
    };
    let count = number(count)?;
    Some(Rate {
        count,
        per: Duration::from_secs(seconds),
        burst: burst.map_or(Some(count), number)?,
    })
}

fn number(text: &str) -> Option<NonZeroU32> {
    let number = digits(text).filter(|number| *number <= MOST)?;
    NonZeroU32::new(u32::try_from(number).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Option<(u32, u64, u32)> {
        read(text).map(|rate| (rate.count.get(), rate.per.as_secs(), rate.burst.get()))
    }

    #[test]
    fn a_number_a_unit_and_perhaps_a_burst() {
        assert_eq!(rate("10/m"), Some((10, 60, 10)));
        assert_eq!(rate("1/s"), Some((1, 1, 1)));
        assert_eq!(rate("1000000/h"), Some((1_000_000, 3600, 1_000_000)));
        assert_eq!(rate("10/m,burst=1"), Some((10, 60, 1)));
        assert_eq!(rate("10/m, burst=1000000"), Some((10, 60, 1_000_000)));
    }

    #[test]
    fn nothing_else() {
        for text in [
            "",
            "10",
            "/m",
            "0/m",
            "1000001/m",
            "-1/m",
            "+1/m",
            "1.5/m",
            "10/d",
            "10/M",
            "10/min",
            "10 / m",
            "10/m,",
            "10/m,5",
            "10/m,burst=",
            "10/m,burst=0",
            "10/m,burst=1000001",
            "10/m,burst=1,burst=2",
            "10/m;burst=1",
            "4294967296/s",
            "99999999999999999999/s",
            "OFF",
        ] {
            assert_eq!(rate(text), None, "{text}");
        }
    }
}
