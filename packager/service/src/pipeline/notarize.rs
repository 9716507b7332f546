//! Takes a signed package through notarization. All of it may take hours, and a process that stops meanwhile leaves it to the
//! next one.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use packager_formats::pkg::toc_checksum;
use packager_notary::{Journal, Package, Submission};
use packager_store::{PackageId, Stage};
use tokio_util::sync::CancellationToken;

use super::fulfil::{Fulfilment, keep};
use super::worker::Shop;
use crate::build::{BuildError, Built};
use crate::notarization::{Notarization, StoredPackage, to_bytes};

impl Fulfilment<'_> {
    /// The package with its ticket; `None` if the next process is to go on. A submission that has `begun` is gone on with.
    pub(super) async fn notarize(
        &mut self,
        Notarization { notary, .. }: &Notarization,
        built: Built,
        begun: Option<Submission>,
    ) -> Result<Option<Built>, BuildError> {
        let (shop, id) = (self.shop, self.id);
        shop.store.set_stage(id, Stage::Notarizing);
        self.was_submitted |= begun.is_some();
        let record = Record {
            shop,
            id,
            built: &built,
            submitted: CancellationToken::new(),
        };
        if begun.is_none() {
            // Another signature would make another package.
            record.keep(None).await?;
        } else {
            record.submitted.cancel();
        }
        let composed = built.artifact.clone().into_composed();
        let toc = toc_checksum(&composed)?;
        let package = Package {
            name: composed.file_name,
            sha256: built.artifact.sha256(),
            size_bytes: built.artifact.size_bytes(),
            bytes: Arc::new(StoredPackage {
                store: Arc::clone(&shop.store),
                parts: composed.parts,
            }),
        };
        // A submission under way is not broken off: nobody would know its name.
        let left = async {
            shop.stop.cancelled().await;
            record.submitted.cancelled().await;
        };
        let notarized = tokio::select! {
            biased;
            notarized = notary.notarize(&package, begun, &record) => notarized,
            () = left => return Ok(None),
        };
        self.was_submitted |= record.submitted.is_cancelled();
        let _accepted = notarized?;
        shop.store.set_stage(id, Stage::Stapling);
        let ticket = tokio::select! {
            biased;
            ticket = notary.ticket(&toc) => ticket?,
            () = shop.stop.cancelled() => return Ok(None),
        };
        shop.builder.staple(built, &ticket).await.map(Some)
    }
}

/// Keeps how far a package's submission is.
struct Record<'a> {
    shop: &'a Arc<Shop>,
    id: PackageId,
    built: &'a Built,
    /// Apple has heard of the package, and a restart would know.
    submitted: CancellationToken,
}

impl Record<'_> {
    async fn keep(&self, submission: Option<&Submission>) -> Result<(), BuildError> {
        let Built {
            artifact,
            versions,
            release,
            ..
        } = self.built;
        let work = to_bytes(artifact, versions, *release, submission).map_err(|_| BuildError::Defect)?;
        Ok(keep(self.shop, self.id, &work).await?)
    }
}

#[async_trait]
impl Journal for Record<'_> {
    async fn record(&self, submission: &Submission) -> io::Result<()> {
        let kept = self.keep(Some(submission)).await.map_err(io::Error::other);
        // Even where it could not be kept: Apple has counted it.
        self.submitted.cancel();
        kept
    }
}
