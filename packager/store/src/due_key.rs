//! When a package is due, as a key of the index that sorts by time.

use jiff::Timestamp;
use sled::IVec;

use crate::PackageId;

/// Sorts by time: the sign bit is flipped so that times before 1970 come first.
pub(crate) fn time_key(at: Timestamp, id: PackageId) -> Vec<u8> {
    let nanoseconds = at.as_nanosecond().cast_unsigned() ^ (1 << 127);
    [nanoseconds.to_be_bytes(), *id.as_bytes()].concat()
}

pub(crate) fn read_time_key(key: &IVec) -> Option<(Timestamp, PackageId)> {
    let (time, id) = key.split_first_chunk::<16>()?;
    let nanoseconds = (u128::from_be_bytes(*time) ^ (1 << 127)).cast_signed();
    Some((
        Timestamp::from_nanosecond(nanoseconds).ok()?,
        PackageId::from_slice(id)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_keys_sort_as_times_do_and_read_back() {
        let id = PackageId::random();
        let times = [i128::from(i64::MIN), -1, 0, 1, 1_000_000_000, i128::from(i64::MAX)];
        let keys: Vec<_> = times
            .iter()
            .map(|time| time_key(Timestamp::from_nanosecond(*time).unwrap(), id))
            .collect();
        assert!(keys.is_sorted());
        for (time, key) in times.iter().zip(keys) {
            let (at, read) = read_time_key(&IVec::from(key)).unwrap();
            assert_eq!((at.as_nanosecond(), read), (*time, id));
        }
    }
}
