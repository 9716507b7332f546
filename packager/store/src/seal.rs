//! The sealed file: a package's job or its own bytes, readable only with the master key.
//!
//! ```text
//! offset  bytes
//!      0      6  "FPSEAL"
//!      6      1  version, 1
//!      7      1  purpose: 1 a job, 2 own bytes
//!      8     24  nonce of the wrapped key
//!     32     48  the file's key, wrapped, with its tag
//!     80     24  the lengths of the three sections before sealing, 64 bits each, most significant byte first
//!    104     24  nonce of the sections
//!    128         the sections: summary, body, extra; each sealed, with its tag of 16 bytes
//! ```
//! Each file has a random key of 256 bits, and everything in it is sealed with XChaCha20-Poly1305: the key under the
//! wrapping key that comes from the master key, the sections under the file's key. A section's nonce is the one of the
//! header with the section's number added to its last byte by exclusive or, so no nonce is used twice under one key.
//!
//! What is authenticated with each: the first eight bytes and the package id with the wrapped key; the same, the number
//! of the section and the three lengths with a section. So a file that was renamed, cut, lengthened, or put together
//! from two others does not open.
//!
//! The summary is what the index would say of the package, so that the index can be mended from the files. The body is
//! the canonical request of a job, or the own bytes of an artifact. The extra section of a job is what its build has come to,
//! if that is kept. The extra section of an own file is the configuration profile, if the package has one, and behind it the
//! detached signature, if the summary says that there is one of so many bytes; otherwise it is empty.
//!
//! A file whose first eight bytes are zero was being destroyed when the machine stopped.

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{Key, KeyInit, Tag, XChaCha20Poly1305, XNonce};
use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use crate::keyring::Keyring;
use crate::{Error, PackageId};

/// Where the sections begin.
pub(crate) const HEADER_SIZE: usize = 128;
const TAG_SIZE: usize = 16;
const MAGIC: [u8; 7] = *b"FPSEAL\x01";

/// What a sealed file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Job,
    Own,
}

impl Purpose {
    const fn byte(self) -> u8 {
        match self {
            Self::Job => 1,
            Self::Own => 2,
        }
    }
}

/// What a file holds.
pub(crate) struct Sections {
    pub(crate) summary: Zeroizing<Vec<u8>>,
    pub(crate) body: Zeroizing<Vec<u8>>,
    pub(crate) extra: Zeroizing<Vec<u8>>,
}

/// Why a file does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It was being destroyed.
    Destroyed,
    /// It is not what was written.
    Torn,
}

/// Seals three sections into the bytes of a file.
pub(crate) fn seal(keyring: &Keyring, purpose: Purpose, id: PackageId, sections: [&[u8]; 3]) -> Result<Vec<u8>, Error> {
    let mut random = Zeroizing::new([0; 32 + 24 + 24]);
    SysRng
        .try_fill_bytes(random.as_mut_slice())
        .map_err(|error| Error::io("draw a key")(std::io::Error::other(error)))?;
    let (key, nonces) = random.split_first_chunk::<32>().ok_or(Error::Damaged)?;
    let (wrap_nonce, nonces) = nonces.split_first_chunk::<24>().ok_or(Error::Damaged)?;
    let (nonce, _) = nonces.split_first_chunk::<24>().ok_or(Error::Damaged)?;

    // Sized beforehand: a vector that grows leaves copies of the plain bytes behind.
    let size = sections.iter().map(|section| section.len() + TAG_SIZE).sum::<usize>();
    let mut file = Zeroizing::new(Vec::with_capacity(HEADER_SIZE + size));
    file.extend_from_slice(&MAGIC);
    file.push(purpose.byte());
    let aad = aad(purpose, id);
    file.extend_from_slice(wrap_nonce);
    append_sealed(&mut file, keyring.wrapping(), &XNonce::from(*wrap_nonce), &aad, key)?;
    let lengths = sections.map(|section| (section.len() as u64).to_be_bytes());
    file.extend_from_slice(lengths.as_flattened());
    file.extend_from_slice(nonce);
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    for (number, section) in (0..).zip(sections) {
        let aad = section_aad(&aad, number, lengths.as_flattened());
        append_sealed(&mut file, &cipher, &section_nonce(nonce, number), &aad, section)?;
    }
    Ok(std::mem::take(&mut file))
}

