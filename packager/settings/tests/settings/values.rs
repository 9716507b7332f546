//! Each setting's values, on both sides of each bound.

use packager_settings::{AllowedOrigins, StorageLimit, settings};

use crate::support::flag;

/// Key, accepted values, refused values.
const VALUES: &[(&str, &[&str], &[&str])] = &[
    (
        "listen",
        &["0.0.0.0:0", "[::]:65535", "127.0.0.1:80"],
        &[
            "",
            "off",
            "8080",
            ":8080",
            "localhost:8080",
            "127.0.0.1",
            "127.0.0.1:65536",
            "127.0.0.1:80 ",
        ],
    ),
    (
        "admin_listen",
        &["off", "127.0.0.1:0", "[::1]:9180"],
        &["", "OFF", "none", "127.0.0.1"],
    ),
    (
        "public_url",
        &["", "http://a", "https://pkg.example.com:8443/packages"],
        &[
            "pkg.example.com",
            "//a",
            "https:a",
            "https://",
            "https:///a",
            "ftp://a",
            "file:///a",
            "javascript://a",
            "https://u@a",
            "https://u:p@a",
            "https://@a",
            "https://a?q",
            "https://a#f",
            "https://a b",
            " https://a",
            "https://a\n",
            "https://a\\b",
            "https://a:65536",
            "https://<a>",
        ],
    ),
    (
        "data_dir",
        &["data", "/var/lib/packager", "/a b/ü"],
        &["", "a\0b", "a\nb"],
    ),
    (
        "expire_after",
        &["1s", "30d"],
        &["", "0s", "999ms", "30d1ms", "30", "off"],
    ),
    ("remember_expired", &["1s", "365d"], &["0s", "366d"]),
    (
        "update_url",
        &["https://a", "http://127.0.0.1:1/tuf", "file:///srv/tuf"],
        &[
            "",
            "file:///",
            "file://host/srv",
            "file:srv",
            "s3://a",
            "https://a?x",
            "https://a/#x",
        ],
    ),
    ("update_roots", &["", "root.json"], &["\u{7f}"]),
    ("update_refresh", &["1s", "24h"], &["0s", "24h1ms"]),
    ("update_tls_ca", &["", "/ca.pem"], &["\n"]),
    (
        "update_cache_limit",
        &["1MiB", "1024TiB"],
        &["1048575", "1025TiB", "off", ""],
    ),
    ("update_root_limit", &["512", "16MiB"], &["511", "17MiB"]),
    ("update_timestamp_limit", &["512", "16MiB"], &["511", "17MiB"]),
    ("update_snapshot_limit", &["512", "256MiB"], &["511", "257MiB"]),
    ("update_targets_limit", &["512", "256MiB"], &["511", "257MiB"]),
    ("update_target_limit", &["512", "64GiB"], &["511", "65GiB"]),
    ("update_root_rotations", &["1", "65536"], &["0", "65537"]),
    ("update_grace", &["1s", "1h"], &["999ms", "61m"]),
    ("update_throughput", &["1", "1GiB"], &["0", "1073741825"]),
    ("update_attempts", &["1", "10"], &["0", "11"]),
    ("update_archive_limit", &["512", "64GiB"], &["511", "65GiB"]),
    ("update_archive_entries", &["1", "1000000"], &["0", "1000001"]),
    ("update_archive_path", &["64", "4096"], &["63", "4097"]),
    ("update_archive_depth", &["4", "1024"], &["3", "1025"]),
    (
        "master_key",
        &["file:<data_dir>/master.key", "file:/k", "env:K", "systemd:key"],
        &[
            "",
            "file:",
            "env:",
            "env:1",
            "env:A-B",
            "env:A B",
            "systemd:",
            "systemd:a/b",
            "systemd:..",
            "systemd:.",
            "systemd:/etc/passwd",
            "vault:secret/key",
            "aws-sm:key",
            "file:a\0b",
        ],
    ),
    (
        "rate_create",
        &["off", "1/s", "1000000/h,burst=1000000"],
        &["", "0/s", "1000001/h", "10", "10/d", "1/s,burst=0"],
    ),
    ("rate_status", &["off", "1/m"], &["none"]),
    ("rate_download", &["off", "1/m, burst=2"], &["1/m,2"]),
    ("rate_keys", &["1000", "100000000"], &["", "999", "100000001", "off"]),
    (
        "trusted_proxies",
        &[
            "",
            "10.0.0.0/8",
            "10.0.0.1",
            "::1",
            "fd00::/8,192.0.2.0/24",
            "0.0.0.0/1",
        ],
        &[
            "0.0.0.0/0",
            "::/0",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "proxy",
            "10.0.0.1,",
            ",",
            "10.0.0.1;10.0.0.2",
            "10.0.0.0/8,0.0.0.0/0",
            "*",
        ],
    ),
    (
        "allowed_origins",
        &[
            "",
            "*",
            "https://fleet.example.com",
            "http://localhost:8080, https://[::1]:8443",
        ],
        &[
            "null",
            "https://a/",
            "https://A",
            "https://a:443",
            "http://a:80",
            "https://u@a",
            "https://a?",
            "https://a#",
            "ftp://a",
            "file://",
            "chrome-extension://abc",
            "*.a",
            "https://*.a/",
            "*,https://a",
            "https://a,*",
            "https://a,",
            "a",
        ],
    ),
    (
        "workers",
        &["cores", "1", "1024"],
        &["", "0", "1025", "auto", "-1", "+1", "1.5"],
    ),
    (
        "queue",
        &["1", "1000000"],
        &["", "0", "1000001", "99999999999999999999", " 1", "1_000"],
    ),
    ("build_timeout", &["1s", "24h"], &["0s", "25h"]),
    ("deb_compression", &["xz", "gzip"], &["", "XZ", "zstd", "none"]),
    ("lock_memory", &["auto", "require", "off"], &["", "on", "Auto", "true"]),
    (
        "compression_threads",
        &["cores", "1", "1024"],
        &["", "0", "1025", "-1", "two"],
    ),
    (
        "prepare",
        &["all", "amd64", "arm64", "off"],
        &["", "ALL", "amd64,arm64", "none"],
    ),
    (
        "storage_limit",
        &["1%", "100%", "1GiB", "1073741824", "500GB"],
        &["", "0%", "101%", "256%", "%", "90", "1073741823", "-1%", "90 %", "off"],
    ),
    (
        "body_limit",
        &["16KiB", "16MiB", "524288"],
        &["", "16383", "16777217", "1K", "off"],
    ),
    ("bodies_limit", &["512KiB", "64GiB"], &["", "16383", "65GiB", "off"]),
    ("max_connections", &["1", "1000000"], &["0", "1000001"]),
    ("max_connections_per_client", &["1", "1000000"], &["0", "1000001"]),
    ("client_timeout", &["1s", "1h"], &["0s", "999ms", "61m"]),
    ("keep_alive", &["1s", "1h"], &["0s", "999ms", "61m"]),
    ("download_idle_timeout", &["1s", "1h"], &["0s", "999ms", "61m"]),
    (
        "download_least_rate",
        &["1", "1GiB", "4KiB"],
        &["", "0", "2GiB", "4KiB/s", "off"],
    ),
    ("shutdown_timeout", &["0s", "1h"], &["", "-1s", "61m"]),
    ("notary_url", &["http://127.0.0.1:1", "https://a/b"], &["", "file:///a"]),
    ("notary_ticket_url", &["https://a/b?c"], &["", "off", "https://a#f"]),
    (
        "log",
        &["off", "trace", "info,actix_web=debug", "packager_store::seal=trace"],
        &[
            "",
            "INFO",
            "verbose",
            "info,",
            "=info",
            "a=",
            "a=b=c",
            "a b=info",
            "[span]=info",
            "info;debug",
        ],
    ),
    ("log_format", &["auto", "text", "json"], &["", "pretty"]),
];

