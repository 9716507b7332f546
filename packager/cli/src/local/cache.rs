//! The folder that is kept between packages.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::Error;

const NAME: &str = "fleet-packager";

/// A folder of this process alone, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Cache {
    path: PathBuf,
    _held: Held,
}

#[derive(Debug)]
enum Held {
    Lock(#[expect(dead_code, reason = "held for its lock")] File),
    Temporary(#[expect(dead_code, reason = "removed when it is dropped")] TempDir),
}

impl Cache {
    /// The folder at `path`, made with mode 0700 if it is not there. While another process has it, a temporary one.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let action = || format!("use the cache folder {}", path.display());
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(Error::io(action()))?;
        let lock = path.join("lock");
        let lock = File::options().create(true).truncate(false).write(true).open(lock);
        let lock = lock.map_err(Error::io(action()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _held: Held::Lock(lock),
            }),
            Err(TryLockError::WouldBlock) => {
                tracing::warn!(
                    cache = %path.display(),
                    "another process uses the cache folder: this build begins with an empty one"
                );
                let folder = tempfile::Builder::new().prefix("fleet-packager-").tempdir();
                let folder = folder.map_err(Error::io("make a temporary folder"))?;
                Ok(Self {
                    path: folder.path().to_owned(),
                    _held: Held::Temporary(folder),
                })
            }
            Err(TryLockError::Error(error)) => Err(Error::io(action())(error)),
        }
    }

    /// A folder inside, made if it is not there.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, Error> {
        let folder = self.path.join(name);
        fs::create_dir_all(&folder).map_err(Error::io("use the cache folder"))?;
        Ok(folder)
    }
}

/// Where the cache is unless `--cache-dir` says: under `XDG_CACHE_HOME`, else under `HOME` (XDG Base Directory
/// Specification: a path there that is not absolute does not count).
pub(crate) fn default_path(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
        .map(|folder| folder.join(NAME))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn it_is_made_for_its_owner_alone() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/b");
        let cache = Cache::open(&path).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(cache.folder("c").unwrap(), path.join("c"));
    }

    #[test]
    fn while_another_has_it_a_temporary_one_is_used() {
        let parent = tempfile::tempdir().unwrap();
        let first = Cache::open(parent.path()).unwrap();
        let second = Cache::open(parent.path()).unwrap();
        assert_ne!(first.path, second.path);
        let temporary = second.path.clone();
        assert!(temporary.is_dir());
        drop(second);
        assert!(!temporary.exists());
        drop(first);
        assert_eq!(Cache::open(parent.path()).unwrap().path, parent.path());
    }

    #[test]
    fn the_default_path_is_the_users() {
        let path = |pairs: &[(&str, &str)]| {
            let find = |name: &str| pairs.iter().find(|(key, _)| *key == name);
            default_path(|name| find(name).map(|(_, value)| OsString::from(*value)))
        };
        let home = ("HOME", "/home/u");
        assert_eq!(path(&[home]), Some(PathBuf::from("/home/u/.cache/fleet-packager")));
        assert_eq!(
            path(&[("XDG_CACHE_HOME", "/var/c"), home]),
            Some(PathBuf::from("/var/c/fleet-packager"))
        );
        assert_eq!(
            path(&[("XDG_CACHE_HOME", "relative"), home]),
            Some(PathBuf::from("/home/u/.cache/fleet-packager"))
        );
        assert_eq!(path(&[]), None);
    }
}
