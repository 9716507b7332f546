//! What every package's list of files must be.

use std::collections::HashSet;

use crate::Error;

/// Checks paths in the order in which a package unpacks them, each with whether it is a directory: each is there once,
/// and behind its directory.
///
/// # Errors
/// [`Error::Mismatch`] with the path that is not.
pub(crate) fn check_order<'a>(paths: impl Iterator<Item = (&'a str, bool)>) -> Result<(), Error> {
    let mut directories = HashSet::new();
    let mut all = HashSet::new();
    for (path, is_directory) in paths {
        if !all.insert(path) {
            return Err(Error::Mismatch(format!("{path} is there twice")));
        }
        if let Some((parent, _)) = path.rsplit_once('/')
            && !directories.contains(parent)
        {
            return Err(Error::Mismatch(format!("{path} lacks its directory")));
        }
        if is_directory {
            directories.insert(path);
        }
    }
    Ok(())
}
