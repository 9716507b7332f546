use super::*;

const LIMITS: PaceLimits = PaceLimits {
    request_timeout: Duration::from_secs(10),
    keep_alive: Duration::from_secs(3600),
    idle_timeout: Duration::from_secs(30),
    least_rate: 1000,
    shutdown_timeout: Duration::from_secs(5),
};

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A connection, and the time at which it came.
fn fresh() -> (Arc<Pace>, Instant) {
    let now = Instant::now();
    (Arc::new(Pace::new(LIMITS, now)), now)
}

/// Asserts that a connection is cut at `deadline`, and not before.
fn assert_cut_at(pace: &Pace, deadline: Instant, why: Cut) {
    assert_eq!(pace.deadline(), Some(deadline));
    assert_eq!(pace.verdict(deadline - Duration::from_nanos(1)), None);
    assert_eq!(pace.verdict(deadline), Some(why));
    assert!(pace.was_cut());
}

#[test]
fn an_idle_connection_is_cut_when_actix_has_not_closed_it() {
    let (pace, start) = fresh();
    assert_cut_at(&pace, start + seconds(3610), Cut::Idle);
}

#[test]
fn a_handshake_has_a_time_whatever_comes() {
    let (pace, start) = fresh();
    pace.begin_handshake(start);
    pace.received(start + seconds(9));
    pace.took(1000, start + seconds(9));
    assert_cut_at(&pace, start + seconds(10), Cut::SlowHandshake);
}

#[test]
fn what_follows_a_handshake_has_its_own_time() {
    let (pace, start) = fresh();
    pace.begin_handshake(start);
    pace.end_handshake(start + seconds(9));
    assert_eq!(pace.idle_since(), Some(start + seconds(9)));
    assert_cut_at(&pace, start + seconds(9 + 3610), Cut::Idle);
}

#[test]
fn a_stop_does_not_wait_for_a_handshake() {
    let (pace, start) = fresh();
    pace.begin_handshake(start);
    pace.stop(start + seconds(1));
    assert_cut_at(&pace, start + seconds(1), Cut::Stopping);
}

#[test]
fn a_client_that_takes_nothing_is_cut() {
    let (pace, start) = fresh();
    pace.took(1 << 20, start);
    pace.blocked(start + seconds(1));
    pace.blocked(start + seconds(20));
    assert_cut_at(&pace, start + seconds(31), Cut::SlowReader);
}

#[test]
fn a_client_that_takes_enough_is_not() {
    let (pace, mut now) = fresh();
    for _ in 0..10_000 {
        pace.blocked(now);
        now += seconds(29);
        assert_eq!(pace.verdict(now), None);
        pace.took(29_000, now);
    }
}

#[test]
fn a_client_that_takes_a_little_less_runs_out_of_credit() {
    let (pace, start) = fresh();
    let mut now = start;
    while pace.verdict(now).is_none() {
        pace.took(999, now);
        pace.blocked(now);
        now += seconds(1);
        assert!(now < start + seconds(100_000), "never cut");
    }
    assert_eq!(pace.verdict(now), Some(Cut::SlowReader));
    // A thousandth of each second is missing, and there were thirty to lose.
    assert!(now - start > seconds(29_000), "{:?}", now - start);
}

#[test]
fn a_byte_now_and_then_is_not_enough() {
    let (pace, start) = fresh();
    let mut now = start;
    while pace.verdict(now).is_none() {
        pace.took(1, now);
        pace.blocked(now);
        now += seconds(1);
    }
    assert!(now - start <= seconds(31), "{:?}", now - start);
}

#[test]
fn a_fast_beginning_does_not_pay_for_a_slow_end() {
    let (pace, start) = fresh();
    pace.took(usize::MAX, start);
    pace.blocked(start);
    assert_cut_at(&pace, start + seconds(30), Cut::SlowReader);
}

#[test]
fn the_time_of_the_service_is_not_the_clients() {
    let (pace, start) = fresh();
    let open = pace.open_request();
    // Nothing to send for an hour.
    pace.blocked(start + seconds(3600));
    assert_cut_at(&pace, start + seconds(3630), Cut::SlowReader);
    drop(open);
}

#[test]
fn a_further_head_has_a_time_to_arrive() {
    let (pace, start) = fresh();
    drop(pace.open_request());
    pace.received(start + seconds(7));
    pace.received(start + seconds(16));
    assert_cut_at(&pace, start + seconds(17), Cut::SlowRequest);
}

#[test]
fn a_head_that_is_complete_is_in_time() {
    let (pace, start) = fresh();
    drop(pace.open_request());
    pace.received(start);
    let open = pace.open_request();
    pace.received(start + seconds(1));
    assert_eq!(pace.deadline(), None);
    drop(open);
    assert_eq!(pace.verdict(start + seconds(3000)), None);
}

#[test]
fn the_first_head_is_not_ours_to_time() {
    let (pace, start) = fresh();
    pace.received(start);
    assert_eq!(pace.verdict(start + seconds(3000)), None);
}

#[test]
fn a_stop_ends_everything_in_time() {
    let (pace, start) = fresh();
    let open = pace.open_request();
    pace.stop(start + seconds(2));
    assert_cut_at(&pace, start + seconds(7), Cut::Stopping);
    drop(open);
}

#[test]
fn what_is_under_way_is_not_idle() {
    let (pace, start) = fresh();
    assert_eq!(pace.idle_since(), Some(start));
    let open = pace.open_request();
    assert_eq!(pace.idle_since(), None);
    drop(open);
    assert!(pace.idle_since().is_some_and(|since| since >= start));
    pace.blocked(start);
    assert_eq!(pace.idle_since(), None);
    pace.took(1, start);
    pace.cut(Cut::MadeRoom);
    assert_eq!(pace.idle_since(), None);
}
