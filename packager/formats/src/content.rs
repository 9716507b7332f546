//! Reading the files of a tree.

use std::io::{self, BufWriter, Read, Write};

use zeroize::Zeroizing;

use crate::stream::{Encoder, WORTH_A_BLOCK_BYTES};
use crate::{Content, Error, Kind, Tree, TreePath};

/// Most bytes of a file that are read at a time.
const MAX_BUFFER_SIZE: usize = 128 << 10;

/// Takes an archive.
pub(crate) trait ArchiveWriter: Write {
    /// The content of a large file begins or ends here, which is the same in every archive.
    fn cut(&mut self) -> io::Result<()>;
}

impl ArchiveWriter for Vec<u8> {
    fn cut(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> ArchiveWriter for BufWriter<Encoder<W>> {
    fn cut(&mut self) -> io::Result<()> {
        self.flush()?;
        self.get_mut().cut()
    }
}

/// Writes `content`, the file at `path`, and shows what it writes to `look`.
///
/// # Errors
/// As [`copy`].
pub(crate) fn write_content(
    out: &mut impl ArchiveWriter,
    content: &dyn Content,
    path: &TreePath,
    mut look: impl FnMut(&[u8]),
) -> Result<(), Error> {
    let is_large = content.size_bytes() >= WORTH_A_BLOCK_BYTES as u64;
    if is_large {
        out.cut()?;
    }
    copy(content, path, |chunk| {
        look(chunk);
        out.write_all(chunk)
    })?;
    if is_large {
        out.cut()?;
    }
    Ok(())
}

/// Hands `content`, the file at `path`, on in chunks.
///
/// # Errors
/// [`Error::Mismatch`] when the content is not as long as it says; [`Error::Io`] when reading it or `take` fails.
pub(crate) fn copy(
    content: &dyn Content,
    path: &TreePath,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<(), Error> {
    let size_bytes = content.size_bytes();
    // No larger than the file, and zeroed afterwards: small files may be secrets.
    let buffer_size = usize::try_from(size_bytes)
        .unwrap_or(MAX_BUFFER_SIZE)
        .clamp(1, MAX_BUFFER_SIZE);
    let mut buffer = Zeroizing::new(vec![0; buffer_size]);
    let mut copied = 0;
    // One byte more than promised is enough to notice a file that grew.
    let mut reader = content.open()?.take(size_bytes.saturating_add(1));
    loop {
        let read = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        copied += read as u64;
        if copied > size_bytes {
            break;
        }
        take(buffer.get(..read).unwrap_or_default())?;
    }
    if copied == size_bytes {
        Ok(())
    } else {
        Err(Error::Mismatch(format!("{path} is not as long as it was")))
    }
}

/// An empty buffer for an archive of `tree` that will not grow: a vector that grows leaves copies of a secret behind.
/// `entry_size` is more than an archive's format needs for an entry beside its content, `end_size` for the end.
///
/// # Errors
/// [`Error::Invalid`] if the files do not fit into memory.
pub(crate) fn archive_buffer(tree: &Tree, entry_size: usize, end_size: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    let content: u64 = tree
        .entries()
        .iter()
        .map(|entry| match &entry.kind {
            Kind::File { content, .. } => content.size_bytes(),
            Kind::Directory | Kind::HostDirectory | Kind::Symlink(_) => 0,
        })
        .sum();
    let content = usize::try_from(content).map_err(|_| Error::Invalid("the own files are too large".to_owned()))?;
    let size = content + tree.entries().len() * entry_size + end_size;
    Ok(Zeroizing::new(Vec::with_capacity(size)))
}
