//! The signature header: what the header, and so everything, is checked with.

use packager_artifact::Sha256Digest;
use sha1::{Digest, Sha1};

use super::header::{Value, write};
use super::tag::Tag;
use crate::Error;

/// Where the header begins is a multiple of this.
const ALIGNMENT: usize = 8;

/// Lengths of what follows the signature header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Of the header and the payload.
    pub(super) header_and_payload: u64,
    /// Of what the payload unpacks to.
    pub(super) unpacked: u64,
}

/// Writes the signature header of `header`, padding included. `signature` is the tag that a signature over `header` has,
/// and the signature.
///
/// # Errors
/// [`Error::Invalid`] if the package has 4 GiB or more.
pub(super) fn signature_header(header: &[u8], sizes: Sizes, signature: Option<(Tag, &[u8])>) -> Result<Vec<u8>, Error> {
    let number = |size| u32::try_from(size).map_err(|_| Error::Invalid("it is too large for an rpm".to_owned()));
    let mut tags = vec![
        (Tag::SHA1HEADER, Value::Text(hex::encode(Sha1::digest(header)))),
        (Tag::SHA256HEADER, Value::Text(Sha256Digest::of(header).to_string())),
        (Tag::SIGSIZE, Value::int32(number(sizes.header_and_payload)?)),
        (Tag::PAYLOADSIZE, Value::int32(number(sizes.unpacked)?)),
    ];
    tags.extend(signature.map(|(tag, signature)| (tag, Value::Binary(signature.to_vec()))));
    let mut bytes = write(Tag::HEADERSIGNATURES, tags)?;
    bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
    Ok(bytes)
}
