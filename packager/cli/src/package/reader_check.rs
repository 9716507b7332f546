//! Opening a package with its format's own reader.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use packager_spec::PackageType;
use tokio::process::Command;

use crate::error::Error;

/// The readers, by absolute path: never one that an environment variable leads to.
const DPKG_DEB: &str = "/usr/bin/dpkg-deb";
const RPM: &str = "/usr/bin/rpm";
/// pacman and makepkg read packages with the same library.
const BSDTAR: &str = "/usr/bin/bsdtar";
/// Of msitools: it reads the database. Its `msiextract` says of anything that it is fine.
const MSIINFO: &str = "/usr/bin/msiinfo";
/// Reading through a package takes seconds; a reader that hangs must not hold the command.
const DEADLINE: Duration = Duration::from_secs(300);
/// How much of a reader's complaint is repeated.
const COMPLAINT_BYTES: usize = 2048;

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The reader, by its path, went through all of the package.
    Readable(&'static str),
    /// It is not installed here.
    NoReader,
}

/// Lets the reader of `package_type` go through the package at `path`.
///
/// # Errors
/// [`Error::Corrupt`] with the reader's complaint when it refuses the package.
pub(super) async fn check(path: &Path, package_type: PackageType) -> Result<Verdict, Error> {
    match package_type {
        PackageType::Deb => check_with(DPKG_DEB, &[&["--info"], &["--contents"]], path).await,
        // All digests. Which keys are to be trusted is not known here.
        PackageType::Rpm => check_with(RPM, &[&["--checksig", "--nosignature"]], path).await,
        PackageType::Arch => check_with(BSDTAR, &[&["-tf"]], path).await,
        // It compares the checksums of the files.
        PackageType::Pkg => check_with(BSDTAR, &[&["-xOf"]], path).await,
        PackageType::Msi => check_with(MSIINFO, &[&["tables"]], path).await,
    }
}

async fn check_with(reader: &'static str, modes: &[&[&str]], path: &Path) -> Result<Verdict, Error> {
    if !Path::new(reader).is_file() {
        return Ok(Verdict::NoReader);
    }
    // Absolute, so that no name is taken for an option.
    let path = std::path::absolute(path).map_err(Error::io("find the package"))?;
    for mode in modes {
        let name = mode.first().copied().unwrap_or_default();
        let run = Command::new(reader)
            .args(*mode)
            .arg(&path)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(DEADLINE, run)
            .await
            .map_err(|_| Error::Corrupt(format!("{reader} {name} does not end")))?
            .map_err(Error::io(format!("run {reader}")))?;
        if !output.status.success() {
            let complaint = output.stderr.get(..COMPLAINT_BYTES).unwrap_or(&output.stderr);
            let complaint = String::from_utf8_lossy(complaint);
            return Err(Error::Corrupt(format!(
                "{reader} {name} refuses the package: {}",
                complaint.trim()
            )));
        }
    }
    Ok(Verdict::Readable(reader))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_no_package_is_refused_with_the_readers_complaint() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, "not an archive").unwrap();
        for (package_type, reader, complaint) in [
            (PackageType::Deb, DPKG_DEB, "--info refuses the package: dpkg-deb"),
            (PackageType::Rpm, RPM, "--checksig refuses the package"),
            (PackageType::Arch, BSDTAR, "-tf refuses the package: bsdtar"),
            (PackageType::Pkg, BSDTAR, "-xOf refuses the package: bsdtar"),
            (PackageType::Msi, MSIINFO, "tables refuses the package"),
        ] {
            match check(&path, package_type).await {
                Err(Error::Corrupt(text)) => assert!(text.contains(complaint), "{text}"),
                Ok(Verdict::NoReader) => assert!(!Path::new(reader).exists()),
                other => panic!("{other:?}"),
            }
        }
    }

    #[tokio::test]
    async fn a_reader_that_is_not_there_is_said_to_be_missing() {
        let verdict = check_with("/nonexistent/reader", &[&["--info"]], Path::new("x.deb")).await;
        assert_eq!(verdict.unwrap(), Verdict::NoReader);
    }
}
