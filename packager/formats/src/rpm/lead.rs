//! The lead: what file(1) knows packages by. rpm itself looks at the magic and at the kind of the signature.

use crate::Architecture;

/// How long it is.
pub(super) const SIZE: usize = 96;
const MAGIC: [u8; 4] = [0xED, 0xAB, 0xEE, 0xDB];
/// A version 3.0 of the lead, of a binary package.
const VERSION_AND_TYPE: [u8; 4] = [3, 0, 0, 0];
/// Linux, in rpmrc(5)'s `os_canon`.
const OS: u16 = 1;
/// A header structure with signatures follows.
const HEADER_SIGNATURE: u16 = 5;
/// Room for the name, its zero byte included.
const NAME_SIZE: usize = 66;

/// The lead of a package that is called `name`, with version and release, as far as there is room for it.
pub(super) fn lead(name: &str, architecture: Architecture) -> [u8; SIZE] {
    // rpmrc(5), `arch_canon`.
    let architecture: u16 = match architecture {
        Architecture::Amd64 => 1,
        Architecture::Arm64 => 19,
    };
    let name = name
        .bytes()
        .take(NAME_SIZE - 1)
        .chain(std::iter::repeat(0))
        .take(NAME_SIZE);
    let bytes = MAGIC
        .into_iter()
        .chain(VERSION_AND_TYPE)
        .chain(architecture.to_be_bytes())
        .chain(name)
        .chain(OS.to_be_bytes())
        .chain(HEADER_SIGNATURE.to_be_bytes());
    let mut lead = [0; SIZE];
    lead.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    lead
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_where_they_belong() {
        for name in ["fleet-osquery-1.58.0-1".to_owned(), "x".repeat(200)] {
            let lead = lead(&name, Architecture::Arm64);
            let shown = &name.as_bytes()[..name.len().min(65)];
            assert_eq!(lead[..10], [0xED, 0xAB, 0xEE, 0xDB, 3, 0, 0, 0, 0, 19]);
            assert_eq!(&lead[10..10 + shown.len()], shown);
            assert_eq!(lead[10 + shown.len()], 0);
            assert_eq!(lead[76..80], [0, 1, 0, 5]);
        }
    }
}
