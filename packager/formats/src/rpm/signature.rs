//! Where an rpm's signature goes, and what it is made over.
//!
//! It is a binary, detached OpenPGP signature over the header, in the signature header: under one tag if the key is RSA,
//! under another for all other kinds (whose name, DSA, is that of the first of them). rpm since 4.14 needs no other, for the
//! header has the payload's digests, and rpm 6 still reads these two. Older versions also knew a signature over header and
//! payload; it would have to be made over every byte of every package, and rpm 6 does not read it any more.

use std::ops::Range;

use packager_artifact::{OwnBytes, Part, Unsigned};

use super::header;
use super::lead;
use super::signature_header::{Sizes, signature_header};
use super::tag::Tag;
use crate::Error;

/// Public-key algorithms of OpenPGP that are RSA (RFC 9580, section 9.1).
const RSA: [u8; 3] = [1, 2, 3];

/// The bytes of a composed rpm that its signature is made over.
///
/// # Errors
/// [`Error::Mismatch`] if it is no rpm, or has a signature.
pub fn signed_ranges(package: &Unsigned) -> Result<Vec<Range<u64>>, Error> {
    let head = Head::of(package)?;
    let begin = head.before.len() as u64;
    let header = begin..begin + head.header.len() as u64;
    Ok(Vec::from([header]))
}

/// The same rpm with `signature` in it.
///
/// # Errors
/// [`Error::Mismatch`] as [`signed_ranges`]; [`Error::Invalid`] if it is not a signature of version 4.
pub fn attach_signature(mut package: Unsigned, signature: &[u8]) -> Result<Unsigned, Error> {
    let head = Head::of(&package)?;
    let tag = tag_of(signature)
        .ok_or_else(|| Error::Invalid("what is to be attached is no signature of version 4".to_owned()))?;
    let signatures = signature_header(head.header, head.sizes, Some((tag, signature)))?;
    let lead = head.before.get(..lead::SIZE).unwrap_or_default();
    let whole = [lead, &signatures, head.header].concat();
    if let Some(first) = package.parts.first_mut() {
        *first = Part::Own(OwnBytes::new(whole));
    }
    Ok(package)
}

/// What is in front of the payload.
struct Head<'a> {
    /// The lead and the signature header.
    before: &'a [u8],
    header: &'a [u8],
    sizes: Sizes,
}

impl<'a> Head<'a> {
    fn of(package: &'a Unsigned) -> Result<Self, Error> {
        Self::parse(package).ok_or_else(|| Error::Mismatch("the parts are no unsigned rpm".to_owned()))
    }

    fn parse(package: &'a Unsigned) -> Option<Self> {
        let Part::Own(head) = package.parts.first()? else {
            return None;
        };
        let bytes = head.expose();
        let signatures = bytes.get(lead::SIZE..)?;
        let size = header::size(signatures)?;
        let (before, header) = bytes.split_at_checked(lead::SIZE + size.next_multiple_of(8))?;
        let payload: u64 = package.parts.iter().skip(1).map(Part::size_bytes).sum();
        let sizes = Sizes {
            header_and_payload: header.len() as u64 + payload,
            unpacked: header::int32(signatures, Tag::PAYLOADSIZE)?.into(),
        };
        // Written again without a signature, it is the same: it has none, and nothing that is not known here.
        let unsigned = signature_header(header, sizes, None).ok()?;
        (before.get(lead::SIZE..)? == unsigned).then_some(())?;
        (header::size(header)? == header.len()).then_some(Self { before, header, sizes })
    }
}

/// The tag for a signature packet, by the key's algorithm (RFC 9580, sections 4.2 and 5.2.3).
fn tag_of(packet: &[u8]) -> Option<Tag> {
    let (&first, rest) = packet.split_first()?;
    let is_new = first & 0xC0 == 0xC0;
    let length_size = match (is_new, first & 3) {
        (true, _) => match *rest.first()? {
            0..192 => 1,
            192..224 => 2,
            255 => 5,
            _ => return None,
        },
        (false, 0) => 1,
        (false, 1) => 2,
        (false, 2) => 4,
        (false, _) => return None,
    };
    let kind = if is_new { first & 0x3F } else { first >> 2 & 0x0F };
    let [version, _, algorithm, ..] = *rest.get(length_size..)? else {
        return None;
    };
    let is_signature = first & 0x80 != 0 && kind == 2 && version == 4;
    is_signature.then_some(if RSA.contains(&algorithm) {
        Tag::RSAHEADER
    } else {
        Tag::DSAHEADER
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_follows_the_keys_algorithm() {
        for (packet, tag) in [
            (&[0xC2, 10, 4, 0, 1, 8][..], Some(Tag::RSAHEADER)),
            (&[0xC2, 10, 4, 0, 22, 8], Some(Tag::DSAHEADER)),
            (&[0xC2, 0xC0, 10, 4, 0, 17, 8], Some(Tag::DSAHEADER)),
            (&[0xC2, 0xFF, 0, 0, 0, 9, 4, 0, 3], Some(Tag::RSAHEADER)),
            (&[0x88, 10, 4, 0, 1, 8], Some(Tag::RSAHEADER)),
            (&[0x89, 1, 10, 4, 0, 22, 8], Some(Tag::DSAHEADER)),
            (&[0x8A, 0, 0, 1, 10, 4, 0, 22, 8], Some(Tag::DSAHEADER)),
            // Of version 6, a key, of no length, cut off, no packet.
            (&[0xC2, 10, 6, 0, 1, 8], None),
            (&[0xC6, 10, 4, 0, 1, 8], None),
            (&[0x8B, 4, 0, 1, 8], None),
            (&[0xC2, 10, 4, 0], None),
            (&[0x42, 10, 4, 0, 1, 8], None),
            (&[], None),
        ] {
            assert_eq!(tag_of(packet), tag, "{packet:?}");
        }
    }
}
