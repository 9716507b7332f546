//! The last steps of a build: signature and digest.

use std::sync::Arc;

use jiff::Timestamp;
use packager_artifact::{Artifact, DigestMemo, Unsigned, pieces_in};
use packager_formats::Format;
use packager_signing::{Signature, Signed, Signer};
use packager_store::Store;

use super::BuildError;

/// What packages are signed with. Those of a format without a signer are unsigned.
#[derive(Debug, Clone, Default)]
pub struct Signers {
    /// For debs.
    pub deb: Option<Arc<dyn Signer>>,
}

impl Signers {
    fn of(&self, format: Format) -> Option<&dyn Signer> {
        match format {
            Format::Deb => self.deb.as_deref(),
        }
    }
}

/// Makes composed packages whole.
pub(super) struct Finisher {
    store: Arc<Store>,
    signers: Signers,
    /// For both hashes, over what is signed and over the package: of neither are shared parts read again.
    memo: DigestMemo,
}

impl Finisher {
    pub(super) fn new(store: Arc<Store>, signers: Signers) -> Arc<Self> {
        Arc::new(Self {
            store,
            signers,
            memo: DigestMemo::new(),
        })
    }

    /// Signs the package, if there is a signer for its format, and takes its digest. Away from the threads that answer
    /// requests: an RSA key computes for milliseconds, and a digest that nothing is remembered of takes longer.
    pub(super) async fn finish(
        self: &Arc<Self>,
        format: Format,
        composed: Unsigned,
        build_time: u64,
        now: Timestamp,
    ) -> Result<(Artifact, Signature), BuildError> {
        let finisher = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let signed = finisher.sign(format, composed, build_time, now)?;
            let signature = signed.signature();
            let artifact = Artifact::finish(signed.into_composed(), finisher.store.shared(), &finisher.memo)?;
            Ok((artifact, signature))
        })
        .await
        .map_err(|_| BuildError::Defect)?
    }

    fn sign(&self, format: Format, composed: Unsigned, build_time: u64, now: Timestamp) -> Result<Signed, BuildError> {
        let Some(signer) = self.signers.of(format) else {
            return Ok(Signed::without_key(composed));
        };
        let pieces = pieces_in(&composed.parts, &format.signed_ranges(&composed)?)?;
        let content = self.memo.state(&pieces, self.store.shared())?;
        Signed::with_key(signer, content, now, |signature| {
            Ok(format.attach_signature(composed, signature, build_time)?)
        })
    }
}
