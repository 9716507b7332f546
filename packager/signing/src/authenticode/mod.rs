//! Authenticode signatures of Windows Installer packages, made by `osslsigncode`.
//!
//! A package is a compound file ([MS-CFB]): named streams, and storages that hold more of them. What is signed of it is one
//! digest: SHA-256 over the content of the streams in the order of their names, and the class of the root storage. Where the
//! streams lie in the file is not part of it. The signature is a stream of its own, `\u{5}DigitalSignature`, which the digest
//! leaves out; it holds a `SignedData` of PKCS #7 (RFC 2315):
//!
//! ```text
//! SignedData
//!   contentInfo    SPC_INDIRECT_DATA (1.3.6.1.4.1.311.2.1.4)
//!     SpcAttributeTypeAndOptionalValue   SPC_SIPINFO: that the digest is one of an msi
//!     DigestInfo                         SHA-256, the digest
//!   certificates   the signer's, and its issuers
//!   signerInfos    one
//!     signed attributes    content type, digest of the content, time, purpose, description and URL
//!     signature            of the signed attributes
//!     unsigned attributes  1.3.6.1.4.1.311.3.3.1: a time-stamp token (RFC 3161) over the signature
//! ```
//!
//! `osslsigncode` knows whole files alone, and writes them anew. Its output is thrown away but for that one stream: as the
//! digest does not depend on where streams lie, the signature is good in the composed package too, whose big parts are
//! shared. So a signature costs two walks through the package in memory, and a package has no copy.
//!
//! What the tool is given:
//! - the **package**, which holds a customer's secret, as a sealed file in memory that it inherits as a descriptor;
//! - a **PKCS#12 file** that this module has written, with the key and the certificates of the operator's file, whose password
//!   was drawn at the start. So a file is unlocked once, by one reader, whatever it is protected with; `osslsigncode` 2.5
//!   does not know the older ways. The password goes through a pipe, as does a **PIN**: no argument, environment or file
//!   has a secret;
//! - a **directory in memory** to write to, which is removed with what is in it, however a run ends.
//!
//! Time stamps are asked for here ([`TimeStampAuthority`](crate::TimeStampAuthority)), not by the tool: it asks once, version
//! 2.5 without a number against replayed answers, and knows no proxies in an empty environment.
//!
//! A signature is taken only if it verifies: the tool, the module that it loads, and the machine that they run on may all
//! be wrong.
//!
//! [MS-CFB]: https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb

mod certificate;
mod compound_file;
mod concern;
mod credentials;
mod error;
mod key_file;
mod memory_file;
mod output;
mod process;
mod room;
mod scratch;
mod signature;
mod signer;
mod signing;
mod stamp;
mod tool;
mod verify;

pub use concern::Concern;
pub use credentials::{AuthenticodeCredentials, Pkcs11Token};
pub use error::AuthenticodeError;
pub use output::ToolText;
pub use signer::{AuthenticodeSettings, AuthenticodeSigner};

#[cfg(test)]
mod tests;
