//! Section 5.5, "update the snapshot role".

use std::sync::Arc;

use jiff::Timestamp;

use super::source::MetadataSource;
use super::state::State;
use crate::error::{Check, Error};
use crate::metadata::{Candidate, SnapshotBody, TimestampBody, Trusted};
use crate::role::Role;

impl State {
    pub(super) async fn update_snapshot(
        &mut self,
        source: &MetadataSource<'_>,
        now: Timestamp,
        timestamp: &Trusted<TimestampBody>,
    ) -> Result<Arc<Trusted<SnapshotBody>>, Error> {
        let listed = &timestamp.body.snapshot;
        if let Some(held) = &self.snapshot
            && listed.is(Role::Snapshot, held.version, &held.raw)
        {
            held.check_expiry(now)?;
            return Ok(Arc::clone(held));
        }
        // 5.5.1: "Download snapshot metadata file, up to either the number of bytes specified
        // in the timestamp metadata file, or some Y number of bytes. … If consistent snapshots
        // are not used, then the filename … is of the fixed form FILENAME.EXT. Otherwise, the
        // filename is of the form VERSION_NUMBER.FILENAME.EXT."
        let name = if self.root.body.consistent_snapshot() {
            format!("{}.snapshot.json", listed.version)
        } else {
            "snapshot.json".to_owned()
        };
        let limit = listed.bytes_to_read(source.limits.snapshot_bytes);
        let raw = source.get(Role::Snapshot, &name, limit).await?;
        // 5.5.2: "The hashes of the new snapshot metadata file MUST match the hashes, if any,
        // listed in the trusted timestamp metadata."
        listed.check(Role::Snapshot, &raw)?;
        // 5.5.3: "The new snapshot metadata file MUST have been signed by a threshold of keys
        // specified in the trusted root metadata file."
        let new = Candidate::<SnapshotBody>::parse(raw)?.verify(&self.root.body)?;
        // 5.5.4: "The version number of the new snapshot metadata file MUST match the version
        // number listed in the trusted timestamp metadata."
        if new.version != listed.version {
            return Err(Error::untrusted(Role::Snapshot, Check::Version));
        }
        // 5.5.5: "The version number of the targets metadata file, and all delegated targets
        // metadata files, if any, in the trusted snapshot metadata file, if any, MUST be less
        // than or equal to its version number in the new snapshot metadata file. Furthermore,
        // any targets metadata filename that was listed … MUST continue to be listed."
        if let Some(trusted) = &self.snapshot
            && !trusted.body.may_become(&new.body)
        {
            return Err(Error::untrusted(Role::Snapshot, Check::Rollback));
        }
        // 5.5.6: "The expiration timestamp in the new snapshot metadata file MUST be higher
        // than the fixed update start time."
        new.check_expiry(now)?;
        // 5.5.7: "Persist snapshot metadata."
        self.datastore.put_snapshot(new.raw.clone()).await?;
        let new = Arc::new(new);
        self.snapshot = Some(Arc::clone(&new));
        Ok(new)
    }
}
