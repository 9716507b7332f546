//! The secret and the URL are nowhere in the clear.

use crate::harness::{FLEET_URL, SECRET, Service, StalledRepository, contains, deb, everything_below};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_is_in_any_file_of_a_finished_package() {
    let service = Service::start().await;
    service.build(&deb()).await;
    assert_nothing_in_the_clear(&service);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_is_in_any_file_of_a_package_in_progress() {
    let stalled = StalledRepository::new();
    let url = stalled.url();
    let service = Service::with(&[("update_url", &url)]).await;
    service.create(&deb()).await;
    assert_nothing_in_the_clear(&service);
}

fn assert_nothing_in_the_clear(service: &Service) {
    let files = everything_below(&service.world.data());
    assert!(files.len() > 3);
    for (path, bytes) in files {
        for needle in [SECRET, FLEET_URL, "fleet.customer.example"] {
            assert!(!contains(&bytes, needle.as_bytes()), "{needle} in {}", path.display());
        }
    }
}
