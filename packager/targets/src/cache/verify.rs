use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::Verified;
use super::key::CacheKey;
use crate::hashes::Hasher;

/// Hashes the file that was cached under `key`, and says what it found if it still is what its name says. One that is not
/// is removed.
pub(super) fn verified(folder: &Path, key: &CacheKey) -> io::Result<Option<Verified>> {
    let path = folder.join(key.file_name());
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut hasher = Hasher::default();
    let mut size_bytes = 0;
    let mut buffer = vec![0; 256 << 10];
    loop {
        let read = file.read(&mut buffer)?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else {
            break;
        };
        hasher.update(piece);
        size_bytes += read as u64;
    }
    let digests = hasher.finish();
    if key.matches(&digests) {
        return Ok(Some(Verified { size_bytes, digests }));
    }
    tracing::warn!(file = %key.file_name(), "a cached target is damaged and is removed");
    std::fs::remove_file(path)?;
    Ok(None)
}

/// Whether a file that was verified before is still there in its full length.
pub(super) fn is_unchanged(path: &Path, verified: Verified) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == verified.size_bytes)
}