#[test]
fn single_values() {
    for (key, accepted, refused) in VALUES {
        for value in *accepted {
            if let Err(error) = flag(key, value) {
                panic!("{key} = {value:?}: {error}");
            }
        }
        for value in *refused {
            let Err(error) = flag(key, value) else {
                panic!("{key} = {value:?} is accepted");
            };
            assert_eq!(error.problems.len(), 1, "{key} = {value:?}: {error}");
            assert_eq!(error.problems[0].key, *key);
        }
    }
}

#[test]
fn no_error_quotes_its_value() {
    for setting in settings() {
        for value in [
            "hunter2",
            "vault:hunter2",
            "env:hunter2 ",
            "file:hunter2\0",
            "https://a:hunter2@b",
            "hunter2/s",
            "hunter2%",
        ] {
            if let Err(error) = flag(setting.key(), value) {
                assert!(
                    !error.to_string().contains("hunter2"),
                    "{} = {value}: {error}",
                    setting.key()
                );
            }
        }
    }
}

#[test]
fn texts_have_an_end() {
    for (key, before, most) in [
        ("data_dir", "", 4095),
        ("public_url", "https://a/", 2048),
        ("log", "info,a=", 1024),
        ("master_key", "", 64 * 1024),
        ("master_key", "file:", 4095 + 5),
        ("master_key", "env:", 255 + 4),
        ("master_key", "systemd:", 255 + 8),
    ] {
        let after = if key == "log" { "=info" } else { "" };
        let before = before.trim_end_matches('=');
        let text = |length: usize| format!("{before}{}{after}", "a".repeat(length - before.len() - after.len()));
        assert!(flag(key, &text(most)).is_ok(), "{key}");
        assert!(flag(key, &text(most + 1)).is_err(), "{key}");
    }
}

#[test]
fn every_setting_of_its_own_is_in_the_table_above() {
    // Those that need others are with the rules.
    for setting in settings() {
        let key = setting.key();
        let apart = key.starts_with("signing_") || key.starts_with("notary_") || key.contains("tls_");
        assert!(apart || VALUES.iter().any(|(tested, ..)| *tested == key), "{key}");
    }
}

#[test]
fn values_arrive_as_they_were_meant() {
    let url = |value: &str| {
        flag("public_url", value)
            .unwrap()
            .settings
            .network
            .public_url
            .unwrap()
            .to_string()
    };
    assert_eq!(url("https://a"), "https://a/");
    assert_eq!(url("https://a/b"), "https://a/b/");
    assert_eq!(url("https://a/b/"), "https://a/b/");
    let origins = flag("allowed_origins", "https://a,  http://b:81")
        .unwrap()
        .settings
        .network
        .allowed_origins;
    assert_eq!(
        origins,
        AllowedOrigins::Only(vec!["https://a".to_owned(), "http://b:81".to_owned()])
    );
    assert_eq!(
        flag("allowed_origins", "*").unwrap().settings.network.allowed_origins,
        AllowedOrigins::Any
    );
    assert_eq!(flag("admin_listen", "off").unwrap().settings.network.admin_listen, None);
    assert_eq!(flag("rate_create", "off").unwrap().settings.rates.rate_create, None);
    assert_eq!(flag("workers", "4").unwrap().settings.builds.workers, Some(4));
    assert_eq!(flag("body_limit", "1MiB").unwrap().settings.limits.body_limit, 1 << 20);
    assert_eq!(
        flag("storage_limit", "2GiB").unwrap().settings.storage.storage_limit,
        StorageLimit::Bytes(2 << 30)
    );
}
