//! What counts where nothing is set.

use std::time::Duration;

use packager_settings::{AllowedOrigins, DebCompression, LockMemory, LogFormat, Prepare, Settings, StorageLimit};

use crate::support::defaults;

#[test]
fn the_defaults_are_those_of_the_product() {
    let Settings {
        network,
        update,
        update_limits,
        storage,
        builds,
        rates,
        limits,
        signing,
        memory,
        logging,
    } = defaults();
    assert_eq!(network.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(network.admin_listen.unwrap().to_string(), "127.0.0.1:9180");
    assert_eq!(network.public_url, None);
    assert!(network.trusted_proxies.is_empty());
    assert_eq!(network.allowed_origins, AllowedOrigins::Only(Vec::new()));
    assert_eq!(update.update_url.as_str(), "https://tuf.fleetctl.com/");
    assert_eq!(update.update_refresh, Duration::from_secs(300));
    assert_eq!(
        (update_limits.update_cache_limit, update_limits.update_attempts),
        (4 << 30, 3)
    );
    assert_eq!(storage.data_dir.to_str(), Some("./data"));
    assert_eq!(storage.master_key, None);
    assert_eq!(storage.default_master_key_file().to_str(), Some("./data/master.key"));
    assert_eq!(storage.expire_after, Duration::from_secs(1800));
    assert_eq!(storage.remember_expired, Duration::from_secs(86_400));
    assert_eq!(storage.storage_limit, StorageLimit::DiskPercent(90));
    assert_eq!((builds.workers, builds.queue), (None, 256));
    assert_eq!(builds.build_timeout, Duration::from_secs(900));
    assert_eq!(builds.deb_compression, DebCompression::Xz);
    assert_eq!(builds.compression_threads, None);
    assert_eq!(builds.prepare, Prepare::All);
    for (rate, count) in [
        (rates.rate_create, 10),
        (rates.rate_status, 60),
        (rates.rate_download, 20),
    ] {
        let rate = rate.unwrap();
        assert_eq!(
            (rate.count.get(), rate.burst.get(), rate.per.as_secs()),
            (count, count, 60)
        );
    }
    assert_eq!(rates.rate_keys, 100_000);
    assert_eq!(limits.client_timeout, Duration::from_secs(10));
    assert_eq!(limits.shutdown_timeout, Duration::from_secs(30));
    assert_eq!(
        signing.notary_url.as_str(),
        "https://appstoreconnect.apple.com/notary/v2/"
    );
    assert_eq!(memory.lock_memory, LockMemory::Auto);
    assert_eq!(logging.log.as_str(), "info");
    assert_eq!(logging.log_format, LogFormat::Auto);
}

#[test]
fn the_longest_valid_request_fits_the_default_body_limit() {
    const TEXT: u64 = 64 * 1024;
    // Lines of 64 characters that end in CR LF, each of these two escaped as two characters.
    let pem = TEXT * 68 / 66;
    // Nothing but line breaks.
    let flagfile = TEXT * 2;
    // Two URLs of 2 KiB, a secret, a path, names, and what JSON puts around them, with room to spare.
    let others = 32 * 1024;
    assert!(5 * pem + flagfile + others <= defaults().limits.body_limit);
}