/// Opens the bytes of a file, which it turns into plain ones in place.
pub(crate) fn open(keyring: &Keyring, purpose: Purpose, id: PackageId, file: Vec<u8>) -> Result<Sections, Broken> {
    let mut file = Zeroizing::new(file);
    let (header, mut rest) = file.split_first_chunk_mut::<HEADER_SIZE>().ok_or(Broken::Torn)?;
    let header = header.as_mut_slice();
    let (magic, header) = header.split_at_mut(8);
    if magic.iter().all(|byte| *byte == 0) {
        return Err(Broken::Destroyed);
    }
    if magic.split_last() != Some((&purpose.byte(), &MAGIC)) {
        return Err(Broken::Torn);
    }
    let aad = aad(purpose, id);
    let (wrap_nonce, header) = header.split_first_chunk_mut::<24>().ok_or(Broken::Torn)?;
    let (wrapped, header) = header.split_first_chunk_mut::<48>().ok_or(Broken::Torn)?;
    let (lengths, nonce) = header.split_first_chunk_mut::<24>().ok_or(Broken::Torn)?;
    let nonce: &[u8; 24] = (&*nonce).try_into().map_err(|_| Broken::Torn)?;
    let nonce_of_key = XNonce::from(*wrap_nonce);
    let key = unwrap(keyring.wrapping(), &nonce_of_key, wrapped, &aad).or_else(|broken| {
        let replaced = keyring.replaced().ok_or(broken)?;
        unwrap(replaced, &nonce_of_key, wrapped, &aad)
    })?;
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));

    let mut plain = [const { Vec::new() }; 3].map(Zeroizing::new);
    for ((number, section), length) in (0..).zip(&mut plain).zip(lengths.as_chunks::<8>().0) {
        let length = usize::try_from(u64::from_be_bytes(*length)).map_err(|_| Broken::Torn)?;
        let sealed_size = length.checked_add(TAG_SIZE).ok_or(Broken::Torn)?;
        let (sealed, after) = rest.split_at_mut_checked(sealed_size).ok_or(Broken::Torn)?;
        let aad = section_aad(&aad, number, lengths);
        let opened = open_sealed(sealed, &cipher, &section_nonce(nonce, number), &aad)?;
        *section = Zeroizing::new(opened.to_vec());
        rest = after;
    }
    if !rest.is_empty() {
        return Err(Broken::Torn);
    }
    let [summary, body, extra] = plain;
    Ok(Sections { summary, body, extra })
}

/// Which part of a file [`rewrap`] replaces: the wrapped key and its nonce. Both lie within the first 512 bytes, which
/// every disk writes as one: after a loss of power there is the old key or the new one, never half of each.
pub(crate) const WRAP_OFFSET: usize = 8;
const WRAP_SIZE: usize = 24 + 32 + TAG_SIZE;

/// What there is to do about a file's key in a rotation.
pub(crate) enum Rewrap {
    /// It is wrapped under the new key already.
    Done,
    /// These bytes are to take their place at [`WRAP_OFFSET`].
    Bytes([u8; WRAP_SIZE]),
}

