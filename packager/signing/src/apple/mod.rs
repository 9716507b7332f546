//! Signatures of macOS installer packages, as `productsign` makes them.
//!
//! A package is a xar archive, and what is signed of it is one number: the checksum of its compressed table of contents,
//! which stands at the beginning of the heap. The table has the checksums of everything else. It also says where the
//! signatures lie and how long they are, and holds the certificates, so all of that must be settled before there is
//! anything to sign:
//!
//! ```text
//! header | table of contents (zlib) | heap: checksum | RSA signature | CMS signature, zeros | files …
//!          └ <checksum style="sha1">    offset, size
//!            <signature style="RSA">    offset, size, certificates   <- SignatureSizes::rsa_bytes
//!            <x-signature style="CMS">  offset, size, certificates   <- SignatureSizes::cms_bytes
//! ```
//!
//! - The **RSA signature** is PKCS #1 v1.5 with SHA-256, and as long as the modulus. A checksum of the style `sha256` is the
//!   digest that is signed, as `productsign` does it; one of the style `sha1` is hashed first, as `apple-codesign` does it,
//!   for AWS-LC signs nothing over SHA-1. macOS looks at the CMS signature where there is one.
//! - The **CMS signature** is a detached `SignedData` (RFC 5652) whose content is the bytes of the checksum. Its signed
//!   attributes are the content type (`data`), the SHA-256 of the content and the time of signing. With a time-stamping
//!   authority, an unsigned attribute holds its token over the signature (RFC 3161, appendix A), which keeps a package
//!   installable when the certificate has expired. Tokens differ in length, so room for one is set aside and filled up
//!   with zeros, behind which no reader looks.
//! - The **certificates** are the signer's first, then Apple's intermediate authority and root; in the table in base64,
//!   and in the CMS signature. `apple-codesign` brings Apple's.
//!
//! So signing costs two RSA operations, and reads nothing of the package. Checksum and certificates are the parts of the
//! signature that the format writes; it is given the rest.
//!
//! `apple-codesign` knows Apple's certificates and their extensions; `cryptographic-message-syntax`, which it is built on,
//! writes the CMS structures. AWS-LC computes, as for other
//! signatures: keys do not pass through another library.

mod certificate;
mod chain;
mod credentials;
mod error;
mod key;
mod signature;
mod signer;

pub use error::InstallerError;
pub use signature::{InstallerSignature, UnstampedSignature};
pub use signer::{InstallerSigner, SignatureSizes};

#[cfg(test)]
mod tests;
