use super::{Describe, Kind, Refusal, Size, digits};
use crate::values::StorageLimit;

/// A share of the disk in per cent, or a size.
pub(crate) struct Share;

/// Below this, one agent release in all formats does not fit. It also catches a forgotten `%` or unit.
const SIZE: Size = Size {
    least: 1 << 30,
    most: 1 << 50,
};

impl Describe for Share {
    fn form(&self) -> String {
        format!("a share of the disk, `1%` to `100%`, or {}", SIZE.form())
    }

    fn is_number(&self) -> bool {
        true
    }
}

impl Kind for Share {
    type Value = StorageLimit;

    fn read(&self, text: &str) -> Result<StorageLimit, Refusal> {
        let limit = match text.strip_suffix('%') {
            Some(percent) => digits(percent)
                .and_then(|percent| u8::try_from(percent).ok())
                .filter(|percent| (1..=100).contains(percent))
                .map(StorageLimit::DiskPercent),
            None => SIZE.read(text).ok().map(StorageLimit::Bytes),
        };
        limit.ok_or_else(|| Refusal::must_be(self))
    }
}
