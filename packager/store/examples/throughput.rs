//! How many packages a second the store creates and publishes, and how long one takes.
//!
//! `cargo run --release -p packager-store --example throughput -- [packages] [threads] [folder]`
#![allow(clippy::print_stdout, reason = "it reports to a person")]

use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use packager_artifact::{Artifact, DigestMemo, OwnBytes, Part, Unsigned};
use packager_store::{Details, MasterKey, Retry, SignatureFile, Store, StoreSettings, Versions};
use zeroize::Zeroizing;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[derive(Clone, Copy)]
enum Order {
    /// The build ends before the answer has to be given: no job is written.
    BuildFirst,
    /// The job is on the disk before the build begins.
    JobFirst,
}

fn make(store: &Store, number: usize, order: Order) -> Outcome<()> {
    let request = format!("request {number} {:1200}", "");
    let asked = store.fingerprint(request.as_bytes());
    let now = Timestamp::now();
    let submitted = store.reserve(asked, request.as_bytes(), Retry::No, now, || Ok(()))?;
    if matches!(order, Order::JobFirst) {
        store.make_durable(submitted.id)?;
    }
    let composed = Unsigned {
        file_name: "fleet-osquery_1.0.0_amd64.deb".to_owned(),
        media_type: "application/vnd.debian.binary-package",
        parts: vec![Part::Own(OwnBytes::new(vec![7; 20 * 1024]))],
    };
    let artifact = Artifact::finish(composed, store.shared(), &DigestMemo::new())?;
    let details = Details {
        signature: SignatureFile::None,
        versions: Versions::default(),
        profile: None,
    };
    store.publish(submitted.id, &artifact, details, now)?;
    store.make_durable(submitted.id)?;
    Ok(())
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let packages: usize = arguments.next().map_or(Ok(2000), |text| text.parse())?;
    let threads: usize = arguments.next().map_or(Ok(16), |text| text.parse())?;
    let folder = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let settings = StoreSettings {
        queue_limit: usize::MAX,
        ..StoreSettings::default()
    };
    let key = MasterKey::from_bytes(Zeroizing::new([1; 32]));
    for (name, order) in [("build first", Order::BuildFirst), ("job first", Order::JobFirst)] {
        let dir = tempfile::tempdir_in(&folder)?;
        let store = Store::open(dir.path(), &key, settings.clone(), Timestamp::now())?;
        let begin = Instant::now();
        let alone = 50.min(packages);
        for number in 0..alone {
            make(&store, number, order)?;
        }
        let each = begin.elapsed() / u32::try_from(alone.max(1))?;
        let next = AtomicUsize::new(alone);
        let begin = Instant::now();
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..threads)
                .map(|_| {
                    scope.spawn(|| {
                        loop {
                            let number = next.fetch_add(1, Ordering::Relaxed);
                            if number >= packages {
                                return Ok(());
                            }
                            make(&store, number, order)?;
                        }
                    })
                })
                .collect();
            all.into_iter()
                .try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?)
        })
        .map_err(|error: Box<dyn Error + Send + Sync>| error)?;
        let rate = f64::from(u32::try_from(packages - alone)?) / begin.elapsed().as_secs_f64();
        println!("{name}: {each:.1?} alone, {rate:.0} a second with {threads} threads");

        let begin = Instant::now();
        for number in 0..1000 {
            let request = format!("probe {number}");
            store.reserve(
                store.fingerprint(request.as_bytes()),
                request.as_bytes(),
                Retry::No,
                Timestamp::now(),
                || Ok(()),
            )?;
        }
        println!(
            "  reserve: {:.1?} with {packages} live packages",
            begin.elapsed() / 1000
        );
        let begin = Instant::now();
        drop(store);
        let store = Store::open(dir.path(), &key, settings.clone(), Timestamp::now())?;
        println!("  end and start: {:.1?}", begin.elapsed());
        let begin = Instant::now();
        let done = store.expire_due(Timestamp::now() + Duration::from_secs(3600))?;
        println!("  destroying {}: {:.1?}", done.expired, begin.elapsed());
    }
    Ok(())
}
