//! The file `key-check`: which master key a data directory belongs to, and whether it is being replaced.
//!
//! ```text
//! <check>                     the key in use
//! <check> replaces <check>    the same, and the key that it took the place of
//! <check> becomes <check>     a rotation from the first to the second was begun and has not ended
//! ```
//! A check is derived from its key one way and written in hexadecimal: it tells one key from another and says nothing
//! else about it.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use packager_faults::File;
use subtle::ConstantTimeEq;

use crate::keyring::Keyring;
use crate::seal::{self, Purpose};
use crate::{Error, PackageId};

const FILE: &str = "key-check";
const REPLACES: &str = " replaces ";
const BECOMES: &str = " becomes ";

/// What stands for a key that must not be written down. Compared in constant time.
#[derive(Clone, Copy)]
pub(crate) struct Check(pub(crate) [u8; 32]);

impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Check {}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Check(..)")
    }
}

/// What the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyCheck {
    /// There is a key, and perhaps one that was replaced by it.
    InUse { key: Check, replaced: Option<Check> },
    /// The one key is being replaced by the other.
    Rotating { from: Check, to: Check },
}

impl KeyCheck {
    /// What the data directory `dir` says; nothing in a new one, or where it does not say anything that makes sense.
    pub(crate) fn read(dir: &Path) -> Result<Option<Self>, Error> {
        let text = match fs::read(dir.join(FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("read the key check")(error)),
        };
        let said = std::str::from_utf8(text.trim_ascii()).ok().and_then(Self::parse);
        if said.is_none() {
            tracing::warn!("the key check is torn");
        }
        Ok(said)
    }

    /// Whether the data directory `dir` says anything.
    pub(crate) fn exists(dir: &Path) -> bool {
        dir.join(FILE).exists()
    }

    /// On return it is on the disk.
    pub(crate) fn write(self, dir: &Path) -> Result<(), Error> {
        packager_durable::write(
            File::KeyCheck,
            &dir.join("tmp"),
            &dir.join(FILE),
            self.to_string().as_bytes(),
        )
        .map_err(Error::io("write the key check"))
    }

    /// Says in a directory that says nothing yet, or nothing that makes sense, that its key is that of `keyring`.
    ///
    /// # Errors
    /// [`Error::WrongMasterKey`] if something is sealed there, and not under this key.
    pub(crate) fn establish(dir: &Path, keyring: &Keyring) -> Result<(), Error> {
        if !opens_what_is_sealed(dir, keyring).map_err(Error::io("read the stored packages"))? {
            return Err(Error::WrongMasterKey);
        }
        let key = keyring.check();
        Self::InUse { key, replaced: None }.write(dir)
    }

    /// Whether a service may run with the key of `check`.
    ///
    /// # Errors
    /// [`Error::RotationUnfinished`], [`Error::ReplacedMasterKey`] and [`Error::WrongMasterKey`].
    pub(crate) fn admit(self, check: Check) -> Result<(), Error> {
        match self {
            Self::InUse { key, .. } if key == check => Ok(()),
            Self::InUse {
                replaced: Some(old), ..
            } if old == check => Err(Error::ReplacedMasterKey),
            Self::Rotating { from, to } if from == check || to == check => Err(Error::RotationUnfinished),
            Self::InUse { .. } | Self::Rotating { .. } => Err(Error::WrongMasterKey),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if let Some((from, to)) = text.split_once(BECOMES) {
            let (from, to) = (read_check(from)?, read_check(to)?);
            return Some(Self::Rotating { from, to });
        }
        let (key, replaced) = match text.split_once(REPLACES) {
            Some((key, replaced)) => (key, Some(read_check(replaced)?)),
            None => (text, None),
        };
        let key = read_check(key)?;
        Some(Self::InUse { key, replaced })
    }
}

impl fmt::Display for KeyCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = |check: &Check| hex::encode(check.0);
        match self {
            Self::InUse { key, replaced: None } => f.write_str(&hex(key)),
            Self::InUse {
                key,
                replaced: Some(old),
            } => write!(f, "{}{REPLACES}{}", hex(key), hex(old)),
            Self::Rotating { from, to } => write!(f, "{}{BECOMES}{}", hex(from), hex(to)),
        }
    }
}

fn read_check(text: &str) -> Option<Check> {
    let mut check = [0; 32];
    hex::decode_to_slice(text, &mut check).ok()?;
    Some(Check(check))
}

/// Whether any of the sealed files opens, or there is none.
fn opens_what_is_sealed(dir: &Path, keyring: &Keyring) -> io::Result<bool> {
    let mut none = true;
    for first in 0..=u8::MAX {
        for entry in fs::read_dir(dir.join("packages").join(format!("{first:02x}")))? {
            let path = entry?.path();
            let id = path
                .file_stem()
                .and_then(|stem| stem.to_str()?.parse::<PackageId>().ok());
            let purpose = match path.extension().and_then(|extension| extension.to_str()) {
                Some("job") => Purpose::Job,
                Some("own") => Purpose::Own,
                _ => continue,
            };
            let Some(id) = id else { continue };
            if seal::open(keyring, purpose, id, fs::read(&path)?).is_ok() {
                return Ok(true);
            }
            none = false;
        }
    }
    Ok(none)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Check = Check([1; 32]);
    const B: Check = Check([2; 32]);

    #[test]
    fn what_is_written_reads_back() {
        for said in [
            KeyCheck::InUse { key: A, replaced: None },
            KeyCheck::InUse {
                key: A,
                replaced: Some(B),
            },
            KeyCheck::Rotating { from: A, to: B },
        ] {
            assert_eq!(KeyCheck::parse(&said.to_string()), Some(said));
        }
        for text in ["", "01", &"0g".repeat(32), &format!("{} becomes ", "01".repeat(32))] {
            assert_eq!(KeyCheck::parse(text), None, "{text}");
        }
    }

    #[test]
    fn each_key_gets_its_answer() {
        let other = Check([3; 32]);
        let in_use = KeyCheck::InUse {
            key: B,
            replaced: Some(A),
        };
        assert!(in_use.admit(B).is_ok());
        assert!(matches!(in_use.admit(A), Err(Error::ReplacedMasterKey)));
        assert!(matches!(in_use.admit(other), Err(Error::WrongMasterKey)));
        let rotating = KeyCheck::Rotating { from: A, to: B };
        assert!(matches!(rotating.admit(A), Err(Error::RotationUnfinished)));
        assert!(matches!(rotating.admit(B), Err(Error::RotationUnfinished)));
        assert!(matches!(rotating.admit(other), Err(Error::WrongMasterKey)));
    }
}
