//! How long a signature takes, for each kind of key: `cargo run --release -p packager-signing --example speed`.
//!
//! Measured over a content whose hash was remembered, as the service does it: what is left is the key's work.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use packager_artifact::Sha256State;
use packager_signing::{OpenPgpSigner, ReleaseKey, Signer};

const ROUNDS: u32 = 200;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/openpgp");
    let now = "2026-01-01T12:00:00Z".parse().unwrap();
    let mut content = Sha256State::default();
    content.update(b"content");
    for name in ["rsa4096.asc", "default-2.2.asc", "ed25519.asc"] {
        let started = Instant::now();
        let signer = OpenPgpSigner::load(&std::fs::read(folder.join(name)).unwrap(), None, now).unwrap();
        let loaded = started.elapsed();
        let signature = signer.sign(content.clone(), now).unwrap();
        let sign = median(|| {
            black_box(signer.sign(content.clone(), now).unwrap());
        });
        let verify = median(|| signer.verify(content.clone(), &signature).unwrap());
        println!(
            "{name}: load {loaded:?}, sign {sign} us, verify {verify} us, {} bytes",
            signature.len()
        );
    }
    let release = ReleaseKey::from_pem(&std::fs::read(folder.join("release.pem")).unwrap()).unwrap();
    let digest = content.finish();
    let sign = median(|| {
        black_box(release.sign(digest).unwrap());
    });
    println!("release.pem: sign {sign} us");
}

/// In microseconds.
fn median(mut work: impl FnMut()) -> u128 {
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed().as_micros()
        })
        .collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
