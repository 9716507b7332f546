//! The files that a package comes in.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::error::Error;

/// A package and what goes with it.
#[derive(Debug)]
pub(crate) struct Files<T> {
    /// The package.
    pub(crate) package: T,
    /// Its signature, where the format has it in a file of its own.
    pub(crate) signature: Option<T>,
    /// The configuration profile with the credentials that the package does not have.
    pub(crate) profile: Option<T>,
}

impl<T> From<T> for Files<T> {
    fn from(package: T) -> Self {
        Self {
            package,
            signature: None,
            profile: None,
        }
    }
}

/// A file that has no name yet. It is removed when this is dropped.
pub(crate) struct Unnamed {
    path: TempPath,
    file: File,
}

impl From<(File, TempPath)> for Unnamed {
    fn from((file, path): (File, TempPath)) -> Self {
        Self { path, file }
    }
}

impl Unnamed {
    /// The same file once more, for whoever writes it.
    pub(crate) fn writer(&self) -> Result<File, Error> {
        self.file.try_clone().map_err(Error::io("write the package"))
    }

    /// Writes all of it.
    pub(crate) fn write(&self, content: &[u8]) -> Result<(), Error> {
        (&self.file)
            .write_all(content)
            .map_err(Error::io("write what goes with the package"))
    }

    /// Where it lies meanwhile.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Files<Unnamed> {
    /// Gives each its name, in place of a file that has it: the package last, so that whoever waits for it finds the rest.
    ///
    /// # Errors
    /// When the system refuses one of them: then none of them is there.
    pub(super) fn persist(self, paths: &Files<PathBuf>) -> Result<(), Error> {
        let all = [
            self.signature.zip(paths.signature.as_ref()),
            self.profile.zip(paths.profile.as_ref()),
            Some((self.package, &paths.package)),
        ];
        let all: Vec<_> = all.into_iter().flatten().collect();
        // What can be known is known before a file is replaced.
        for (file, path) in &all {
            if path.is_dir() {
                return Err(unnamed(path)(io::ErrorKind::IsADirectory.into()));
            }
            file.file.sync_all().map_err(Error::io("write the package"))?;
        }
        let mut named: Vec<&PathBuf> = Vec::new();
        for (file, path) in all {
            if let Err(error) = file.path.persist(path) {
                for path in named {
                    // Best effort: the error that is told is the one that came first.
                    let _ = std::fs::remove_file(path);
                }
                return Err(unnamed(path)(error.error));
            }
            named.push(path);
        }
        Ok(())
    }
}

fn unnamed(path: &Path) -> impl FnOnce(io::Error) -> Error {
    Error::io(format!("give the package its name {}", path.display()))
}
