//! Where a package goes: a file beside its name first, the name when it is whole.

use std::fs::File;
use std::path::{Path, PathBuf};

use packager_spec::PackageType;
use tempfile::{NamedTempFile, TempPath};

use crate::error::Error;

/// What file systems have as the longest name, in bytes.
const NAME_LIMIT_BYTES: usize = 255;

/// Where a package is to be put.
#[derive(Debug)]
pub(crate) struct Output {
    folder: PathBuf,
    /// The name that was asked for. The conventional one is known when the package is.
    name: Option<String>,
    extension: String,
}

/// A package that has no name yet. It is removed when this is dropped.
pub(crate) struct Unnamed {
    path: TempPath,
    file: File,
}

impl Output {
    /// In the current directory under its conventional name, or at the path that `--outfile` says.
    pub(crate) fn new(outfile: Option<&Path>, package_type: PackageType) -> Result<Self, Error> {
        let extension = format!(".{package_type}");
        let Some(path) = outfile.filter(|path| !path.as_os_str().is_empty()) else {
            return Ok(Self::within(Path::new("."), package_type));
        };
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.strip_suffix(&extension).is_none_or(str::is_empty) {
            return Err(Error::Usage(format!(
                "--outfile must be a file name that ends with {extension}"
            )));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(Error::Usage(format!(
                "--outfile: there is no directory {}",
                folder.display()
            )));
        }
        Ok(Self {
            folder: folder.to_owned(),
            name: Some(name.to_owned()),
            extension,
        })
    }

    /// In `folder` under its conventional name.
    pub(crate) fn within(folder: &Path, package_type: PackageType) -> Self {
        Self {
            folder: folder.to_owned(),
            name: None,
            extension: format!(".{package_type}"),
        }
    }

    /// An empty file for the package, which only its owner may read: the package carries the enroll secret.
    pub(crate) fn begin(&self) -> Result<Unnamed, Error> {
        let (file, path) = tempfile::Builder::new()
            .prefix(".packager-")
            .suffix(&self.extension)
            .tempfile_in(&self.folder)
            .map_err(Error::io(format!("make a file in {}", self.folder.display())))
            .map(NamedTempFile::into_parts)?;
        Ok(Unnamed { path, file })
    }

    /// Gives a whole package its name, in place of a file that has it already. On return both are on the disk.
    ///
    /// # Errors
    /// When the conventional name that a service states is not the plain name of such a package, and when the system
    /// refuses.
    pub(crate) fn finish(&self, package: Unnamed, conventional_name: &str) -> Result<PathBuf, Error> {
        let name = match &self.name {
            Some(name) => name,
            None if is_plain(conventional_name, &self.extension) => conventional_name,
            None => {
                return Err(Error::Refused(
                    "the package's conventional name is not one: use --outfile".to_owned(),
                ));
            }
        };
        let path = if self.folder == Path::new(".") {
            PathBuf::from(name)
        } else {
            self.folder.join(name)
        };
        package.file.sync_all().map_err(Error::io("write the package"))?;
        let named = package.path.persist(&path).map_err(|error| error.error);
        named.map_err(Error::io(format!("give the package its name {}", path.display())))?;
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(Error::io("write the package's directory"))?;
        Ok(path)
    }
}

impl Unnamed {
    /// The same file once more, for whoever writes it.
    pub(crate) fn writer(&self) -> Result<File, Error> {
        self.file.try_clone().map_err(Error::io("write the package"))
    }

    /// Where it lies meanwhile.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn is_plain(name: &str, extension: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._+~".contains(&byte);
    name.len() <= NAME_LIMIT_BYTES
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.bytes().all(plain)
        && name.ends_with(extension)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const NAME: &str = "fleet-osquery_1.58.0_amd64.deb";

    fn finish(output: &Output, name: &str) -> Result<PathBuf, Error> {
        let package = output.begin().unwrap();
        package.writer().unwrap().write_all(b"package").unwrap();
        output.finish(package, name)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn it_gets_its_conventional_name_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = finish(&Output::within(folder.path(), PackageType::Deb), NAME).unwrap();
        assert_eq!(path, folder.path().join(NAME));
        assert_eq!(std::fs::read(&path).unwrap(), b"package");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(folder.path()), [NAME]);
    }

    #[test]
    fn outfile_names_it_and_replaces_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ours.deb");
        std::fs::write(&path, "older and longer").unwrap();
        let output = Output::new(Some(&path), PackageType::Deb).unwrap();
        assert_eq!(finish(&output, "../ignored").unwrap(), path);
        assert_eq!(std::fs::read(&path).unwrap(), b"package");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn outfile_ends_with_the_types_extension() {
        let refused = |path: &str, package_type| Output::new(Some(Path::new(path)), package_type).is_err();
        assert!(!refused("x.deb", PackageType::Deb));
        assert!(!refused("./x.pkg.tar.zst", PackageType::Arch));
        for path in ["x", "x.rpm", ".deb", "xdeb", "x.deb.", "x.deb/..", "/"] {
            assert!(refused(path, PackageType::Deb), "{path}");
        }
        assert!(refused("x.zst", PackageType::Arch));
        assert!(refused("/no/such/directory/x.deb", PackageType::Deb));
    }

    #[test]
    fn a_name_that_is_a_path_or_of_another_type_is_refused_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::within(folder.path(), PackageType::Deb);
        let long = format!("{}.deb", "x".repeat(252));
        for name in [
            "", "../x.deb", "/x.deb", "a/x.deb", ".x.deb", "-x.deb", "x.rpm", "x y.deb", "x\n.deb", &long,
        ] {
            assert!(finish(&output, name).is_err(), "{name:?}");
        }
        assert!(names(folder.path()).is_empty());
        assert!(finish(&output, &long[1..]).is_ok());
    }

    #[test]
    fn what_is_dropped_before_it_is_whole_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        drop(Output::within(folder.path(), PackageType::Deb).begin().unwrap());
        assert!(names(folder.path()).is_empty());
    }
}
