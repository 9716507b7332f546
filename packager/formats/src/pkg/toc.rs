//! The table of contents: XML, compressed with zlib.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use jiff::Timestamp;
use packager_artifact::{SHA1_SIZE, Sha256Digest, sha1};

use super::xml::escape;
use crate::Error;

/// Magic and version of a header, and the number by which it says that the table is checked with SHA-1.
const MAGIC: &[u8; 4] = b"xar!";
const VERSION: u16 = 1;
const SHA1: u32 = 1;
/// Length of a header, as it says itself.
const STATED_HEADER_SIZE: u16 = 28;
/// The same.
pub(super) const HEADER_SIZE: usize = STATED_HEADER_SIZE as usize;

/// A table of contents that has yet to be written. The heap's order follows from it: the checksum, signatures, the members'
/// contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toc {
    /// When the archive was made, in seconds since 1970-01-01 UTC.
    pub build_time: u64,
    /// The signatures that there is to be room for, in the order in which they lie in the heap.
    pub signatures: Vec<SignatureEntry>,
    /// Files and directories at the top.
    pub members: Vec<Member>,
}

/// A signature that is to be made over the checksum of the table of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureEntry {
    /// Which.
    pub style: SignatureStyle,
    /// The room for it. A CMS signature may be shorter: zeros behind it are skipped by those who read it.
    pub size_bytes: u64,
    /// The certificates that it is to be checked with, in DER, the signer's first.
    pub certificates: Vec<Vec<u8>>,
}

/// Which signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureStyle {
    /// RSA alone (`signature`).
    Rsa,
    /// A message in the Cryptographic Message Syntax (`x-signature`), which has a time stamp if somebody gave one.
    Cms,
}

/// A file or directory of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name, without a slash.
    pub name: &'static str,
    /// What it is.
    pub data: MemberData,
}

/// What a member is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberData {
    /// A file, which lies in the heap as it is.
    File {
        /// Its length.
        size_bytes: u64,
        /// The SHA-256 of it.
        sha256: Sha256Digest,
    },
    /// A directory.
    Directory(Vec<Member>),
}

impl Toc {
    /// Everything in front of the members' contents: the header, the table, its checksum, and zeros where signatures go.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the time cannot be one; [`Error::Compression`] if the compressor refuses.
    pub(super) fn head(&self) -> Result<Vec<u8>, Error> {
        let table = self.xml()?;
        let compressed = compress(table.as_bytes()).map_err(Error::Compression)?;
        let mut head = MAGIC.to_vec();
        head.extend_from_slice(&STATED_HEADER_SIZE.to_be_bytes());
        head.extend_from_slice(&VERSION.to_be_bytes());
        head.extend_from_slice(&(compressed.len() as u64).to_be_bytes());
        head.extend_from_slice(&(table.len() as u64).to_be_bytes());
        head.extend_from_slice(&SHA1.to_be_bytes());
        head.extend_from_slice(&compressed);
        head.extend_from_slice(&sha1(&compressed));
        let room = usize::try_from(self.signatures_size());
        let room = room.map_err(|_| Error::Invalid("the signatures are too large for a pkg".to_owned()))?;
        head.resize(head.len() + room, 0);
        Ok(head)
    }

    fn signatures_size(&self) -> u64 {
        self.signatures.iter().map(|signature| signature.size_bytes).sum()
    }

    /// The table. Formatting into a string does not fail.
    fn xml(&self) -> Result<String, Error> {
        let time = i64::try_from(self.build_time)
            .ok()
            .and_then(|time| Timestamp::from_second(time).ok());
        let time = time.ok_or_else(|| Error::Invalid("the time does not fit into a pkg".to_owned()))?;
        let created = time.strftime("%Y-%m-%dT%H:%M:%S");
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xar>\n <toc>\n  <creation-time>{created}</creation-time>\n  \
             <checksum style=\"sha1\">\n   <offset>0</offset>\n   <size>{SHA1_SIZE}</size>\n  </checksum>\n"
        );
        let mut offset = SHA1_SIZE as u64;
        for signature in &self.signatures {
            signature.write(offset, &mut xml);
            offset += signature.size_bytes;
        }
        let mut place = Place {
            id: 0,
            offset,
            time: format!("{}Z", time.strftime("%Y-%m-%dT%H:%M:%S")),
        };
        for member in &self.members {
            member.write(&mut place, &mut xml)?;
        }
        xml.push_str(" </toc>\n</xar>\n");
        Ok(xml)
    }
}

impl SignatureEntry {
    fn write(&self, offset: u64, xml: &mut String) {
        let (tag, style) = match self.style {
            SignatureStyle::Rsa => ("signature", "RSA"),
            SignatureStyle::Cms => ("x-signature", "CMS"),
        };
        let size = self.size_bytes;
        let _ = write!(
            xml,
            "  <{tag} style=\"{style}\">\n   <offset>{offset}</offset>\n   <size>{size}</size>\n   \
             <KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\">\n    <X509Data>\n"
        );
        for certificate in &self.certificates {
            let _ = writeln!(
                xml,
                "     <X509Certificate>{}</X509Certificate>",
                STANDARD.encode(certificate)
            );
        }
        let _ = write!(xml, "    </X509Data>\n   </KeyInfo>\n  </{tag}>\n");
    }
}

/// What the next member gets.
struct Place {
    id: u32,
    offset: u64,
    time: String,
}

impl Member {
    fn write(&self, place: &mut Place, xml: &mut String) -> Result<(), Error> {
        place.id += 1;
        let (id, time, name) = (place.id, &place.time, escape(self.name)?);
        let _ = write!(xml, "  <file id=\"{id}\">\n   <name>{name}</name>\n");
        let (kind, mode) = match &self.data {
            MemberData::File { .. } => ("file", "0644"),
            MemberData::Directory(_) => ("directory", "0755"),
        };
        let _ = write!(
            xml,
            "   <type>{kind}</type>\n   <mode>{mode}</mode>\n   <uid>0</uid>\n   <gid>0</gid>\n   <mtime>{time}</mtime>\n"
        );
        match &self.data {
            MemberData::File { size_bytes, sha256 } => {
                let offset = place.offset;
                let _ = write!(
                    xml,
                    "   <size>{size_bytes}</size>\n   <data>\n    <length>{size_bytes}</length>\n    <offset>{offset}</offset>\n    \
                     <size>{size_bytes}</size>\n    <encoding style=\"application/octet-stream\"/>\n    \
                     <extracted-checksum style=\"sha256\">{sha256}</extracted-checksum>\n    \
                     <archived-checksum style=\"sha256\">{sha256}</archived-checksum>\n   </data>\n"
                );
                place.offset += size_bytes;
            }
            MemberData::Directory(members) => {
                for member in members {
                    member.write(place, xml)?;
                }
            }
        }
        xml.push_str("  </file>\n");
        Ok(())
    }
}

fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}
