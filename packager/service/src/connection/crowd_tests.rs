use std::time::Duration;

use super::*;
use crate::connection::PaceLimits;

fn crowd(connections: usize, connections_per_client: usize) -> Arc<Crowd> {
    Arc::new(Crowd::new(CrowdLimits {
        connections,
        connections_per_client,
        proxies: TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]),
    }))
}

/// The books of a connection that came `seconds` after `start`.
fn pace(start: Instant, seconds: u64) -> Arc<Pace> {
    let limits = PaceLimits {
        request_timeout: Duration::from_secs(10),
        keep_alive: Duration::from_secs(3600),
        idle_timeout: Duration::from_secs(30),
        least_rate: 1000,
        shutdown_timeout: Duration::from_secs(5),
    };
    Arc::new(Pace::new(limits, start + Duration::from_secs(seconds)))
}

/// A connection that is being answered.
fn enter(crowd: &Arc<Crowd>, ip: &str) -> Result<Place, Cut> {
    let pace = pace(Instant::now(), 0);
    // Never closed, so it stays under way.
    std::mem::forget(pace.open_request());
    crowd.enter(Some(SocketAddr::new(ip.parse().unwrap(), 4711)), &pace)
}

#[test]
fn the_limit_is_exact_and_a_place_comes_free_again() {
    let crowd = crowd(3, 3);
    let places: Vec<Place> = (1..=3)
        .map(|n| enter(&crowd, &format!("192.0.2.{n}")).unwrap())
        .collect();
    assert_eq!(enter(&crowd, "192.0.2.9").err(), Some(Cut::Full));
    drop(places);
    assert!(crowd.members().all.is_empty());
    assert!(crowd.members().by_client.is_empty(), "clients pile up");
}

#[test]
fn a_client_has_a_limit_of_its_own() {
    let crowd = crowd(100, 2);
    for (one, same) in [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.2", "::ffff:192.0.2.2"),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2"),
    ] {
        let first = enter(&crowd, one).unwrap();
        let second = enter(&crowd, same).unwrap();
        assert_eq!(enter(&crowd, one).err(), Some(Cut::Crowded));
        assert_eq!(enter(&crowd, same).err(), Some(Cut::Crowded));
        let other = enter(&crowd, "198.51.100.1").unwrap();
        drop(first);
        drop(enter(&crowd, one).unwrap());
        drop((second, other));
    }
}

#[test]
fn a_trusted_proxy_is_no_client() {
    let crowd = crowd(100, 1);
    let places: Vec<Place> = (0..100).map(|_| enter(&crowd, "10.1.2.3").unwrap()).collect();
    assert_eq!(enter(&crowd, "10.1.2.3").err(), Some(Cut::Full));
    drop(places);
}

#[test]
fn those_that_have_been_idle_longest_make_room() {
    let crowd = crowd(100, 100);
    let start = Instant::now();
    let books: Vec<Arc<Pace>> = (0..100).map(|n| pace(start, (n * 37) % 100)).collect();
    let places: Vec<Place> = books.iter().map(|books| crowd.enter(None, books).unwrap()).collect();
    let newcomer = crowd.enter(None, &pace(start, 200)).unwrap();
    assert_eq!(crowd.members().all.len(), 100 - 100 / SHARE + 1);
    for (n, books) in (0_usize..).zip(&books) {
        assert_eq!(books.was_cut(), (n * 37) % 100 < 100 / SHARE, "{n}");
    }
    drop((places, newcomer));
    assert!(crowd.members().all.is_empty());
}
