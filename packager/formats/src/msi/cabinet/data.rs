//! Blocks of data (section 2.4).

/// How much of the folder is in a block, but for the last one.
pub(super) const BLOCK_SIZE: usize = 32 << 10;

/// Length of what stands in front of a block's data.
pub(super) const DATA_HEADER_SIZE: usize = 8;

/// What stands in front of a block's data: the checksum over what follows it, the length of `data` and of what it
/// unpacks to.
pub(super) fn data_header(data: &[u8], unpacked_size: usize) -> [u8; DATA_HEADER_SIZE] {
    // Neither is longer than a block of deflate's stored data, which is a little more than 32,768 bytes.
    let [size, unpacked_size] = [data.len(), unpacked_size].map(|size| u16::try_from(size).unwrap_or(u16::MAX));
    let [s0, s1] = size.to_le_bytes();
    let [u0, u1] = unpacked_size.to_le_bytes();
    let sizes = [s0, s1, u0, u1];
    let [c0, c1, c2, c3] = (checksum(data) ^ u32::from_le_bytes(sizes)).to_le_bytes();
    [c0, c1, c2, c3, s0, s1, u0, u1]
}

/// Section 3.1: all four-byte words, combined by exclusive or. Of one to three bytes at the end the first is the most
/// significant one.
fn checksum(data: &[u8]) -> u32 {
    let (words, rest) = data.as_chunks::<4>();
    let words = words.iter().fold(0, |sum, word| sum ^ u32::from_le_bytes(*word));
    let rest = rest.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
    words ^ rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_combined_and_the_rest_counts_from_its_first_byte() {
        assert_eq!(checksum(b""), 0);
        assert_eq!(checksum(&[1]), 1);
        assert_eq!(checksum(&[1, 2]), 0x0102);
        assert_eq!(checksum(&[1, 2, 3]), 0x0001_0203);
        assert_eq!(checksum(&[1, 2, 3, 4]), 0x0403_0201);
        assert_eq!(checksum(&[1, 2, 3, 4, 0xFF, 0, 0, 0, 1, 2]), 0x0403_02FE ^ 0x0102);
    }

    #[test]
    fn sizes_are_in_the_checksum() {
        assert_eq!(
            data_header(&[1, 2, 3, 4], 0x1234),
            [1 ^ 4, 2, 3 ^ 0x34, 4 ^ 0x12, 4, 0, 0x34, 0x12]
        );
    }

    #[test]
    fn the_specifications_sample_has_its_header() {
        // Section 3.2.
        let program = |text: &str| {
            let begin = "#include <stdio.h>\r\n\r\nvoid main(void)\r\n{\r\n    printf(\"";
            format!("{begin}{text}\\n\");\r\n}}\r\n")
        };
        let data = program("Hello, world!") + &program("Welcome!") + "\r\n";
        let header = [0xBD, 0x5A, 0xA6, 0x30, 0x97, 0, 0x97, 0];
        assert_eq!(data_header(data.as_bytes(), data.len()), header);
    }
}
