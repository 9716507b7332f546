//! Where a deb's signature goes, and what it is made over.
//!
//! debsigs and debsig-verify agree on it: the signature of the package's origin is a binary, detached OpenPGP signature
//! in the member `_gpgorigin`, over the contents of `debian-binary`, `control.tar.*` and `data.tar.*` one after the other.
//! Headers and padding of the archive are not signed. dpkg passes over members whose names begin with an underscore, as
//! long as they follow `data.tar` (deb(5)).

use std::ops::Range;

use packager_artifact::{OwnBytes, Part, Unsigned};

use super::ar::{header, members, padding};
use crate::Error;

/// The member that holds the signature.
const ORIGIN: &str = "_gpgorigin";

/// The signed members, in the order in which they are signed.
const SIGNED: [&str; 3] = ["debian-binary", "control.tar", "data.tar"];

/// The bytes of a composed deb that its signature is made over, in this order.
///
/// # Errors
/// [`Error::Mismatch`] if it is no deb, or has a signature.
pub fn signed_ranges(package: &Unsigned) -> Result<Vec<Range<u64>>, Error> {
    let members = members(&package.parts)?;
    let is_unsigned_deb =
        members.len() == SIGNED.len() && members.iter().zip(SIGNED).all(|(member, name)| is(&member.name, name));
    if !is_unsigned_deb {
        return Err(Error::Mismatch("the parts are no unsigned deb".to_owned()));
    }
    Ok(members.into_iter().map(|member| member.content).collect())
}

/// Whether a member has this name, whatever its compression.
fn is(member: &str, name: &str) -> bool {
    member
        .strip_prefix(name)
        .is_some_and(|compression| compression.is_empty() || compression.starts_with('.'))
}

/// The same deb with `signature` in it.
///
/// # Errors
/// [`Error::Mismatch`] as [`signed_ranges`]; [`Error::Invalid`] if the signature does not fit into an archive.
pub fn attach_signature(mut package: Unsigned, signature: &[u8], build_time: u64) -> Result<Unsigned, Error> {
    signed_ranges(&package)?;
    let size_bytes = signature.len() as u64;
    let header = header(ORIGIN, size_bytes, build_time)?;
    let member = [&header, signature, padding(size_bytes)].concat();
    package.parts.push(Part::Own(OwnBytes::new(member)));
    Ok(package)
}
