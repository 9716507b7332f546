//! `.PKGINFO` and `.BUILDINFO`: what a package says of itself, a `name = value` a line.

use std::fmt::Write as _;

use packager_artifact::Sha256Digest;

use super::version::arch_version;
use crate::tarball::{What, Written};
use crate::{Architecture, Error, Kind, OnUpgrade, Package, Tree};

/// What an own file's size is rounded up to, so that the installed size is the same for all customers: a page of a disk.
const PAGE_SIZE: u64 = 4096;

/// The name of an architecture (`uname -m`).
const fn architecture(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::Amd64 => "x86_64",
        Architecture::Arm64 => "aarch64",
    }
}

/// The conventional name of a package's file, as makepkg gives it.
pub(super) fn file_name(package: &Package) -> Result<String, Error> {
    Ok(format!(
        "{}-{}-{}.pkg.tar.zst",
        package.name,
        arch_version(&package.version)?,
        architecture(package.architecture)
    ))
}

/// `.PKGINFO` as makepkg writes it. The first `shared_files` of `written` are shared, the others are those of `own`.
pub(super) fn package_info(
    package: &Package,
    written: &[Written],
    shared_files: usize,
    own: &Tree,
) -> Result<String, Error> {
    let version = arch_version(&package.version)?;
    let (build_time, size) = (
        package.build_time.to_string(),
        installed_size_bytes(written, shared_files).to_string(),
    );
    let mut fields = vec![
        ("pkgname", package.name.as_str()),
        ("pkgbase", &package.name),
        ("pkgver", &version),
        ("pkgdesc", &package.description),
        ("url", &package.homepage),
        ("builddate", &build_time),
        ("packager", &package.maintainer),
        ("size", &size),
        ("arch", architecture(package.architecture)),
        ("license", &package.license),
    ];
    let kept = own.entries().iter().filter(|entry| {
        let Kind::File { on_upgrade, .. } = entry.kind else {
            return false;
        };
        on_upgrade == OnUpgrade::KeepEdited
    });
    fields.extend(kept.map(|entry| ("backup", entry.path.as_str())));
    lines(package, &fields)
}

/// BUILDINFO(5), version 2. There is no PKGBUILD: its digest is that of nothing.
pub(super) fn build_info(package: &Package) -> Result<String, Error> {
    let (no_pkgbuild, build_time) = (Sha256Digest::of(b"").to_string(), package.build_time.to_string());
    let fields = [
        ("format", "2"),
        ("pkgname", &package.name),
        ("pkgbase", &package.name),
        ("pkgver", &arch_version(&package.version)?),
        ("pkgarch", architecture(package.architecture)),
        ("pkgbuild_sha256sum", &no_pkgbuild),
        ("packager", &package.maintainer),
        ("builddate", &build_time),
        ("builddir", "/"),
        ("startdir", "/"),
        ("buildtool", env!("CARGO_PKG_NAME")),
        ("buildtoolver", env!("CARGO_PKG_VERSION")),
    ];
    lines(package, &fields)
}

fn lines(package: &Package, fields: &[(&str, &str)]) -> Result<String, Error> {
    // PKGBUILD(5), `pkgname`.
    let fits = package
        .name
        .starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && package
            .name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "@._+-".contains(c));
    if !fits {
        let message = format!("{:?} cannot be the name of an Arch package", package.name);
        return Err(Error::Invalid(message));
    }
    let mut text = String::new();
    for (field, value) in fields {
        if value.trim().is_empty() || value.chars().any(char::is_control) {
            return Err(Error::Invalid(format!("{value:?} cannot be the field {field}")));
        }
        let _ = writeln!(text, "{field} = {value}");
    }
    Ok(text)
}

/// What files hold, as makepkg counts it; own files in whole pages.
fn installed_size_bytes(written: &[Written], shared_files: usize) -> u64 {
    let size_bytes = |entry: &Written| match entry.what {
        What::File { size_bytes, .. } => size_bytes,
        What::Directory | What::HostDirectory | What::Symlink { .. } => 0,
    };
    let (shared, own) = written.split_at(shared_files.min(written.len()));
    let own = own.iter().map(|entry| size_bytes(entry).next_multiple_of(PAGE_SIZE));
    shared.iter().map(size_bytes).chain(own).sum()
}
