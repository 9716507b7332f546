//! Certificates that are renewed while the service runs.

use std::time::Duration;

use super::authority::{Authority, Issued};
use super::wire::Secure;
use crate::harness::Service;

const RENEWED: &str = "packager_tls_certificate_reloads_total{outcome=\"success\"}";
const FAILED: &str = "packager_tls_certificate_reloads_total{outcome=\"failure\"}";
const EXPIRES: &str = "packager_tls_certificate_expires_timestamp_seconds";

async fn shown(service: &Service, authority: &Authority) -> Vec<u8> {
    Secure::open(service, authority).await.certificate()
}

/// Waits until a count has reached that.
async fn reached(service: &Service, metric: &str, count: u64) {
    let reached = async {
        while service.metric(metric).await < count {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reached)
        .await
        .expect(metric);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_connections_get_the_new_certificate_and_old_ones_go_on() {
    let authority = Authority::new();
    let service = authority.service(&[]).await;
    // 2035-12-31
    assert_eq!(service.metric(EXPIRES).await, 2_082_672_000);
    let mut old = Secure::open(&service, &authority).await;
    let first = old.certificate();
    assert_eq!(shown(&service, &authority).await, first);

    authority.install(&authority.issue((2034, 6, 1)));
    service.clock.advance(Duration::from_secs(60));
    reached(&service, RENEWED, 1).await;
    let second = shown(&service, &authority).await;
    assert_ne!(second, first);
    assert_eq!(service.metric(EXPIRES).await, 2_032_732_800);
    assert!(old.is_served().await);

    // Nothing has changed: nothing is read.
    service.clock.advance(Duration::from_secs(60));
    service.clock.advance(Duration::from_secs(60));
    assert_eq!(shown(&service, &authority).await, second);
    assert_eq!(service.metric(RENEWED).await, 1);
    assert_eq!(service.metric(FAILED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_read_at_once_when_somebody_asks() {
    let authority = Authority::new();
    let service = authority.service(&[]).await;
    let first = shown(&service, &authority).await;
    authority.install(&authority.issue((2034, 6, 1)));
    service.renewal().renew();
    reached(&service, RENEWED, 1).await;
    assert_ne!(shown(&service, &authority).await, first);
    // Also if nothing seems to have changed.
    service.renewal().renew();
    reached(&service, RENEWED, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_pair_changes_nothing_and_is_tried_once() {
    let authority = Authority::new();
    let service = authority.service(&[]).await;
    let first = shown(&service, &authority).await;
    let [one, other] = [(); 2].map(|()| authority.issue((2034, 6, 1)));
    let broken = [
        Issued {
            chain: one.chain.clone(),
            key: other.key.clone(),
        },
        Issued {
            chain: String::new(),
            key: one.key.clone(),
        },
        Issued {
            chain: one.chain.clone(),
            key: "garbage".to_owned(),
        },
    ];
    for (count, pair) in (1..).zip(&broken) {
        authority.install(pair);
        service.clock.advance(Duration::from_secs(60));
        reached(&service, FAILED, count).await;
        assert_eq!(shown(&service, &authority).await, first);
    }
    std::fs::remove_file(authority.path("chain.pem")).unwrap();
    service.clock.advance(Duration::from_secs(60));
    reached(&service, FAILED, 4).await;
    service.clock.advance(Duration::from_secs(60));
    assert_eq!(shown(&service, &authority).await, first);
    assert_eq!(service.metric(EXPIRES).await, 2_082_672_000);

    authority.install(&one);
    service.clock.advance(Duration::from_secs(60));
    reached(&service, RENEWED, 1).await;
    assert_ne!(shown(&service, &authority).await, first);
    assert_eq!(service.metric(FAILED).await, 4, "what had been tried was tried again");
}

/// As certbot and Kubernetes do it: the names stay, and lead to other files.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_leads_elsewhere_is_a_change() {
    use std::os::unix::fs::symlink;
    let authority = Authority::new();
    for (folder, pair) in [
        ("a", authority.issue((2034, 6, 1))),
        ("b", authority.issue((2034, 6, 1))),
    ] {
        std::fs::create_dir(authority.path(folder)).unwrap();
        std::fs::write(authority.path(&format!("{folder}/chain.pem")), pair.chain).unwrap();
        std::fs::write(authority.path(&format!("{folder}/key.pem")), pair.key).unwrap();
    }
    symlink("a", authority.path("live")).unwrap();
    for file in ["chain.pem", "key.pem"] {
        std::fs::remove_file(authority.path(file)).unwrap();
        symlink(format!("live/{file}"), authority.path(file)).unwrap();
    }
    let service = authority.service(&[]).await;
    let first = shown(&service, &authority).await;
    symlink("b", authority.path("next")).unwrap();
    std::fs::rename(authority.path("next"), authority.path("live")).unwrap();
    service.clock.advance(Duration::from_secs(60));
    reached(&service, RENEWED, 1).await;
    assert_ne!(shown(&service, &authority).await, first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_tls_there_is_nothing_to_renew() {
    let service = Service::start().await;
    service.renewal().renew();
    let metrics = service.client.get(service.admin_url("/metrics")).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(!metrics.lines().any(|line| line.starts_with(EXPIRES)), "{metrics}");
}
