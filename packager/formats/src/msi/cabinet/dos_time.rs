//! Times as FAT has them (section 2.3): in steps of two seconds, from 1980 to 2107.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// 1980-01-01T00:00:00Z.
const FIRST: u64 = 315_532_800;
/// 2107-12-31T23:59:58Z.
const LAST: u64 = 4_354_819_198;

/// The date and the time of `build_time`, in seconds since 1970, or of the nearest time that there is. The zone is not
/// said anywhere; it is UTC.
pub(super) fn dos_time(build_time: u64) -> (u16, u16) {
    let seconds = i64::try_from(build_time.clamp(FIRST, LAST)).unwrap_or_default();
    let time = Timestamp::from_second(seconds)
        .unwrap_or_default()
        .to_zoned(TimeZone::UTC)
        .datetime();
    // Whoever is in this range has no negative fields.
    let field = i16::cast_unsigned;
    let [month, day, hour, minute, second] =
        [time.month(), time.day(), time.hour(), time.minute(), time.second()].map(|value| field(value.into()));
    let date = field(time.year()).saturating_sub(1980) << 9 | month << 5 | day;
    (date, hour << 11 | minute << 5 | (second / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_specification_and_within_range() {
        // The sample of section 3.2: 1997-03-12, 11:13:52.
        assert_eq!(dos_time(858_165_232), (0x226C, 0x59BA));
        assert_eq!(dos_time(0), (0x0021, 0));
        assert_eq!(dos_time(FIRST), (0x0021, 0));
        assert_eq!(dos_time(FIRST + 3), (0x0021, 1));
        assert_eq!(dos_time(LAST), (0xFF9F, 0xBF7D));
        assert_eq!(dos_time(u64::MAX), (0xFF9F, 0xBF7D));
    }
}
