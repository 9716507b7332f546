//! Section 5.4, "update the timestamp role".

use std::sync::Arc;

use jiff::Timestamp;

use super::source::MetadataSource;
use super::state::State;
use crate::error::{Check, Error};
use crate::metadata::{Candidate, TimestampBody, Trusted};
use crate::role::Role;

impl State {
    pub(super) async fn update_timestamp(
        &mut self,
        source: &MetadataSource<'_>,
        now: Timestamp,
    ) -> Result<Arc<Trusted<TimestampBody>>, Error> {
        // 5.4.1: "Download the timestamp metadata file, up to X number of bytes."
        let limit = source.limits.timestamp_bytes;
        let raw = source.get(Role::Timestamp, "timestamp.json", limit).await?;
        // 5.4.2: "The new timestamp metadata file MUST have been signed by a threshold of keys
        // specified in the trusted root metadata file."
        let new = Candidate::<TimestampBody>::parse(raw)?.verify(&self.root.body)?;
        if let Some(trusted) = &self.timestamp {
            // 5.4.3.1: "If the new timestamp metadata version is less than the trusted
            // timestamp metadata version, discard it, abort the update cycle, and report the
            // potential rollback attack."
            if new.version < trusted.version {
                return Err(Error::untrusted(Role::Timestamp, Check::Rollback));
            }
            // "In case they are equal, discard the new timestamp metadata." The cycle goes on
            // with the trusted one: an earlier cycle may have ended right after it.
            if new.version == trusted.version {
                trusted.check_expiry(now)?;
                return Ok(Arc::clone(trusted));
            }
            // 5.4.3.2: "The version number of the snapshot metadata file in the trusted
            // timestamp metadata file, if any, MUST be less than or equal to its version
            // number in the new timestamp metadata file."
            if new.body.snapshot.version < trusted.body.snapshot.version {
                return Err(Error::untrusted(Role::Timestamp, Check::Rollback));
            }
        }
        // 5.4.4: "The expiration timestamp in the new timestamp metadata file MUST be higher
        // than the fixed update start time."
        new.check_expiry(now)?;
        // 5.4.5: "Persist timestamp metadata."
        self.datastore.put_timestamp(new.raw.clone()).await?;
        let new = Arc::new(new);
        self.timestamp = Some(Arc::clone(&new));
        Ok(new)
    }
}
