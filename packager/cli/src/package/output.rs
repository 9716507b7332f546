//! Where a package goes: a file beside its name first, the name when it is whole.

use std::fs::File;
use std::path::{Path, PathBuf};

use packager_spec::PackageType;
use tempfile::NamedTempFile;

use super::files::{Files, Unnamed};
use crate::error::Error;
use crate::remote;

/// What file systems have as the longest name, in bytes.
const NAME_LIMIT_BYTES: usize = 255;
/// What pacman appends to a package's name to find its signature.
const SIGNATURE_EXTENSION: &str = ".sig";
/// What macOS knows configuration profiles by; it takes the place of the package's own extension.
const PROFILE_EXTENSION: &str = ".mobileconfig";

/// Where a package is to be put.
#[derive(Debug)]
pub(crate) struct Output {
    folder: PathBuf,
    /// The name that was asked for. The conventional one is known when the package is.
    name: Option<String>,
    extension: String,
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

    /// An empty file for the package or for what goes with it, which only its owner may read: they carry the enroll secret.
    pub(crate) fn begin(&self) -> Result<Unnamed, Error> {
        tempfile::Builder::new()
            .prefix(".packager-")
            .suffix(&self.extension)
            .tempfile_in(&self.folder)
            .map_err(Error::io(format!("make a file in {}", self.folder.display())))
            .map(|file| Unnamed::from(NamedTempFile::into_parts(file)))
    }

    /// The name that a package gets whose conventional one is this.
    ///
    /// # Errors
    /// When the conventional name that a service states is not the plain name of such a package.
    pub(crate) fn name<'a>(&'a self, conventional_name: &'a str) -> Result<&'a str, Error> {
        match &self.name {
            Some(name) => Ok(name),
            None if is_plain(conventional_name, &self.extension) => Ok(conventional_name),
            None => Err(Error::Remote(remote::Error::Answer(
                "its file_name is not the plain name of such a package: use --outfile",
            ))),
        }
    }

    /// Gives a whole package and what goes with it their names, in place of files that have them already. On return all are
    /// on the disk; otherwise none is there.
    ///
    /// # Errors
    /// Those of [`Output::name`], and when the system refuses.
    pub(crate) fn finish(&self, files: Files<Unnamed>, conventional_name: &str) -> Result<Files<PathBuf>, Error> {
        let name = self.name(conventional_name)?;
        let stem = name.strip_suffix(&self.extension).unwrap_or(name);
        let paths = Files {
            package: self.path(name),
            signature: files
                .signature
                .is_some()
                .then(|| self.path(&format!("{name}{SIGNATURE_EXTENSION}"))),
            profile: files
                .profile
                .is_some()
                .then(|| self.path(&format!("{stem}{PROFILE_EXTENSION}"))),
        };
        files.persist(&paths)?;
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(Error::io("write the package's directory"))?;
        Ok(paths)
    }

    fn path(&self, name: &str) -> PathBuf {
        if self.folder == Path::new(".") {
            PathBuf::from(name)
        } else {
            self.folder.join(name)
        }
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
        output.finish(Files::from(package), name).map(|files| files.package)
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

    fn with_both(output: &Output) -> Files<Unnamed> {
        let file = |content: &[u8]| {
            let file = output.begin().unwrap();
            file.write(content).unwrap();
            file
        };
        Files {
            package: file(b"package"),
            signature: Some(file(b"signature")),
            profile: Some(file(b"profile")),
        }
    }

    #[test]
    fn what_goes_with_it_lies_beside_it_under_its_name_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("our.own.pkg");
        std::fs::write(folder.path().join("our.own.mobileconfig"), "older and longer").unwrap();
        let output = Output::new(Some(&path), PackageType::Pkg).unwrap();
        let files = output.finish(with_both(&output), "").unwrap();
        assert_eq!(files.signature.unwrap(), folder.path().join("our.own.pkg.sig"));
        let profile = files.profile.unwrap();
        assert_eq!(profile, folder.path().join("our.own.mobileconfig"));
        assert_eq!(std::fs::read(&profile).unwrap(), b"profile");
        assert_eq!(profile.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(folder.path()).len(), 3);
    }

    #[test]
    fn when_one_cannot_have_its_name_none_gets_one() {
        for taken in ["our.pkg", "our.pkg.sig", "our.mobileconfig"] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir(folder.path().join(taken)).unwrap();
            let output = Output::new(Some(&folder.path().join("our.pkg")), PackageType::Pkg).unwrap();
            let error = output.finish(with_both(&output), "").unwrap_err();
            assert!(error.to_string().contains(taken), "{error}");
            assert_eq!(names(folder.path()), [taken]);
        }
    }

    #[test]
    fn what_is_dropped_before_it_is_whole_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        drop(Output::within(folder.path(), PackageType::Deb).begin().unwrap());
        assert!(names(folder.path()).is_empty());
    }
}
