//! What signs pkgs: two signatures over the checksum of the table of contents, and a time stamp over one of them.

use std::sync::Arc;

use jiff::Timestamp;
use packager_artifact::{Sha256Digest, Unsigned};
use packager_formats::pkg::{SignatureEntry, SignatureStyle, attach_signature, toc_checksum};
use packager_signing::{InstallerSigner, SignatureSizes, Signed, TimeStampAuthority, TimeStamps};

use super::BuildError;

/// Signs pkgs. A signature does not read the package, and waits for the time-stamping authority if there is one.
#[derive(Debug)]
pub struct PkgSigner {
    signer: Arc<InstallerSigner>,
    authority: Option<TimeStampAuthority>,
}

impl PkgSigner {
    /// Signs with `signer`, and has `authority` say when.
    #[must_use]
    pub fn new(signer: InstallerSigner, authority: Option<TimeStampAuthority>) -> Self {
        Self {
            signer: Arc::new(signer),
            authority,
        }
    }

    fn sizes(&self) -> SignatureSizes {
        self.signer.sizes(match self.authority {
            Some(_) => TimeStamps::With,
            None => TimeStamps::Without,
        })
    }

    /// The room that a package is to have for the signatures, in the order in which they are made.
    pub(super) fn room(&self) -> Vec<SignatureEntry> {
        let sizes = self.sizes();
        let certificates: Vec<_> = self.signer.certificates().map(<[u8]>::to_vec).collect();
        let entry = |(style, size_bytes): (SignatureStyle, usize)| SignatureEntry {
            style,
            size_bytes: size_bytes as u64,
            certificates: certificates.clone(),
        };
        [
            (SignatureStyle::Rsa, sizes.rsa_bytes),
            (SignatureStyle::Cms, sizes.cms_bytes),
        ]
        .map(entry)
        .to_vec()
    }

    /// What names the signer: another one has other certificates.
    pub(super) fn identity(&self) -> Sha256Digest {
        let certificates: Vec<_> = self.signer.certificates().collect();
        Sha256Digest::of(&certificates.concat())
    }

    /// Signs a package that has the room.
    ///
    /// # Errors
    /// [`BuildError::Sign`], [`BuildError::TimeStamp`].
    pub(super) async fn sign(&self, composed: Unsigned, now: Timestamp) -> Result<Signed, BuildError> {
        let toc = toc_checksum(&composed)?;
        let signer = Arc::clone(&self.signer);
        let mut unstamped = tokio::task::spawn_blocking(move || signer.sign(&toc, now))
            .await
            .map_err(|_| BuildError::Defect)??;
        if let Some(authority) = &self.authority {
            let token = authority.token(unstamped.imprint()?).await;
            unstamped = unstamped.stamped(&token.map_err(BuildError::TimeStamp)?)?;
        }
        let signature = unstamped.filled_up(self.sizes())?;
        Signed::with_installer_signature(&self.signer, &toc, &signature, |signatures| {
            Ok(attach_signature(composed, signatures)?)
        })
    }
}
