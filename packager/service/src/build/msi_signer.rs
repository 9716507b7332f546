//! What signs msis: a tool that reads the whole package, while its digest is taken here.

use std::io::{self, Write};
use std::sync::Arc;

use jiff::Timestamp;
use packager_artifact::{DigestMemo, Part, Sha256Digest, SharedBytes, Unsigned, pieces_in};
use packager_formats::msi::{attach_signature, signed_ranges};
use packager_signing::{AuthenticodeSigner, Signed};
use packager_store::Store;

use super::BuildError;

/// Signs a composed package. What the tool makes is taken only if it is a signature over what the package has.
///
/// # Errors
/// [`BuildError::Authenticode`]; [`BuildError::Read`] if a shared part cannot be read.
pub(super) async fn sign_msi(
    signer: &AuthenticodeSigner,
    composed: Unsigned,
    store: &Arc<Store>,
    now: Timestamp,
) -> Result<Signed, BuildError> {
    let composed = Arc::new(composed);
    let digest = {
        let (composed, store) = (Arc::clone(&composed), Arc::clone(store));
        tokio::task::spawn_blocking(move || digest(&composed, store.shared()))
    };
    let written = {
        let (composed, store) = (Arc::clone(&composed), Arc::clone(store));
        move |file: &mut std::fs::File| write(&composed.parts, store.shared(), file)
    };
    let signature = signer.sign(now, written).await;
    // To the end, whatever came of the signature: nothing of a build that failed goes on when it is over.
    let digest = digest.await.map_err(|_| BuildError::Defect)??;
    // Whoever wrote the package has let go of it, unless that was too late.
    let composed = Arc::unwrap_or_clone(composed);
    Signed::with_authenticode(signer, digest, &signature?, |signature| {
        Ok(attach_signature(composed, signature)?)
    })
}

/// The digest of what is signed. It begins with the package's own bytes, so nothing is remembered of it.
fn digest(composed: &Unsigned, shared: &dyn SharedBytes) -> Result<Sha256Digest, BuildError> {
    let pieces = pieces_in(&composed.parts, &signed_ranges(composed)?)?;
    Ok(DigestMemo::new().state(&pieces, shared)?.finish())
}

fn write(parts: &[Part], shared: &dyn SharedBytes, file: &mut std::fs::File) -> io::Result<()> {
    for part in parts {
        match part {
            Part::Own(bytes) => file.write_all(bytes.expose())?,
            Part::Shared(part) => drop(io::copy(&mut shared.open(part)?, file)?),
        }
    }
    Ok(())
}
