//! Section 5.6, "update the targets role", for the top-level role.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use super::datastore::CompleteSet;
use super::source::MetadataSource;
use super::state::State;
use crate::error::{Check, Error};
use crate::metadata::{Candidate, SnapshotBody, TARGETS_FILE, TargetsBody, TimestampBody, Trusted};
use crate::role::Role;
use crate::trusted_metadata::TrustedMetadata;

impl State {
    pub(super) async fn update_targets(
        &mut self,
        source: &MetadataSource<'_>,
        now: Timestamp,
        timestamp: Arc<Trusted<TimestampBody>>,
        snapshot: Arc<Trusted<SnapshotBody>>,
    ) -> Result<Arc<TrustedMetadata>, Error> {
        let published = self.published.get();
        let listed = &snapshot.body.targets;
        let held = published
            .as_ref()
            .map(|set| Arc::clone(&set.targets))
            .filter(|held| listed.is(Role::Targets, held.version, &held.raw));
        let targets = match held {
            Some(held) => held,
            None => Arc::new(self.fetch_targets(source, &snapshot).await?),
        };
        // 5.6.5: "The expiration timestamp in the new targets metadata file MUST be higher than
        // the fixed update start time."
        targets.check_expiry(now)?;

        let metadata = TrustedMetadata {
            root: Arc::clone(&self.root),
            timestamp,
            snapshot,
            targets,
        };
        if let Some(published) = published.filter(|set| set.is_same_as(&metadata)) {
            return Ok(published);
        }
        // 5.6.6: "Persist targets metadata."
        self.datastore
            .put_complete(&CompleteSet {
                timestamp: text(Role::Timestamp, &metadata.timestamp.raw)?,
                snapshot: text(Role::Snapshot, &metadata.snapshot.raw)?,
                targets: text(Role::Targets, &metadata.targets.raw)?,
            })
            .await?;
        let metadata = Arc::new(metadata);
        self.published.set(Some(Arc::clone(&metadata)));
        Ok(metadata)
    }

    async fn fetch_targets(
        &self,
        source: &MetadataSource<'_>,
        snapshot: &Trusted<SnapshotBody>,
    ) -> Result<Trusted<TargetsBody>, Error> {
        let listed = &snapshot.body.targets;
        // 5.6.1: "Download the top-level targets metadata file, up to either the number of
        // bytes specified in the snapshot metadata file, or some Z number of bytes. … If
        // consistent snapshots are not used, then the filename … is of the fixed form
        // FILENAME.EXT. Otherwise, the filename is of the form VERSION_NUMBER.FILENAME.EXT."
        let name = if self.root.body.consistent_snapshot() {
            format!("{}.{TARGETS_FILE}", listed.version)
        } else {
            TARGETS_FILE.to_owned()
        };
        let limit = listed.bytes_to_read(source.limits.targets_bytes);
        let raw = source.get(Role::Targets, &name, limit).await?;
        // 5.6.2: "The hashes of the new targets metadata file MUST match the hashes, if any,
        // listed in the trusted snapshot metadata."
        listed.check(Role::Targets, &raw)?;
        // 5.6.3: "The new targets metadata file MUST have been signed by a threshold of keys
        // specified in the trusted root metadata file."
        let new = Candidate::<TargetsBody>::parse(raw)?.verify(&self.root.body)?;
        // 5.6.4: "The version number of the new targets metadata file MUST match the version
        // number listed in the trusted snapshot metadata."
        if new.version != listed.version {
            return Err(Error::untrusted(Role::Targets, Check::Version));
        }
        Ok(new)
    }
}

fn text(role: Role, raw: &Bytes) -> Result<String, Error> {
    // Metadata that parsed as JSON is UTF-8.
    String::from_utf8(raw.to_vec()).map_err(|error| Error::untrusted_because(role, Check::Form, error))
}
