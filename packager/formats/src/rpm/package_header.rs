//! The header of a package.

use packager_artifact::Sha256Digest;

use super::dependencies::{SHELL, Subject, dependencies};
use super::file_list::{SHA256, file_list, has_kept, installed_size};
use super::header::{Value, write};
use super::listed::Listed;
use super::tag::Tag;
use crate::version::package_version;
use crate::{Architecture, Compression, Error, Package};

/// The release: which package of a version it is. Ours are told apart by version alone, as the original's are.
const RELEASE: &str = "1";
/// What a package without a group has.
const GROUP: &str = "Unspecified";
/// The same wherever it is built.
const BUILD_HOST: &str = "reproducible";
/// rpm's number of the preset, for whoever packs the payload again.
const XZ_PRESET: &str = "6";
const GZIP_LEVEL: &str = "6";
const ZSTD_LEVEL: &str = "19";

/// The payload's digests.
pub(super) struct PayloadDigests {
    pub(super) packed: Sha256Digest,
    pub(super) unpacked: Sha256Digest,
}

/// What a package is called.
pub(super) struct Names {
    version: String,
    architecture: &'static str,
    /// Name, version and release.
    pub(super) full: String,
}

impl Names {
    /// Of `package`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a name or version cannot be one.
    pub(super) fn of(package: &Package) -> Result<Self, Error> {
        let version = package_version(&package.version)?;
        let is_word = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
        let fits = package.name.starts_with(|c: char| c.is_ascii_alphanumeric()) && package.name.chars().all(is_word);
        if !fits {
            return Err(Error::Invalid(format!(
                "{:?} cannot be the name of an rpm",
                package.name
            )));
        }
        Ok(Self {
            full: format!("{}-{version}-{RELEASE}", package.name),
            version,
            architecture: match package.architecture {
                Architecture::Amd64 => "x86_64",
                Architecture::Arm64 => "aarch64",
            },
        })
    }

    /// The conventional name of the package's file.
    pub(super) fn file(&self) -> String {
        format!("{}.{}.rpm", self.full, self.architecture)
    }
}

/// Writes the header.
///
/// # Errors
/// [`Error::Invalid`] if a text of `package` cannot stand in it.
pub(super) fn package_header(
    package: &Package,
    names: &Names,
    files: &[Listed],
    compression: Compression,
    payload: &PayloadDigests,
) -> Result<Vec<u8>, Error> {
    let build_time = u32::try_from(package.build_time)
        .map_err(|_| Error::Invalid("the time does not fit into an rpm".to_owned()))?;
    let installed_size = u32::try_from(installed_size(files))
        .map_err(|_| Error::Invalid("the files are too large for an rpm".to_owned()))?;
    let (compressor, level, payload_feature) = match compression {
        Compression::Xz => ("xz", XZ_PRESET, Some(("PayloadIsXz", "5.2-1"))),
        Compression::Gzip => ("gzip", GZIP_LEVEL, None),
        Compression::Zstd => ("zstd", ZSTD_LEVEL, Some(("PayloadIsZstd", "5.4.18-1"))),
    };
    let mut tags = vec![
        (Tag::HEADERI18NTABLE, Value::Texts(vec!["C".to_owned()])),
        (Tag::NAME, line(&package.name)?),
        (Tag::VERSION, line(&names.version)?),
        (Tag::RELEASE, line(RELEASE)?),
        (Tag::SUMMARY, localized(&package.description)?),
        (Tag::DESCRIPTION, localized(&package.description)?),
        (Tag::BUILDTIME, Value::int32(build_time)),
        (Tag::BUILDHOST, line(BUILD_HOST)?),
        (Tag::SIZE, Value::int32(installed_size)),
        (Tag::VENDOR, line(&package.maintainer)?),
        (Tag::PACKAGER, line(&package.maintainer)?),
        (Tag::LICENSE, line(&package.license)?),
        (Tag::GROUP, localized(GROUP)?),
        (Tag::URL, line(&package.homepage)?),
        (Tag::OS, line("linux")?),
        (Tag::ARCH, line(names.architecture)?),
        // Without it, rpm takes a package for one of sources.
        (Tag::SOURCERPM, line(&format!("{}.src.rpm", names.full))?),
        (Tag::ENCODING, line("utf-8")?),
        (Tag::PAYLOADFORMAT, line("cpio")?),
        (Tag::PAYLOADCOMPRESSOR, line(compressor)?),
        (Tag::PAYLOADFLAGS, line(level)?),
        (Tag::PAYLOADDIGESTALGO, Value::int32(SHA256)),
        (Tag::PAYLOADDIGEST, Value::Texts(vec![payload.packed.to_string()])),
        (Tag::PAYLOADDIGESTALT, Value::Texts(vec![payload.unpacked.to_string()])),
    ];
    tags.extend(scripts(package));
    tags.extend(dependencies(&Subject {
        name: &package.name,
        version: &format!("{}-{RELEASE}", names.version),
        architecture: package.architecture,
        scripts: &package.scripts,
        has_config: has_kept(files),
        payload_feature,
    }));
    tags.extend(file_list(files, build_time));
    write(Tag::HEADERIMMUTABLE, tags)
}

fn scripts(package: &Package) -> Vec<(Tag, Value)> {
    let scripts = &package.scripts;
    let scripts = [
        (Tag::PREIN, Tag::PREINPROG, &scripts.pre_install),
        (Tag::POSTIN, Tag::POSTINPROG, &scripts.post_install),
        (Tag::PREUN, Tag::PREUNPROG, &scripts.pre_remove),
        (Tag::POSTUN, Tag::POSTUNPROG, &scripts.post_remove),
        (Tag::POSTTRANS, Tag::POSTTRANSPROG, &scripts.post_transaction),
    ];
    let mut tags = Vec::new();
    for (body, program, script) in scripts {
        if let Some(script) = script {
            // As `rpmbuild` has them: without the line break at the end.
            tags.push((body, Value::text(&format!("set -e\n{}", script.trim_end()))));
            tags.push((program, Value::text(SHELL)));
        }
    }
    tags
}

fn line(text: &str) -> Result<Value, Error> {
    checked(text).map(Value::Text)
}

fn localized(text: &str) -> Result<Value, Error> {
    checked(text).map(Value::Localized)
}

/// Texts of one line, as rpm prints them.
fn checked(text: &str) -> Result<String, Error> {
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err(Error::Invalid(format!("{text:?} cannot stand in an rpm")));
    }
    Ok(text.to_owned())
}
