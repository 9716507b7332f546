//! From parts to a file.

use std::fs::File;
use std::io::{self, Write};

use packager_artifact::{Artifact, DigestWriter, Part, SharedBytes};

use crate::error::Error;

/// Writes the parts one after the other.
///
/// # Errors
/// [`Error::Corrupt`] when what was read is not what the artifact's digest says: a shared part was damaged.
pub(super) fn write(artifact: &Artifact, shared: &dyn SharedBytes, file: File) -> Result<(), Error> {
    let mut out = DigestWriter::new(file);
    copy(artifact.parts(), shared, &mut out).map_err(Error::io("write the package"))?;
    let (_, sha256, size_bytes) = out.finish();
    if (sha256, size_bytes) == (artifact.sha256(), artifact.size_bytes()) {
        Ok(())
    } else {
        Err(Error::Corrupt(
            "the package that was read back is not the one that was built".to_owned(),
        ))
    }
}

fn copy(parts: &[Part], shared: &dyn SharedBytes, out: &mut impl Write) -> io::Result<()> {
    for part in parts {
        match part {
            Part::Own(bytes) => out.write_all(bytes.expose())?,
            Part::Shared(part) => {
                io::copy(&mut shared.open(part)?, out)?;
            }
        }
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use packager_artifact::{DigestMemo, OwnBytes, Sha256Digest, SharedPart, Unsigned};

    use super::*;

    struct Memory(&'static [u8]);

    impl SharedBytes for Memory {
        fn open(&self, _: &SharedPart) -> io::Result<Box<dyn Read + Send + '_>> {
            Ok(Box::new(self.0))
        }
    }

    fn artifact() -> Artifact {
        let part = SharedPart {
            sha256: Sha256Digest::of(b"shared"),
            size_bytes: 6,
        };
        let own = |bytes: &[u8]| Part::Own(OwnBytes::new(bytes.to_vec()));
        let composed = Unsigned {
            file_name: "x.deb".to_owned(),
            media_type: "application/octet-stream",
            parts: vec![own(b"before "), Part::Shared(part), own(b" after")],
        };
        Artifact::finish(composed, &Memory(b"shared"), &DigestMemo::new()).unwrap()
    }

    #[test]
    fn parts_become_one_stream() {
        let file = tempfile::NamedTempFile::new().unwrap();
        write(&artifact(), &Memory(b"shared"), file.reopen().unwrap()).unwrap();
        assert_eq!(std::fs::read(file.path()).unwrap(), b"before shared after");
    }

    #[test]
    fn a_shared_part_that_was_damaged_meanwhile_is_noticed() {
        for damaged in [&b"shareD"[..], b"share", b"shared+"] {
            let error = write(&artifact(), &Memory(damaged), tempfile::tempfile().unwrap()).unwrap_err();
            assert!(matches!(error, Error::Corrupt(_)), "{error}");
        }
    }
}
