use std::collections::BTreeMap;

use super::entry::{EntryKind, UnpackedEntry};
use super::fault::ArchiveFault;
use super::path::ArchivePath;
use crate::limits::ArchiveLimits;

const IMPLIED_MODE: u32 = 0o755;

/// The entries so far. No two share a path, and none lies below a file or a link.
pub(super) struct Tree {
    limits: ArchiveLimits,
    entries: BTreeMap<ArchivePath, Node>,
}

struct Node {
    mode: u32,
    kind: EntryKind,
    /// Implied by an entry below it, not listed itself (yet).
    implied: bool,
}

impl Tree {
    pub(super) fn new(limits: ArchiveLimits) -> Self {
        Self {
            limits,
            entries: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, path: ArchivePath, mode: u32, kind: EntryKind) -> Result<(), ArchiveFault> {
        for parent in path.parents() {
            let implied = Node {
                mode: IMPLIED_MODE,
                kind: EntryKind::Directory,
                implied: true,
            };
            let parent = self.entries.entry(parent).or_insert(implied);
            if parent.kind != EntryKind::Directory {
                return Err(ArchiveFault::FileAsParent);
            }
        }
        let is_file = kind != EntryKind::Directory;
        let node = Node {
            mode: mode & 0o777,
            kind,
            implied: false,
        };
        if let Some(before) = self.entries.insert(path, node) {
            if !before.implied {
                return Err(ArchiveFault::Duplicate);
            }
            if is_file {
                return Err(ArchiveFault::FileAsParent);
            }
        }
        if self.entries.len() > self.limits.entries {
            return Err(ArchiveFault::TooManyEntries);
        }
        Ok(())
    }

    /// All entries, sorted by path: every directory comes before what lies in it.
    pub(super) fn into_entries(self) -> Vec<UnpackedEntry> {
        self.entries
            .into_iter()
            .map(|(path, node)| UnpackedEntry {
                path,
                mode: node.mode,
                kind: node.kind,
            })
            .collect()
    }
}
