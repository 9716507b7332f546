//! Stapling: the ticket by which a notarized package can be installed where Apple cannot be asked.
//!
//! Behind the archive, where a reader of xar never looks, lies a list that is read from its end. Each element ends with a
//! trailer of 16 bytes: magic `t8lr`, version, kind, length of what is in front of it, and four bytes that are not used; its
//! numbers are little-endian. The list has a ticket, and in front of it an end.
//!
//! ```text
//! archive | end: trailer, kind 1, length 0 | ticket | trailer, kind 2, length of the ticket
//! ```
//!
//! No specification says so; it is what Apple's `stapler` writes, and apple-codesign's reader and writer agree.

use packager_artifact::{OwnBytes, Part, Unsigned};

use super::signature::toc_checksum;
use crate::Error;

const MAGIC: &[u8; 4] = b"t8lr";
const VERSION: u16 = 1;
const END: u16 = 1;
const TICKET: u16 = 2;

/// The same pkg with `ticket` stapled to it. Nothing of the archive changes.
///
/// # Errors
/// [`Error::Mismatch`] if it is no pkg; [`Error::Invalid`] if the ticket has 4 GiB or more.
pub fn staple(mut package: Unsigned, ticket: &[u8]) -> Result<Unsigned, Error> {
    toc_checksum(&package)?;
    let size = u32::try_from(ticket.len()).map_err(|_| Error::Invalid("the ticket is too large".to_owned()))?;
    let list = [&trailer(END, 0)[..], ticket, &trailer(TICKET, size)].concat();
    package.parts.push(Part::Own(OwnBytes::new(list)));
    Ok(package)
}

fn trailer(kind: u16, size: u32) -> Vec<u8> {
    let mut trailer = MAGIC.to_vec();
    trailer.extend_from_slice(&VERSION.to_le_bytes());
    trailer.extend_from_slice(&kind.to_le_bytes());
    trailer.extend_from_slice(&size.to_le_bytes());
    trailer.extend_from_slice(&[0; 4]);
    trailer
}
