//! What can go wrong while a package is made.

use std::io;

/// Why a package could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path, a mode or a text cannot stand in the format.
    #[error("{0}")]
    Invalid(String),
    /// The trees that were to be put together do not fit: a path twice, or a file without its directory.
    #[error("the parts do not fit together: {0}")]
    Mismatch(String),
    /// Reading a file of the tree or writing the package failed.
    #[error("reading or writing failed")]
    Io(#[from] io::Error),
    /// A shared part could not be read back.
    #[error("a shared part could not be read")]
    Shared(#[source] io::Error),
    /// The compressor refused.
    #[error("compression failed")]
    Compression(#[source] io::Error),
}
