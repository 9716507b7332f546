use std::sync::{Arc, PoisonError, RwLock};

use crate::trusted_metadata::TrustedMetadata;

/// The last complete set of verified metadata, for everybody to read.
#[derive(Debug, Default)]
pub(crate) struct Published(RwLock<Option<Arc<TrustedMetadata>>>);

impl Published {
    pub(crate) fn get(&self) -> Option<Arc<TrustedMetadata>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, metadata: Option<Arc<TrustedMetadata>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = metadata;
    }
}
