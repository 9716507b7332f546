//! `ar` archives as deb(5) has them: plain names, no symbol table.

use std::ops::Range;

use packager_artifact::{Part, Piece, pieces_in};

use crate::Error;

/// What an archive begins with.
pub(super) const MAGIC: &[u8; 8] = b"!<arch>\n";

/// The length of a member's header.
const HEADER_SIZE: u64 = 60;

/// A member of an archive.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    /// Where in the archive its content lies.
    pub(super) content: Range<u64>,
}

/// The members of a composed archive, whose headers are own bytes.
///
/// # Errors
/// [`Error::Mismatch`] if it is no archive.
pub(super) fn members(parts: &[Part]) -> Result<Vec<Member>, Error> {
    let no_archive = || Error::Mismatch("the parts are no ar archive".to_owned());
    let total: u64 = parts.iter().map(Part::size_bytes).sum();
    let mut offset = MAGIC.len() as u64;
    if own(parts, 0..offset) != Some(MAGIC) {
        return Err(no_archive());
    }
    let mut members = Vec::new();
    while offset < total {
        let begin = offset + HEADER_SIZE;
        let header = own(parts, offset..begin);
        let (name, size_bytes) = header.and_then(parse).ok_or_else(no_archive)?;
        let end = begin.checked_add(size_bytes).filter(|end| *end <= total);
        let end = end.ok_or_else(no_archive)?;
        offset = end + padding(size_bytes).len() as u64;
        members.push(Member {
            name: name.to_owned(),
            content: begin..end,
        });
    }
    Ok(members)
}

/// The name and the size that a header says.
fn parse(header: &[u8]) -> Option<(&str, u64)> {
    let field = |range: Range<usize>| std::str::from_utf8(header.get(range)?).ok().map(str::trim_end);
    (header.get(58..60)? == b"`\n").then_some(())?;
    Some((field(0..16)?, field(48..58)?.parse().ok()?))
}

/// The bytes of a range, if they are own bytes of one part.
fn own(parts: &[Part], range: Range<u64>) -> Option<&[u8]> {
    let size_bytes = range.end - range.start;
    match pieces_in(parts, &[range]).ok()?.as_slice() {
        [Piece::Own(bytes)] => Some(bytes.expose()).filter(|bytes| bytes.len() as u64 == size_bytes),
        _ => None,
    }
}

/// The 60-byte header of a member (deb(5), "FORMAT"; ar(5)).
///
/// # Errors
/// [`Error::Invalid`] if the size has more than ten digits.
pub(super) fn header(name: &str, size_bytes: u64, build_time: u64) -> Result<Vec<u8>, Error> {
    let header = format!(
        "{name:<16}{build_time:<12}{:<6}{:<6}{:<8}{size_bytes:<10}`\n",
        0, 0, 100_644
    )
    .into_bytes();
    if header.len() == 60 {
        Ok(header)
    } else {
        Err(Error::Invalid(format!(
            "the member {name} does not fit into an ar archive"
        )))
    }
}

/// What follows a member: members begin at even offsets.
pub(super) fn padding(size_bytes: u64) -> &'static [u8] {
    if size_bytes.is_multiple_of(2) { b"" } else { b"\n" }
}

#[cfg(test)]
mod tests {
    use packager_artifact::OwnBytes;

    use super::*;

    fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = MAGIC.to_vec();
        for (name, content) in members {
            let size_bytes = content.len() as u64;
            archive.extend_from_slice(&header(name, size_bytes, 7).unwrap());
            archive.extend_from_slice(content);
            archive.extend_from_slice(padding(size_bytes));
        }
        archive
    }

    #[test]
    fn members_are_found_with_their_contents() {
        let bytes = archive(&[("one", b"odd"), ("two", b""), ("three", b"even")]);
        let found = members(&[Part::Own(OwnBytes::new(bytes.clone()))]).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|member| {
                let content = &member.content;
                let bytes = &bytes[usize::try_from(content.start).unwrap()..usize::try_from(content.end).unwrap()];
                (member.name.as_str(), bytes)
            })
            .collect();
        assert_eq!(found, [("one", &b"odd"[..]), ("two", b""), ("three", b"even")]);
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        let good = archive(&[("one", b"content")]);
        let changed = |at: usize, to: u8| {
            let mut bytes = good.clone();
            bytes[at] = to;
            bytes
        };
        // The magic, the end of the header, its size, the archive's end.
        for bytes in [
            changed(0, b'?'),
            changed(66, b'?'),
            changed(56, b'x'),
            changed(57, b'9'),
            good[..70].to_vec(),
            good[..9].to_vec(),
            Vec::new(),
        ] {
            assert!(matches!(
                members(&[Part::Own(OwnBytes::new(bytes))]),
                Err(Error::Mismatch(_))
            ));
        }
    }

    #[test]
    fn header_is_sixty_bytes_or_an_error() {
        assert_eq!(
            header("debian-binary", 4, 1_700_000_000).unwrap(),
            b"debian-binary   1700000000  0     0     100644  4         `\n"
        );
        assert!(header("data.tar.xz", 9_999_999_999, 0).is_ok());
        assert!(header("data.tar.xz", 10_000_000_000, 0).is_err());
        assert!(header("a-name-that-is-too-long", 1, 0).is_err());
    }
}
