//! The last steps of a build: composition, signature and digest. All of them away from the threads that answer requests: an
//! RSA key computes for milliseconds, and a digest that nothing is remembered of takes longer.

use std::sync::Arc;

use jiff::Timestamp;
use packager_artifact::{Artifact, DigestMemo, SharedPart, Unsigned, pieces_in};
use packager_formats::{Compression, Format, Package, SharedDigests, SharedNotes, SignaturePlace, Tree};
use packager_signing::{AuthenticodeSigner, Signature, Signed, Signer};
use packager_store::Store;

use super::BuildError;
use super::msi_signer::sign_msi;
use super::pkg_signer::PkgSigner;
use super::shared_parts::Shared;

/// What packages are signed with. Those of a format without a signer are unsigned.
#[derive(Debug, Clone, Default)]
pub struct Signers {
    /// For debs.
    pub deb: Option<Arc<dyn Signer>>,
    /// For rpm and Arch packages.
    pub rpm: Option<Arc<dyn Signer>>,
    /// For pkgs.
    pub pkg: Option<Arc<PkgSigner>>,
    /// For msis.
    pub msi: Option<Arc<AuthenticodeSigner>>,
}

impl Signers {
    fn of(&self, format: Format) -> Option<&dyn Signer> {
        match format {
            Format::Deb => self.deb.as_deref(),
            Format::Rpm | Format::Arch => self.rpm.as_deref(),
            Format::Pkg | Format::Msi => None,
        }
    }

    /// What signs packages of a format that name their signatures in what is signed.
    fn of_named(&self, format: Format) -> Option<&Arc<PkgSigner>> {
        self.pkg.as_ref().filter(|_| format == Format::Pkg)
    }
}

/// Makes composed packages whole.
pub(super) struct Finisher {
    store: Arc<Store>,
    signers: Signers,
    /// For hashes over what is signed, over what packages have digests of, and over packages: of none are shared parts
    /// read again.
    memo: DigestMemo,
    /// For hashes over what shared parts unpack to.
    unpacked: DigestMemo,
}

/// What a package is composed of.
pub(super) struct Ingredients {
    pub(super) package: Package,
    pub(super) shared: Vec<Shared>,
    pub(super) own: Tree,
    pub(super) compression: Compression,
}

/// What is left to do away from the threads that answer requests.
enum Step {
    /// To sign the package, if there is a signer for its format, and to take its digest.
    Sign(Unsigned),
    /// To take its digest.
    Digest(Signed),
}

/// A package that is whole.
pub(super) struct Finished {
    pub(super) artifact: Artifact,
    pub(super) signature: Signature,
    pub(super) detached_signature: Option<Vec<u8>>,
}

impl Finisher {
    pub(super) fn new(store: Arc<Store>, signers: Signers) -> Arc<Self> {
        Arc::new(Self {
            store,
            signers,
            memo: DigestMemo::new(),
            unpacked: DigestMemo::new(),
        })
    }

    /// Composes a package.
    pub(super) async fn compose(
        self: &Arc<Self>,
        format: Format,
        ingredients: Ingredients,
    ) -> Result<Unsigned, BuildError> {
        let finisher = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let Ingredients {
                package,
                shared,
                own,
                compression,
            } = &ingredients;
            let package = &Package {
                signatures: finisher
                    .signers
                    .of_named(format)
                    .map(|signer| signer.room())
                    .unwrap_or_default(),
                ..package.clone()
            };
            let digests = finisher.digests();
            Ok(format.compose(package, &with_notes(shared), own, *compression, &digests)?)
        })
        .await
        .map_err(|_| BuildError::Defect)?
    }

    /// Remembers what composing packages of these parts goes on from.
    pub(super) async fn remember(self: &Arc<Self>, format: Format, shared: Vec<Shared>) -> Result<(), BuildError> {
        let finisher = Arc::clone(self);
        tokio::task::spawn_blocking(move || Ok(format.remember(&with_notes(&shared), &finisher.digests())?))
            .await
            .map_err(|_| BuildError::Defect)?
    }

    fn digests(&self) -> SharedDigests<'_> {
        SharedDigests {
            bytes: self.store.shared(),
            packed: &self.memo,
            unpacked: &self.unpacked,
        }
    }

    /// Signs the package, if there is a signer for its format, and takes its digest.
    pub(super) async fn finish(
        self: &Arc<Self>,
        format: Format,
        composed: Unsigned,
        build_time: u64,
        now: Timestamp,
    ) -> Result<Finished, BuildError> {
        let step = match (self.signers.of_named(format), &self.signers.msi) {
            (Some(signer), _) => Step::Digest(signer.sign(composed, now).await?),
            (None, Some(signer)) if format == Format::Msi => {
                Step::Digest(sign_msi(signer, composed, &self.store, now).await?)
            }
            _ => Step::Sign(composed),
        };
        let finisher = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let mut signed = match step {
                Step::Sign(composed) => finisher.sign(format, composed, build_time, now)?,
                Step::Digest(signed) => signed,
            };
            let (signature, detached_signature) = (signed.signature(), signed.take_detached());
            // What nobody will go on from must not take the place of what somebody will.
            let unremembered = DigestMemo::new();
            let memo = if format.begins_alike() {
                &finisher.memo
            } else {
                &unremembered
            };
            let artifact = Artifact::finish(signed.into_composed(), finisher.store.shared(), memo)?;
            Ok(Finished {
                artifact,
                signature,
                detached_signature,
            })
        })
        .await
        .map_err(|_| BuildError::Defect)?
    }

    /// Takes the digest of a package that begins as no other does.
    pub(super) async fn digest(self: &Arc<Self>, composed: Unsigned) -> Result<Artifact, BuildError> {
        let finisher = Arc::clone(self);
        let digest = move || Artifact::finish(composed, finisher.store.shared(), &DigestMemo::new());
        Ok(tokio::task::spawn_blocking(digest)
            .await
            .map_err(|_| BuildError::Defect)??)
    }

    /// Takes the digest of a package that is the same for many.
    pub(super) async fn digest_alike(self: &Arc<Self>, composed: Unsigned) -> Result<Artifact, BuildError> {
        let finisher = Arc::clone(self);
        let digest = move || Artifact::finish(composed, finisher.store.shared(), &finisher.memo);
        Ok(tokio::task::spawn_blocking(digest)
            .await
            .map_err(|_| BuildError::Defect)??)
    }

    fn sign(&self, format: Format, composed: Unsigned, build_time: u64, now: Timestamp) -> Result<Signed, BuildError> {
        let Some(signer) = self.signers.of(format) else {
            return Ok(Signed::without_key(composed));
        };
        let pieces = pieces_in(&composed.parts, &format.signed_ranges(&composed)?)?;
        let content = self.memo.state(&pieces, self.store.shared())?;
        match format.signature_place() {
            SignaturePlace::Inside => Signed::with_key(signer, content, now, |signature| {
                Ok(format.attach_signature(composed, signature, build_time)?)
            }),
            SignaturePlace::Beside => Ok(Signed::beside(signer, content, now, composed)?),
        }
    }
}

fn with_notes(shared: &[Shared]) -> Vec<(SharedPart, &SharedNotes)> {
    shared.iter().map(|shared| (shared.part, &*shared.notes)).collect()
}
