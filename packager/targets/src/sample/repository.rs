use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use packager_faults::File;
use serde_json::{Value, json};

use super::document::sign;
use super::key::SampleKey;
use super::metadata::{RoleState, Roles};
use super::settings::{ConsistentSnapshot, SampleSettings};
use crate::role::Role;
use crate::target_name::TargetName;
use crate::target_version::TargetVersion;

/// A TUF repository in a folder, with the keys to publish to it.
///
/// Nothing is visible to clients before [`publish`](Self::publish), except that a target
/// replaced without consistent snapshots is overwritten at once, as in Fleet's repository.
pub struct SampleRepository {
    folder: PathBuf,
    settings: SampleSettings,
    roles: Roles,
    /// TARGETS of the next `targets.json`.
    targets: BTreeMap<String, Value>,
    /// Version and content of the `snapshot.json` that was published last.
    snapshot: Option<(u64, Vec<u8>)>,
    root_file: Vec<u8>,
}

impl SampleRepository {
    /// Starts a repository in `folder`, which is made if need be: version 1 of the root is
    /// written there, and nothing else yet.
    pub fn create(folder: &Path, settings: SampleSettings) -> io::Result<Self> {
        let role = || {
            Ok::<_, io::Error>(RoleState {
                version: 1,
                expires: settings.expires,
                key: SampleKey::generate()?,
            })
        };
        let roles = Roles {
            root: role()?,
            timestamp: role()?,
            snapshot: role()?,
            targets: role()?,
        };
        std::fs::create_dir_all(folder)?;
        let mut repository = Self {
            folder: folder.to_owned(),
            settings,
            roles,
            targets: BTreeMap::new(),
            snapshot: None,
            root_file: Vec::new(),
        };
        repository.write_root(&[])?;
        Ok(repository)
    }

    /// The newest root, to be pinned by clients.
    #[must_use]
    pub fn root(&self) -> &[u8] {
        &self.root_file
    }

    /// Adds a target, or replaces it. `version` becomes its `custom.version`.
    pub fn put_target(&mut self, name: &TargetName, content: &[u8], version: Option<&TargetVersion>) -> io::Result<()> {
        let hashes = self.settings.digests.to_json(content);
        let (folders, file) = name.as_str().rsplit_once('/').unwrap_or(("", name.as_str()));
        let folder = self.folder.join("targets").join(folders);
        std::fs::create_dir_all(&folder)?;
        match (self.settings.consistent_snapshot, hashes.as_object()) {
            (ConsistentSnapshot::Yes, Some(hashes)) => {
                for hash in hashes.values().filter_map(Value::as_str) {
                    write(&folder, &format!("{hash}.{file}"), content)?;
                }
            }
            _ => write(&folder, file, content)?,
        }
        let mut listing = json!({"length": content.len(), "hashes": hashes});
        if let (Some(version), Some(listing)) = (version, listing.as_object_mut()) {
            listing.insert("custom".to_owned(), json!({"version": version.as_str()}));
        }
        self.targets.insert(name.as_str().to_owned(), listing);
        Ok(())
    }

    /// Takes a target off the list; its file stays.
    pub fn remove_target(&mut self, name: &TargetName) {
        self.targets.remove(name.as_str());
    }

    /// Writes targets, snapshot and timestamp, and counts their versions up afterwards.
    pub fn publish(&mut self) -> io::Result<()> {
        let digests = self.settings.digests;
        let targets = sign(&self.roles.targets(&self.targets), &[&self.roles.targets.key])?;
        self.write_metadata(Role::Targets, &targets)?;
        let snapshot = self.roles.snapshot(&targets, digests);
        let snapshot = sign(&snapshot, &[&self.roles.snapshot.key])?;
        self.write_metadata(Role::Snapshot, &snapshot)?;
        self.snapshot = Some((self.roles.snapshot.version, snapshot));
        self.roles.targets.version += 1;
        self.roles.snapshot.version += 1;
        self.sign_timestamp()
    }

    /// Signs a new timestamp over the snapshot that was published last, and counts its
    /// version up afterwards. Fails if none was.
    pub fn sign_timestamp(&mut self) -> io::Result<()> {
        let (version, snapshot) = self
            .snapshot
            .as_ref()
            .ok_or_else(|| io::Error::other("nothing has been published yet"))?;
        let digests = self.settings.digests;
        let timestamp = self.roles.timestamp(*version, snapshot, digests);
        let file = sign(&timestamp, &[&self.roles.timestamp.key])?;
        write(&self.folder, "timestamp.json", &file)?;
        self.roles.timestamp.version += 1;
        Ok(())
    }

    /// Writes the next root, in which `role` has a new key. A new root key is vouched for by
    /// the old one. What the role has signed before is not signed anew: publish afterwards.
    pub fn rotate_key(&mut self, role: Role) -> io::Result<()> {
        let new = SampleKey::generate()?;
        let old = std::mem::replace(&mut self.roles.get_mut(role).key, new);
        self.roles.root.version += 1;
        match role {
            Role::Root => self.write_root(&[&old]),
            _ => self.write_root(&[]),
        }
    }

    /// Writes the next root with the same keys, for instance with a new expiry.
    pub fn sign_root(&mut self) -> io::Result<()> {
        self.roles.root.version += 1;
        self.write_root(&[])
    }

    /// Sets the version that the role's next file will have.
    pub fn set_version(&mut self, role: Role, version: u64) {
        // The root counts before it writes, so that the version is that of the newest root.
        let before = u64::from(role == Role::Root);
        self.roles.get_mut(role).version = version.saturating_sub(before);
    }

    /// Sets the expiry of the role's next files.
    pub fn set_expires(&mut self, role: Role, expires: Timestamp) {
        self.roles.get_mut(role).expires = expires;
    }

    fn write_metadata(&self, role: Role, file: &[u8]) -> io::Result<()> {
        let version = self.roles.get(role).version;
        let name = match self.settings.consistent_snapshot {
            ConsistentSnapshot::No => format!("{role}.json"),
            ConsistentSnapshot::Yes => format!("{version}.{role}.json"),
        };
        write(&self.folder, &name, file)
    }

    fn write_root(&mut self, old_keys: &[&SampleKey]) -> io::Result<()> {
        let root = self.roles.root(self.settings.consistent_snapshot);
        let mut keys = vec![&self.roles.root.key];
        keys.extend(old_keys);
        self.root_file = sign(&root, &keys)?;
        let versioned = format!("{}.root.json", self.roles.root.version);
        write(&self.folder, &versioned, &self.root_file)?;
        write(&self.folder, "root.json", &self.root_file)
    }
}

fn write(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    packager_durable::write(File::Sample, folder, &folder.join(name), content)
}
