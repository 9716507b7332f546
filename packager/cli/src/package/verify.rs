//! `--verify`: reading a finished package back.

use packager_artifact::Sha256Digest;
use packager_spec::PackageType;

use super::files::Unnamed;
use super::reader_check::{Verdict, check};
use crate::error::Error;
use crate::remote::digest_of;
use crate::terminal;

/// Reads the file back and hands it to the format's own reader.
pub(super) async fn verify(
    package: &Unnamed,
    package_type: PackageType,
    sha256: Sha256Digest,
    size_bytes: u64,
) -> Result<(), Error> {
    let file = package.writer()?;
    let read_back = tokio::task::spawn_blocking(move || digest_of(&file)).await;
    let read_back = read_back
        .map_err(Error::failed("the package cannot be read back"))?
        .map_err(Error::io("read the package back"))?;
    if read_back != (sha256, size_bytes) {
        return Err(Error::Corrupt(
            "the package that was written is not the one that was built".to_owned(),
        ));
    }
    match check(package.path(), package_type).await? {
        Verdict::Readable(reader) => {
            terminal::remark(&format!("verified: SHA-256 {sha256}, read by {reader}"));
        }
        Verdict::NoReader => terminal::remark(&format!(
            "verified: SHA-256 {sha256}; this machine has no reader of {package_type} packages to try it with"
        )),
    }
    Ok(())
}
