//! The disk fails once, at every point, and the process lives on: answers are clear, nothing that was promised is lost,
//! and once the disk is in order so is the service, without a restart.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use packager_faults::{Destroy, File, Part, Point, Unpack};

use crate::life::{Life, Start, eventually};
use crate::marker::assert_none_left;
use crate::promises::{EXPIRE_SECONDS, compare, create, destroy, finish};
use crate::repository;
use crate::world::World;

const ERRORS: [&str; 3] = ["enospc", "erofs", "eio"];

/// Whether a fault there is met before the service listens.
fn is_at_start(point: Point) -> bool {
    matches!(
        point,
        Point::Start(_) | Point::Write(File::MasterKey | File::KeyCheck, _) | Point::Unpack(Unpack::Cleared)
    )
}

/// Requests that a failing disk may refuse; that is said clearly (see [`create`]). Never does an answer fail to come.
fn script(world: &mut World, life: &Life, round: usize) -> io::Result<()> {
    for (number, desktop) in [(round, true), (round, false), (round + 1, false)] {
        let Ok(id) = create(world, life, &repository::channel(number), desktop)? else {
            continue;
        };
        let status = finish(world, life, &id)?;
        if status == "fail" {
            let answer = life.ask("GET", &format!("/status?package_id={id}"), "")?.json();
            assert!(!answer["logs"].as_str().unwrap().is_empty());
        }
        if desktop {
            let status = destroy(world, life, &id)?;
            assert!([204, 503].contains(&status), "{status}");
        }
    }
    world.advance(EXPIRE_SECONDS + 1);
    Ok(())
}

fn fails_once(point: Point, error: &str, round: usize) {
    let what = format!("{point}:1:{error}");
    let mut world = World::new();
    world.may_fail = true;
    match Life::try_start(&world, Some(&what), &[]) {
        Start::Ended(status, log) => {
            assert!(
                is_at_start(point) || matches!(point, Point::Index(_)),
                "{what}: {}",
                log.join("\n")
            );
            assert_eq!(status.code(), Some(1), "{what}");
            assert!(
                log.iter().any(|line| line.contains("cannot start")),
                "{what}: {}",
                log.join("\n")
            );
        }
        Start::Up(mut life) => {
            script(&mut world, &life, round).unwrap_or_else(|error| panic!("{what}: {error}"));
            // The fault has passed: the service mends itself.
            eventually(&what, || {
                assert!(life.is_up(), "{what}: it ended");
                let id = create(&mut world, &life, &repository::channel(round), true)
                    .unwrap()
                    .ok()?;
                (finish(&mut world, &life, &id).ok()? == "success").then_some(())
            });
            compare(&mut world, &life);
            let (_, log) = life.kill();
            assert!(
                !log.iter().any(|line| line.contains("panicked")),
                "{what}: {}",
                log.join("\n")
            );
        }
    }
    assert_none_left(&world);
    let life = Life::start(&world);
    compare(&mut world, &life);
    life.kill();
}

#[test]
fn a_disk_that_fails_once_at_any_point_costs_no_promise() {
    let begin = Instant::now();
    let only = std::env::var("CRASH_POINT").ok();
    let points: Vec<_> = Point::all()
        .filter(|point| only.as_ref().is_none_or(|only| point.to_string() == *only))
        // Parts are collected a day later: nothing in this script gets there.
        .filter(|point| !matches!(point, Point::Part(Part::Forgotten | Part::Removed)))
        .collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(point) = points.get(number) else { return };
                    fails_once(*point, ERRORS[number % ERRORS.len()], number);
                    if matches!(point, Point::Destroy(Destroy::Key) | Point::Index(_)) {
                        fails_once(*point, ERRORS[(number + 1) % ERRORS.len()], number);
                    }
                }
            });
        }
    });
    println!(
        "the disk failed at {} points, {:.0} s",
        points.len(),
        begin.elapsed().as_secs_f64()
    );
}
