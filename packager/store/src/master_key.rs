//! The key that everything else hangs on.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packager_faults::{self as faults, Point, Step};
use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

/// 32 secret bytes. They zero themselves and print nothing.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MasterKeyError {
    /// The text or the file does not hold 32 bytes in base64 or hexadecimal.
    #[error("a master key is 32 bytes in base64 or hexadecimal")]
    Form,
    /// Others than the owner may read or write the key file.
    #[error("the master key file is open to others than its owner: its mode is {mode:03o}, it must be 600")]
    Permissions {
        /// The file's permission bits.
        mode: u32,
    },
    /// The key file cannot be read or made.
    #[error("the master key file cannot be used")]
    Io(#[from] io::Error),
}

/// How the name of a key file begins that is being made.
pub(crate) const UNFINISHED_PREFIX: &str = ".master-key-";
/// Longer than any text that stands for 32 bytes, with room for blanks.
const TEXT_LIMIT: usize = 256;

impl MasterKey {
    /// Takes the raw bytes.
    #[must_use]
    pub fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// Reads 44 characters of base64 or 64 of hexadecimal; blanks around them do not count.
    ///
    /// # Errors
    /// [`MasterKeyError::Form`] for any other text.
    pub fn from_text(text: &str) -> Result<Self, MasterKeyError> {
        let text = text.trim_ascii();
        let mut bytes = Zeroizing::new([0; 32]);
        match text.len() {
            64 => hex::decode_to_slice(text, bytes.as_mut_slice()).map_err(|_| MasterKeyError::Form)?,
            44 => {
                // The decoder asks for room for whole groups of three bytes.
                let mut decoded = Zeroizing::new([0; 33]);
                let length = STANDARD
                    .decode_slice(text, decoded.as_mut_slice())
                    .map_err(|_| MasterKeyError::Form)?;
                let decoded = decoded.get(..length).unwrap_or_default();
                if decoded.len() != bytes.len() {
                    return Err(MasterKeyError::Form);
                }
                bytes.copy_from_slice(decoded);
            }
            _ => return Err(MasterKeyError::Form),
        }
        Ok(Self(bytes))
    }

    /// Reads the key file at `path`, or makes one with a random key and mode 0600 if there is none. The file appears
    /// whole or not at all, and is on the disk before it is used; of two processes that make it at once, both get the
    /// key of the first.
    ///
    /// # Errors
    /// When others than the owner have any right to the file, when it does not hold a key, and when it cannot be read
    /// or made.
    pub fn load_or_create(path: &Path) -> Result<Self, MasterKeyError> {
        loop {
            match File::open(path) {
                Ok(file) => return Self::load(&file),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
            match Self::create(path) {
                Err(MasterKeyError::Io(error)) if error.kind() == io::ErrorKind::AlreadyExists => {}
                result => return result,
            }
        }
    }

    /// Reads the key file at `path`.
    ///
    /// # Errors
    /// Those of [`MasterKey::load_or_create`], and one for a file that is not there.
    pub fn load_file(path: &Path) -> Result<Self, MasterKeyError> {
        Self::load(&File::open(path)?)
    }

    fn load(file: &File) -> Result<Self, MasterKeyError> {
        let mode = file.metadata()?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(MasterKeyError::Permissions { mode });
        }
        let mut text = Zeroizing::new(String::with_capacity(TEXT_LIMIT + 1));
        match file.take(TEXT_LIMIT as u64 + 1).read_to_string(&mut text) {
            Ok(_) => Self::from_text(&text),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(MasterKeyError::Form),
            Err(error) => Err(error.into()),
        }
    }

    fn create(path: &Path) -> Result<Self, MasterKeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        SysRng.try_fill_bytes(bytes.as_mut_slice()).map_err(io::Error::other)?;
        let mut text = Zeroizing::new([0; 44]);
        STANDARD
            .encode_slice(bytes.as_slice(), text.as_mut_slice())
            .map_err(io::Error::other)?;
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        // Created with mode 0600, and removed again if anything goes wrong before it has its name.
        let mut file = tempfile::Builder::new().prefix(UNFINISHED_PREFIX).tempfile_in(folder)?;
        let at = |step| faults::point(Point::Write(faults::File::MasterKey, step));
        at(Step::Created)?;
        faults::write_all(
            Point::Write(faults::File::MasterKey, Step::Write),
            &mut file,
            text.as_slice(),
        )?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        at(Step::Written)?;
        file.persist_noclobber(path).map_err(|error| error.error)?;
        at(Step::Renamed)?;
        File::open(folder)?.sync_all()?;
        at(Step::Synced)?;
        Ok(Self(bytes))
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}
