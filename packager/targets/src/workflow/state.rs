use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use super::datastore::{CompleteSet, Datastore};
use super::published::Published;
use super::source::MetadataSource;
use crate::error::Error;
use crate::metadata::{Body, Candidate, RootBody, SnapshotBody, TimestampBody, Trusted};
use crate::trusted_metadata::TrustedMetadata;

/// What the client trusts so far.
pub(crate) struct State {
    pub(super) datastore: Datastore,
    pub(super) root: Arc<Trusted<RootBody>>,
    /// The newest timestamp ever trusted under the present keys.
    pub(super) timestamp: Option<Arc<Trusted<TimestampBody>>>,
    /// The newest snapshot ever trusted under the present keys.
    pub(super) snapshot: Option<Arc<Trusted<SnapshotBody>>>,
    /// The last set of all four roles that belongs together.
    pub(super) published: Arc<Published>,
}

impl State {
    /// Section 5.2, "load the trusted root metadata": starts from the pinned root, and takes
    /// up what an earlier process has persisted as far as it still verifies.
    pub(crate) async fn load(
        datastore: Datastore,
        pinned_root: Bytes,
        published: Arc<Published>,
    ) -> Result<Self, Error> {
        let root = Candidate::<RootBody>::parse(pinned_root)
            .and_then(Candidate::verify_itself)
            .map_err(|error| Error::InvalidRoot {
                source: Arc::new(error),
            })?;
        let mut state = Self {
            datastore,
            root: Arc::new(root),
            timestamp: None,
            snapshot: None,
            published,
        };
        state.load_roots().await?;
        let timestamp = state.datastore.timestamp().await?;
        state.timestamp = timestamp.and_then(|raw| state.reverify(raw));
        let snapshot = state.datastore.snapshot().await?;
        state.snapshot = snapshot.and_then(|raw| state.reverify(raw));
        if let Some(set) = state.datastore.complete().await? {
            state.take_up(set);
        }
        Ok(state)
    }

    /// Sections 5.3 to 5.6. `now` is the fixed update start time of section 5.1.
    pub(crate) async fn refresh(
        &mut self,
        source: &MetadataSource<'_>,
        now: Timestamp,
    ) -> Result<Arc<TrustedMetadata>, Error> {
        self.update_root(source, now).await?;
        let timestamp = self.update_timestamp(source, now).await?;
        let snapshot = self.update_snapshot(source, now, &timestamp).await?;
        self.update_targets(source, now, timestamp, snapshot).await
    }

    fn take_up(&mut self, set: CompleteSet) {
        let metadata = (|| {
            Some(TrustedMetadata {
                root: Arc::clone(&self.root),
                timestamp: self.reverify(set.timestamp.into())?,
                snapshot: self.reverify(set.snapshot.into())?,
                targets: self.reverify(set.targets.into())?,
            })
        })();
        let Some(metadata) = metadata.filter(TrustedMetadata::belongs_together) else {
            return;
        };
        // The files that guard against rollbacks are written first. Should they be lost, the
        // complete set is the next best memory of what was trusted.
        let timestamp = self.timestamp.as_ref().map(|held| held.version);
        if timestamp.is_none_or(|version| version < metadata.timestamp.version) {
            self.timestamp = Some(Arc::clone(&metadata.timestamp));
        }
        let snapshot = self.snapshot.as_ref().map(|held| held.version);
        if snapshot.is_none_or(|version| version < metadata.snapshot.version) {
            self.snapshot = Some(Arc::clone(&metadata.snapshot));
        }
        self.published.set(Some(Arc::new(metadata)));
    }

    fn reverify<B: Body>(&self, raw: Bytes) -> Option<Arc<Trusted<B>>> {
        match Candidate::<B>::parse(raw).and_then(|candidate| candidate.verify(&self.root.body)) {
            Ok(trusted) => Some(Arc::new(trusted)),
            Err(error) => {
                tracing::warn!(role = %B::ROLE, %error, "persisted metadata is passed over");
                None
            }
        }
    }
}
