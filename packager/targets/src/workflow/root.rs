//! Section 5.3, "update the root role".

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use super::source::MetadataSource;
use super::state::State;
use crate::error::{Check, Error};
use crate::metadata::{Candidate, RootBody, Trusted};
use crate::role::Role;
use crate::trusted_metadata::TrustedMetadata;

impl State {
    pub(super) async fn update_root(&mut self, source: &MetadataSource<'_>, now: Timestamp) -> Result<(), Error> {
        let before = self.root.version;
        // 5.3.3: "If this file is not available, or we have downloaded more than Y number of
        // root metadata files …, then go to step 5.3.10."
        for _ in 0..source.limits.root_rotations {
            let Some(next) = self.next_version() else {
                break;
            };
            // "The filename used to download the root metadata file is of the fixed form
            // VERSION_NUMBER.FILENAME.EXT", with or without consistent snapshots.
            let name = format!("{next}.root.json");
            let limit = source.limits.root_bytes;
            let Some(raw) = source.find(Role::Root, &name, limit).await? else {
                break;
            };
            let root = successor(&self.root, raw)?;
            // 5.3.11: "If the timestamp and / or snapshot keys have been rotated, then delete
            // the trusted timestamp and snapshot metadata files." That comes before the root
            // is persisted, so that no crash in between can keep them. The complete set goes
            // with them: it bears the signatures of keys that may have been compromised.
            if self.root.body.rotates_online_keys(&root.body) {
                self.timestamp = None;
                self.snapshot = None;
                self.published.set(None);
                self.datastore.forget().await?;
            }
            // 5.3.8: "Persist root metadata."
            self.datastore.put_root(next, root.raw.clone()).await?;
            // 5.3.7: "Set the trusted root metadata file to the new root metadata file."
            self.root = Arc::new(root);
            self.keep_what_holds();
        }
        if self.root.version != before {
            tracing::info!(from = before, to = self.root.version, "the root was updated");
        }
        // 5.3.10: "The expiration timestamp in the trusted root metadata file MUST be higher
        // than the fixed update start time."
        self.root.check_expiry(now)
    }

    /// Walks the persisted roots, as far as each verifies after the one before.
    pub(super) async fn load_roots(&mut self) -> Result<(), Error> {
        while let Some(next) = self.next_version() {
            let Some(raw) = self.datastore.root(next).await? else {
                break;
            };
            match successor(&self.root, raw) {
                Ok(root) => self.root = Arc::new(root),
                Err(error) => {
                    tracing::warn!(version = next, %error, "a persisted root is passed over");
                    break;
                }
            }
        }
        Ok(())
    }

    fn next_version(&self) -> Option<u64> {
        self.root.version.get().checked_add(1)
    }

    /// Drops what the new root would not have trusted: a revoked key revokes what it signed.
    fn keep_what_holds(&mut self) {
        let root = Arc::clone(&self.root);
        self.timestamp.take_if(|held| !held.holds_under(&root.body));
        self.snapshot.take_if(|held| !held.holds_under(&root.body));
        let Some(set) = self.published.get() else {
            return;
        };
        let holds = set.timestamp.holds_under(&root.body)
            && set.snapshot.holds_under(&root.body)
            && set.targets.holds_under(&root.body);
        let kept = holds.then(|| {
            Arc::new(TrustedMetadata {
                root,
                timestamp: Arc::clone(&set.timestamp),
                snapshot: Arc::clone(&set.snapshot),
                targets: Arc::clone(&set.targets),
            })
        });
        self.published.set(kept);
    }
}

/// The root after `trusted`, checked.
fn successor(trusted: &Trusted<RootBody>, raw: Bytes) -> Result<Trusted<RootBody>, Error> {
    // 5.3.4: "Version N+1 of the root metadata file MUST have been signed by: (1) a threshold
    // of keys specified in the trusted root metadata file (version N), and (2) a threshold of
    // keys specified in the new root metadata file being validated (version N+1)."
    let root = Candidate::<RootBody>::parse(raw)?.verify_after(&trusted.body)?;
    // 5.3.5: "Effectively, this means checking that the version number signed in the new root
    // metadata file is indeed N+1."
    if root.version < trusted.version {
        return Err(Error::untrusted(Role::Root, Check::Rollback));
    }
    if Some(root.version) != trusted.version.checked_add(1) {
        return Err(Error::untrusted(Role::Root, Check::Version));
    }
    // 5.3.6: "Note that the expiration of the new (intermediate) root metadata file does not
    // matter yet."
    Ok(root)
}
