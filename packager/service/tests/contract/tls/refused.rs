//! Pairs with which the service does not start.

use std::sync::Arc;

use packager_service::{Clock, start};
use packager_settings::{Environment, Settings};

use super::authority::{Authority, Issued};
use crate::harness::{new_clock, with_causes};

/// Why the service does not start with this pair.
async fn refusal(authority: &Authority, pair: &Issued) -> String {
    authority.install(pair);
    let data = authority.path("data").display().to_string();
    let chain = authority.path("chain.pem").display().to_string();
    let key = format!("file:{}", authority.path("key.pem").display());
    let flags = [
        ("listen", "127.0.0.1:0"),
        ("admin_listen", "off"),
        ("data_dir", data.as_str()),
        ("tls_certificate", &chain),
        ("tls_key", &key),
    ];
    let loaded = Settings::load(&flags, &Environment::empty(), None).unwrap();
    let started = start(&loaded.settings, &|_| None, new_clock() as Arc<dyn Clock>).await;
    let error = with_causes(&started.err().expect("the service starts"));
    assert!(
        !authority.path("data").exists(),
        "it is found out before anything is begun"
    );
    error
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_that_does_not_hold_stops_the_start() {
    let authority = Authority::new();
    let [one, other] = [(); 2].map(|()| authority.issue((2034, 6, 1)));
    let cut = one.chain.replacen("-----END", "AAAA\n-----END", 1);
    for (chain, key, expected) in [
        ("", one.key.as_str(), "holds no certificate in PEM"),
        ("garbage\n", &one.key, "holds no certificate in PEM"),
        (&one.key, &one.key, "holds no certificate in PEM"),
        (&cut, &one.key, "certificate number 1"),
        (&one.chain, "", "tls_key: the secret is empty"),
        (&one.chain, "garbage", "tls_key: holds no private key in PEM"),
        (&one.chain, &one.chain, "tls_key: holds no private key in PEM"),
        (&one.chain, &other.key, "is not the one of tls_key"),
        // The authority's own first.
        (
            &format!("{}{}", authority.pem, one.chain),
            &one.key,
            "is not the one of tls_key",
        ),
    ] {
        let (chain, key) = (chain.to_owned(), key.to_owned());
        let pair = Issued { chain, key };
        let error = refusal(&authority, &pair).await;
        assert!(error.contains(expected), "{expected}: {error}");
        let shown: Vec<&str> = pair
            .key
            .lines()
            .filter(|line| line.len() > 20 && error.contains(*line))
            .collect();
        assert!(shown.is_empty(), "{error}");
    }
}
