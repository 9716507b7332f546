//! Where an msi's signature goes, and what it is made over.
//!
//! Authenticode signs the bytes of all streams, in the order of their names, and the class of the root, and stands in a
//! stream of its own. It does not sign where the streams lie; so the signature that a tool made over the same streams in another file
//! is good in this one. (Microsoft does not document it; osslsigncode's `msi.c` and Windows agree.)

use std::ops::Range;

use packager_artifact::Unsigned;
use zeroize::Zeroizing;

use super::compound::{self, Data, Stream, StreamName};
use crate::Error;

/// The stream with the signature, and the one with a digest over names and times, which is not used.
const SIGNATURE: &str = "\u{5}DigitalSignature";
const EXTENDED: &str = "\u{5}MsiDigitalSignatureEx";

/// The bytes of a composed msi that its signature is made over, in this order.
///
/// # Errors
/// [`Error::Mismatch`] if it is no msi.
pub fn signed_ranges(package: &Unsigned) -> Result<Vec<Range<u64>>, Error> {
    let signatures = [StreamName::plain(SIGNATURE)?, StreamName::plain(EXTENDED)?];
    let placed = compound::placed(&package.parts)?;
    Ok(placed.signed(|name| signatures.contains(name)))
}

/// The same msi with `signature` in it.
///
/// # Errors
/// [`Error::Mismatch`] if it is no msi, or has a signature; [`Error::Invalid`] if the signature is empty.
pub fn attach_signature(package: Unsigned, signature: &[u8]) -> Result<Unsigned, Error> {
    let name = StreamName::plain(SIGNATURE)?;
    let (mut streams, index) = compound::read(&package.parts)?;
    if streams.iter().any(|stream| stream.name == name) {
        return Err(Error::Mismatch("the msi has a signature".to_owned()));
    }
    if signature.is_empty() {
        return Err(Error::Invalid("the signature is empty".to_owned()));
    }
    streams.push(Stream {
        name,
        data: Data::Own(Zeroizing::new(signature.to_vec())),
    });
    Ok(Unsigned {
        parts: compound::write(&streams, index)?,
        ..package
    })
}
