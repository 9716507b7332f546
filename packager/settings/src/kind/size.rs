use super::{Describe, Kind, Refusal, digits};

/// A number of bytes within bounds.
pub(crate) struct Size {
    pub(crate) least: u64,
    pub(crate) most: u64,
}

/// Bytes in each unit.
const UNITS: [(&str, u64); 10] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("KB", 1_000),
    ("kB", 1_000),
    ("B", 1),
];

impl Describe for Size {
    fn form(&self) -> String {
        format!(
            "a size like `10GiB` or `500MB`, {} to {}",
            write(self.least),
            write(self.most)
        )
    }

    fn is_number(&self) -> bool {
        true
    }
}

impl Kind for Size {
    type Value = u64;

    fn read(&self, text: &str) -> Result<u64, Refusal> {
        read(text)
            .filter(|bytes| (self.least..=self.most).contains(bytes))
            .ok_or_else(|| Refusal::must_be(self))
    }
}

/// A whole number with a unit; without one it counts bytes. `K`, `M` and `G` alone are refused, for nobody knows which
/// thousand they mean.
fn read(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let factor = match unit {
        "" => 1,
        _ => UNITS.iter().find(|(name, _)| *name == unit).map(|(_, bytes)| *bytes)?,
    };
    digits(number)?.checked_mul(factor)
}

/// A bound in its largest whole binary unit.
fn write(bytes: u64) -> String {
    let unit = UNITS
        .iter()
        .find(|(name, unit)| name.ends_with("iB") && bytes >= *unit && bytes.is_multiple_of(*unit));
    unit.map_or_else(|| format!("{bytes}B"), |(name, unit)| format!("{}{name}", bytes / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_and_decimal_units() {
        for (text, bytes) in [
            ("0", 0),
            ("524288", 524_288),
            ("1B", 1),
            ("512KiB", 524_288),
            ("10GiB", 10_737_418_240),
            ("10GB", 10_000_000_000),
            ("1kB", 1000),
            ("16777215TiB", 16_777_215 << 40),
        ] {
            assert_eq!(read(text), Some(bytes), "{text}");
        }
    }

    #[test]
    fn nothing_else() {
        for text in [
            "",
            "GiB",
            "10 GiB",
            " 10GiB",
            "10G",
            "10gib",
            "10GIB",
            "1.5GiB",
            "-1",
            "+1",
            "10GiBx",
            "16777216TiB",
            "18446744073709551616",
            "1e6",
            "٣B",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn bounds_are_inclusive() {
        let kind = Size {
            least: 1 << 10,
            most: 1 << 20,
        };
        for (text, accepted) in [("1023", false), ("1KiB", true), ("1MiB", true), ("1048577", false)] {
            assert_eq!(kind.read(text).is_ok(), accepted, "{text}");
        }
        assert!(kind.form().ends_with("1KiB to 1MiB"), "{}", kind.form());
        assert_eq!(write(1500), "1500B");
    }
}
