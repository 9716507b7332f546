//! Everything that an installation could leave.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use super::WineHost;

/// The parts of the registry that are compared. `HKEY_CLASSES_ROOT` is part of the first; the rest of the system's describes
/// hardware, which Wine finds anew while it runs.
const COMPARED: [&str; 5] = [
    r"HKLM\Software",
    r"HKLM\System\CurrentControlSet\Services",
    r"HKLM\System\CurrentControlSet\Control\Session Manager",
    r"HKCU\Software",
    r"HKCU\Environment",
];

/// Where Wine has what it remembers of its own.
const OWN: &str = r"HKEY_CURRENT_USER\Software\Wine\";

/// The files on `C:` and the registry at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    lines: BTreeSet<String>,
}

impl Snapshot {
    pub(super) fn of(host: &WineHost) -> Self {
        let mut lines = BTreeSet::new();
        walk(&host.path(r"C:\"), "", &mut |path, file| {
            lines.insert(match file {
                Some((path_here, metadata)) => format!("C:\\{path} {}", described(path_here, metadata)),
                None => format!("C:\\{path}"),
            });
        });
        for key in COMPARED {
            let registry = host.registry(key);
            lines.extend(registry.lines().filter(|line| !line.starts_with(OWN)));
        }
        Self { lines }
    }

    /// What differs: what is there since `before` with `+`, what is gone with `-`; a file or value that has changed is both.
    #[must_use]
    pub fn changes_since(&self, before: &Self) -> Vec<String> {
        let gone = before.lines.difference(&self.lines).map(|line| format!("- {line}"));
        let new = self.lines.difference(&before.lines).map(|line| format!("+ {line}"));
        gone.chain(new).collect()
    }
}

/// A file's size and a digest of its content. Programs of Windows itself, which are hard links to the template's, are known by
/// their size and time.
fn described(path: &Path, metadata: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    let mut hasher = DefaultHasher::new();
    if metadata.nlink() > 1 {
        (metadata.mtime(), metadata.mtime_nsec()).hash(&mut hasher);
    } else {
        fs::read(path).unwrap().hash(&mut hasher);
    }
    format!("({} bytes, {:016x})", metadata.len(), hasher.finish())
}

/// Calls `visit` with every path below `folder` as Windows writes it, relative to `folder` and after `prefix`; files with where
/// they lie and their metadata, folders with a `\` at the end.
pub(super) fn walk(folder: &Path, prefix: &str, visit: &mut impl FnMut(&str, Option<(&Path, &Metadata)>)) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let metadata = entry.metadata().unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if metadata.is_dir() {
            visit(&format!("{name}\\"), None);
            walk(&entry.path(), &format!("{name}\\"), visit);
        } else {
            visit(&name, Some((&entry.path(), &metadata)));
        }
    }
}
