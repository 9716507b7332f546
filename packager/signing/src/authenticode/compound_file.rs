//! Compound files: the one that a key is tried with, and the tool's output.

use std::fs::OpenOptions;
use std::io::{self, Cursor, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use cfb::{CompoundFile, Version};
use packager_artifact::Sha256Digest;
use rustix::fs::OFlags;

/// The stream that holds the signature.
const SIGNATURE: &str = "\u{5}DigitalSignature";

/// The longest signature. Those with a long chain have 10 KiB.
const MOST_BYTES: u64 = 1 << 20;

/// Not in the mini stream, like everything that matters in a package.
const SAMPLE: &[u8; 4096] = &[b'x'; 4096];

/// A compound file to try a key with, and its digest.
pub(super) fn sample() -> io::Result<(Vec<u8>, Sha256Digest)> {
    let mut file = CompoundFile::create_with_version(Version::V3, Cursor::new(Vec::new()))?;
    file.create_stream("sample")?.write_all(SAMPLE)?;
    file.flush()?;
    let class_of_root = [0; 16];
    let digest = Sha256Digest::of(&[&SAMPLE[..], &class_of_root].concat());
    Ok((file.into_inner().into_inner(), digest))
}

/// The signature in the tool's output.
pub(super) fn read_signature(path: &Path) -> io::Result<Vec<u8>> {
    // Nothing but a file: one that is no file might never be read to its end.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut file = CompoundFile::open(file)?;
    let mut signature = Vec::new();
    let stream = file.open_stream(Path::new("/").join(SIGNATURE))?;
    if stream.len() > MOST_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    stream.take(MOST_BYTES).read_to_end(&mut signature)?;
    Ok(signature)
}
