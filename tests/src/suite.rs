//! The Debian systems that there are to try things on.

use std::path::{Path, PathBuf};

/// A release of Debian. `make chroot` makes a system of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// Debian 11.
    Bullseye,
    /// Debian 12.
    Bookworm,
    /// Debian 13.
    Trixie,
}

impl Suite {
    /// Its name in the archive.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bullseye => "bullseye",
            Self::Bookworm => "bookworm",
            Self::Trixie => "trixie",
        }
    }

    /// Where `make chroot` puts the systems, and tests what they change.
    pub(crate) fn chroots() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/chroots")
    }

    /// The files of the system.
    ///
    /// # Panics
    /// If it was not made, and says how to.
    pub(crate) fn root(self) -> PathBuf {
        let root = Self::chroots().join(self.as_str()).join("root");
        root.canonicalize().unwrap_or_else(|_| {
            panic!(
                "the scenarios need a Debian system in target/chroots/{}: `make chroot` makes it",
                self.as_str()
            )
        })
    }
}
