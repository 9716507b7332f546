//! The control member: what a package says of itself, and its maintainer scripts.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::keep_edited::{Snippets, snippets};
use crate::stream::{Encoder, close};
use crate::tarball::{Dialect, What, Written, end_size, write_tree};
use crate::version::package_version;
use crate::{Architecture, Compression, Effort, Entry, Error, Package, Position, Tree};

/// The name of an architecture (`dpkg-architecture -L`).
pub(super) const fn architecture(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::Amd64 => "amd64",
        Architecture::Arm64 => "arm64",
    }
}

/// The conventional name of a package's file (deb(5), Debian Policy 5.6.1, 5.6.12).
pub(super) fn file_name(package: &Package) -> Result<String, Error> {
    let version = package_version(&package.version)?;
    Ok(format!(
        "{}_{version}_{}.deb",
        package.name,
        architecture(package.architecture)
    ))
}

/// How the control member is compressed, whatever the data member is: it is made for every package, and setting up an xz
/// compressor takes longer than all the rest of composing. dpkg takes the compression of each member from its name.
pub(super) const COMPRESSION: Compression = Compression::Gzip;

/// The compressed control member. `written` are all files of `data.tar`; those of `own` are among them.
pub(super) fn control_member(package: &Package, written: &[Written], own: &Tree) -> Result<Vec<u8>, Error> {
    let snippets = snippets(own);
    let mut tree = Tree::new();
    add(&mut tree, "control", 0o644, control(package, written)?)?;
    add(&mut tree, "md5sums", 0o644, md5sums(written, own))?;
    for (name, snippet, body) in scripts(package, &snippets) {
        if !snippet.is_empty() || body.is_some() {
            let body = body.map(String::as_str).unwrap_or_default();
            add(&mut tree, name, 0o755, format!("#!/bin/sh\nset -e\n\n{snippet}{body}"))?;
        }
    }
    let mut tarball = Vec::with_capacity(32 << 10);
    write_tree(&mut tarball, &tree, package.build_time, Dialect::Deb)?;
    tarball.resize(tarball.len() + end_size(tarball.len()), 0);
    let mut encoder = Encoder::new(COMPRESSION, Position::First, Effort::Quick, Vec::new())?;
    encoder.write_all(&tarball)?;
    let (mut member, run) = encoder.finish()?;
    member.extend_from_slice(&close(COMPRESSION, &[&run], b"")?);
    Ok(member)
}

fn add(tree: &mut Tree, path: &str, mode: u32, text: String) -> Result<(), Error> {
    tree.file(path, mode, Arc::new(Zeroizing::new(text.into_bytes())))?;
    Ok(())
}

fn scripts<'a>(package: &'a Package, snippets: &'a Snippets) -> [(&'static str, &'a str, Option<&'a String>); 4] {
    let scripts = &package.scripts;
    [
        ("preinst", &snippets.pre_install, scripts.pre_install.as_ref()),
        ("postinst", &snippets.post_install, scripts.post_install.as_ref()),
        ("prerm", "", scripts.pre_remove.as_ref()),
        ("postrm", &snippets.post_remove, scripts.post_remove.as_ref()),
    ]
}

/// deb-control(5).
fn control(package: &Package, written: &[Written]) -> Result<String, Error> {
    let fits = package.name.len() > 1
        && package
            .name
            .starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && package
            .name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c));
    if !fits {
        return Err(Error::Invalid(format!(
            "{:?} cannot be the name of a deb",
            package.name
        )));
    }
    let mut control = String::new();
    for (field, value) in [
        ("Package", package.name.as_str()),
        ("Version", &package_version(&package.version)?),
        ("Section", &package.section),
        ("Priority", "optional"),
        ("Architecture", architecture(package.architecture)),
        ("Maintainer", &package.maintainer),
        ("Installed-Size", &installed_size_kib(written).to_string()),
        ("Homepage", &package.homepage),
        ("Description", &package.description),
    ] {
        if value.trim().is_empty() || value.chars().any(char::is_control) {
            return Err(Error::Invalid(format!("{value:?} cannot be the field {field}")));
        }
        let _ = writeln!(control, "{field}: {value}");
    }
    Ok(control)
}

/// deb-substvars(5), `Installed-Size`: each file in whole KiB, and one for anything else.
fn installed_size_kib(written: &[Written]) -> u64 {
    written
        .iter()
        .map(|entry| match &entry.what {
            What::File { size_bytes, .. } => size_bytes.div_ceil(1024),
            What::Directory | What::Symlink { .. } => 1,
            What::HostDirectory => 0,
        })
        .sum()
}

/// deb-md5sums(5), without files that are marked secret, unless they are compared with their digest on an upgrade.
fn md5sums(written: &[Written], own: &Tree) -> String {
    let withheld = |path: &str| own.get(path).is_some_and(Entry::withholds_digest);
    let mut sums = String::new();
    for entry in written {
        if let What::File { digests, .. } = &entry.what
            && !withheld(&entry.path)
        {
            let _ = writeln!(sums, "{}  {}", digests.md5, entry.path);
        }
    }
    sums
}
