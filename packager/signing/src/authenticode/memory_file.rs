//! Files that are in memory alone, and what becomes of them when the tool inherits them.

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Write};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};

/// A file without a name. It goes when the last descriptor does.
pub(super) fn create(name: &str) -> io::Result<File> {
    Ok(memfd_create(name, MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?.into())
}

/// Nobody changes the file any more, not even who inherits it.
pub(super) fn seal(file: &File) -> io::Result<()> {
    let all = SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
    Ok(fcntl_add_seals(file, all)?)
}

/// A sealed file that holds `content`.
pub(super) fn holding(name: &str, content: &[u8]) -> io::Result<File> {
    let mut file = create(name)?;
    file.write_all(content)?;
    seal(&file)?;
    Ok(file)
}

/// A file of `size` bytes that can be written to, and never grows: what is written beyond its end is refused.
pub(super) fn bounded(name: &str, size: u64) -> io::Result<File> {
    let file = create(name)?;
    file.set_len(size)?;
    fcntl_add_seals(&file, SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL)?;
    Ok(file)
}

/// How much a pipe always takes at once (Linux, `PIPE_BUF`).
pub(super) const PIPE_BYTES: usize = 4096;

/// A pipe with a secret in it. Unlike a file in memory, it is never in swap, and read once.
///
/// Refuses a secret that is longer than [`PIPE_BYTES`].
pub(super) fn pipe_with(secret: &[u8]) -> io::Result<PipeReader> {
    if secret.len() > PIPE_BYTES {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    let (reader, mut writer): (PipeReader, PipeWriter) = io::pipe()?;
    writer.write_all(secret)?;
    Ok(reader)
}
