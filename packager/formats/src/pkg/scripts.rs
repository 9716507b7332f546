//! `Scripts`: what Installer runs, as root, before and after it has put files in place. It runs the same scripts for an
//! upgrade as for the first installation, and none when files are removed: macOS removes no packages.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::cpio::Entries;
use crate::stream::close;
use crate::{Compression, Error, Scripts, Tree};

const INTERPRETER: &str = "#!/bin/sh\nset -e\n";

/// The names of the scripts that there are.
pub(super) fn names(scripts: &Scripts) -> impl Iterator<Item = &'static str> {
    bodies(scripts).map(|(name, _)| name)
}

fn bodies(scripts: &Scripts) -> impl Iterator<Item = (&'static str, &String)> {
    let scripts = [
        ("preinstall", &scripts.pre_install),
        ("postinstall", &scripts.post_install),
    ];
    scripts
        .into_iter()
        .filter_map(|(name, body)| Some((name, body.as_ref()?)))
}

/// The archive; `None` if there is no script.
///
/// # Errors
/// [`Error::Invalid`] if the time does not fit.
pub(super) fn archive(scripts: &Scripts, build_time: u64) -> Result<Option<Vec<u8>>, Error> {
    let mut tree = Tree::new();
    for (name, body) in bodies(scripts) {
        let content = Zeroizing::new([INTERPRETER, body].concat().into_bytes());
        tree.file(name, 0o744, Arc::new(content))?;
    }
    if tree.entries().is_empty() {
        return Ok(None);
    }
    let mut archive = Entries::new(Vec::new(), "", build_time)?;
    archive.root()?;
    for entry in tree.entries() {
        archive.entry(entry)?;
    }
    archive.trailer()?;
    close(Compression::Gzip, &[], &archive.into_inner())
        .map(Some)
        .map_err(Error::Compression)
}