/// Wraps the key of a file, of which `header` is the beginning, under the keyring's own key instead of the one that it
/// replaces. The sections stay as they are. `fresh` is the nonce of the new wrapping, from the system's random numbers.
pub(crate) fn rewrap(
    keyring: &Keyring,
    purpose: Purpose,
    id: PackageId,
    header: &[u8; HEADER_SIZE],
    fresh: [u8; 24],
) -> Result<Rewrap, Broken> {
    let (magic, header) = header.split_at(WRAP_OFFSET);
    if magic.iter().all(|byte| *byte == 0) {
        return Err(Broken::Destroyed);
    }
    if magic.split_last() != Some((&purpose.byte(), &MAGIC)) {
        return Err(Broken::Torn);
    }
    let aad = aad(purpose, id);
    let (nonce, header) = header.split_first_chunk::<24>().ok_or(Broken::Torn)?;
    let (wrapped, _) = header.split_first_chunk::<48>().ok_or(Broken::Torn)?;
    if unwrap(keyring.wrapping(), &XNonce::from(*nonce), wrapped, &aad).is_ok() {
        return Ok(Rewrap::Done);
    }
    let replaced = keyring.replaced().ok_or(Broken::Torn)?;
    let key = unwrap(replaced, &XNonce::from(*nonce), wrapped, &aad)?;
    let mut bytes = [0; WRAP_SIZE];
    let (nonce, sealed) = bytes.split_first_chunk_mut::<24>().ok_or(Broken::Torn)?;
    *nonce = fresh;
    let mut wrapped = Vec::with_capacity(sealed.len());
    append_sealed(
        &mut wrapped,
        keyring.wrapping(),
        &XNonce::from(*nonce),
        &aad,
        key.as_slice(),
    )
    .map_err(|_| Broken::Torn)?;
    sealed.copy_from_slice(&wrapped);
    Ok(Rewrap::Bytes(bytes))
}

/// The key of a file.
fn unwrap(
    wrapping: &XChaCha20Poly1305,
    nonce: &XNonce,
    wrapped: &[u8; 48],
    aad: &[u8],
) -> Result<Zeroizing<[u8; 32]>, Broken> {
    let mut wrapped = Zeroizing::new(*wrapped);
    let key = open_sealed(wrapped.as_mut_slice(), wrapping, nonce, aad)?;
    Ok(Zeroizing::new(key.try_into().map_err(|_| Broken::Torn)?))
}

fn aad(purpose: Purpose, id: PackageId) -> [u8; 24] {
    let mut aad = [0; 24];
    let bytes = MAGIC.into_iter().chain([purpose.byte()]).chain(*id.as_bytes());
    aad.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    aad
}

fn section_aad(aad: &[u8; 24], number: u8, lengths: &[u8]) -> Vec<u8> {
    [aad.as_slice(), &[number], lengths].concat()
}

fn section_nonce(nonce: &[u8; 24], number: u8) -> XNonce {
    let mut nonce = *nonce;
    if let Some(last) = nonce.last_mut() {
        *last ^= number;
    }
    XNonce::from(nonce)
}

/// Appends `plain`, sealed, and its tag.
fn append_sealed(
    file: &mut Vec<u8>,
    cipher: &XChaCha20Poly1305,
    nonce: &XNonce,
    aad: &[u8],
    plain: &[u8],
) -> Result<(), Error> {
    let begin = file.len();
    file.extend_from_slice(plain);
    let sealed = file.get_mut(begin..).unwrap_or_default();
    // The only way to fail is a section of more than 256 GiB.
    let tag = cipher
        .encrypt_inout_detached(nonce, aad, sealed.into())
        .map_err(|_| Error::StorageFull)?;
    file.extend_from_slice(&tag);
    Ok(())
}

/// Opens a run of sealed bytes with the tag at its end, in place.
fn open_sealed<'a>(
    sealed: &'a mut [u8],
    cipher: &XChaCha20Poly1305,
    nonce: &XNonce,
    aad: &[u8],
) -> Result<&'a [u8], Broken> {
    let (bytes, tag) = sealed.split_last_chunk_mut::<TAG_SIZE>().ok_or(Broken::Torn)?;
    cipher
        .decrypt_inout_detached(nonce, aad, (&mut *bytes).into(), &Tag::from(*tag))
        .map_err(|_| Broken::Torn)?;
    Ok(bytes)
}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
