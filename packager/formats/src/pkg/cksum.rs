//! The checksum that a bill of materials has: that of `cksum` (POSIX, *cksum*).

use crc::{CRC_32_CKSUM, Crc, Digest, Table};

static ALGORITHM: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_CKSUM);

/// A checksum that is being computed. `cksum` appends the length, its lowest byte first, without zeros at the end.
pub(super) struct Cksum {
    digest: Digest<'static, u32, Table<16>>,
    size_bytes: u64,
}

impl Cksum {
    pub(super) fn new() -> Self {
        Self {
            digest: ALGORITHM.digest(),
            size_bytes: 0,
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.size_bytes += bytes.len() as u64;
    }

    pub(super) fn finish(mut self) -> u32 {
        let length = self.size_bytes.to_le_bytes();
        let significant = length.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        self.digest.update(length.get(..significant).unwrap_or_default());
        self.digest.finalize()
    }

    /// The checksum of `bytes`.
    pub(super) fn of(bytes: &[u8]) -> u32 {
        let mut cksum = Self::new();
        cksum.update(bytes);
        cksum.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn cksum_agrees() {
        for size in [0, 1, 255, 256, 65_536, 70_000] {
            let bytes: Vec<u8> = (0..size).map(|n: u32| n.wrapping_mul(31).to_le_bytes()[1]).collect();
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &bytes).unwrap();
            let output = Command::new("cksum").arg(file.path()).output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            assert_eq!(text.split(' ').next().unwrap(), Cksum::of(&bytes).to_string(), "{size}");
        }
    }
}
