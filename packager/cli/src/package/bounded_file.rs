//! Reading the files that flags name: never more of them than they may hold.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use packager_api::SecretText;
use zeroize::Zeroizing;

use crate::error::Error;

/// Reads the whole file at `path`, which `flag` names, if it has at most `limit_bytes` bytes.
pub(crate) fn read(flag: &str, path: &Path, limit_bytes: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    let read = || {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        read_bounded(file, limit_bytes)
    };
    read().map_err(|error| Error::io(format!("read {flag} {}", path.display()))(error))
}

/// The same for a text in UTF-8.
pub(crate) fn read_text(flag: &str, path: &Path, limit_bytes: usize) -> Result<SecretText, Error> {
    let bytes = read(flag, path, limit_bytes)?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(SecretText::from(text)),
        Err(_) => Err(Error::Usage(format!("{flag} {} is not UTF-8", path.display()))),
    }
}

/// All of `source`, if it has at most `limit_bytes` bytes.
pub(crate) fn read_bounded(source: impl Read, limit_bytes: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    // Sized beforehand: a buffer that grows leaves copies of a key behind. One byte more shows what is too long.
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit_bytes + 1));
    source.take(limit_bytes as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit_bytes {
        let reason = format!("it holds more than {limit_bytes} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::with_causes;

    #[test]
    fn the_limit_is_the_last_length_that_is_read() {
        assert_eq!(read_bounded(&b"12345"[..], 5).unwrap().as_slice(), b"12345");
        assert!(read_bounded(&b"123456"[..], 5).is_err());
        assert!(read_bounded(io::repeat(0), 64).is_err());
    }

    #[test]
    fn errors_name_the_flag_and_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chain.pem");
        let error = read("--fleet-certificate", &path, 9).unwrap_err();
        assert!(with_causes(&error).contains("--fleet-certificate"), "{error}");
        assert!(with_causes(&error).contains("chain.pem"), "{error}");
        assert!(with_causes(&error).contains("No such file"), "{error}");
        assert!(read("--fleet-certificate", folder.path(), 9).is_err());
        std::fs::write(&path, b"\xff").unwrap();
        let error = read_text("--fleet-certificate", &path, 9).unwrap_err();
        assert!(error.to_string().ends_with("is not UTF-8"), "{error}");
    }
}
