//! The process is killed at every point.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use packager_faults::{Part, Point, Start as StartPoint};

use crate::life::{Life, Start, eventually};
use crate::marker::assert_none_left;
use crate::promises::{EXPIRE_SECONDS, compare, create, destroy, download, finish};
use crate::repository;
use crate::world::{World, files};

/// At how many passages of a point the process is killed.
const PASSAGES: usize = 7;
/// The point is passed for each of 256 folders.
const PASSAGES_OF_FOLDERS: usize = 3;
/// Worlds that are killed in side by side.
const SIDE_BY_SIDE: usize = 3;
const DAY: u64 = 24 * 60 * 60;

static STARTS: AtomicUsize = AtomicUsize::new(0);

/// What clients do in one life: cold and warm builds, a destruction, an expiry, and builds that nobody waits for. An
/// error is the end of the process.
fn script(world: &mut World, life: &mut Life, round: usize) -> io::Result<()> {
    let channel = repository::channel(round);
    let first = build(world, life, &channel, true)?;
    // Expires together with all of earlier lives.
    world.advance(EXPIRE_SECONDS + 1);
    until_gone(life, &own_file(world, first.as_deref()))?;
    let kept = build(world, life, &channel, false)?;
    let destroyed = build(world, life, &channel, false)?;
    if let Some(id) = &destroyed {
        destroy(world, life, id)?;
    }
    let _ = create(world, life, &channel, false)?;
    // One that is destroyed while it waits or is built.
    if let Ok(id) = create(world, life, &repository::channel(round + 1), false)? {
        destroy(world, life, &id)?;
    }
    if let Some(id) = kept {
        let _ = download(life, &id)?;
    }
    Ok(())
}

/// The shared parts of what has expired are collected: nobody has asked for them between two looks, a day apart.
fn collect(world: &mut World, life: &mut Life, round: usize) -> io::Result<()> {
    build(world, life, &repository::channel(round), false)?;
    world.advance(EXPIRE_SECONDS + 1);
    let shared = world.data().join("shared");
    eventually("the collection", || {
        let mut left = Vec::new();
        files(&shared, &mut left);
        if !left.is_empty() {
            world.advance(DAY + 1);
        }
        (left.is_empty() || !life.is_up()).then_some(())
    });
    life.ask("GET", "/healthz", "").map(drop)
}

fn build(world: &mut World, life: &Life, channel: &str, desktop: bool) -> io::Result<Option<String>> {
    let Ok(id) = create(world, life, channel, desktop)? else {
        return Ok(None);
    };
    finish(world, life, &id)?;
    Ok(Some(id))
}

fn own_file(world: &World, id: Option<&str>) -> std::path::PathBuf {
    let id = id.unwrap_or("no package");
    world.data().join("packages").join(&id[..2]).join(format!("{id}.own"))
}

fn until_gone(life: &mut Life, path: &Path) -> io::Result<()> {
    eventually("the destruction of a file", || {
        if !path.exists() {
            return Some(Ok(()));
        }
        (!life.is_up()).then(|| Err(io::ErrorKind::BrokenPipe.into()))
    })
}

/// One life that a fault is to end, and one after it in which everything is compared. Whether the fault came.
fn killed(world: &mut World, fault: &str, round: usize, collects: bool) -> bool {
    STARTS.fetch_add(1, Ordering::Relaxed);
    let status = match Life::try_start(world, Some(fault), &[]) {
        Start::Ended(status, log) => {
            assert!(status.signal().is_some(), "{fault}: {status}\n{}", log.join("\n"));
            status
        }
        Start::Up(mut life) => {
            let done = if collects {
                collect(world, &mut life, round)
            } else {
                script(world, &mut life, round)
            };
            if done.is_ok() {
                let (_, log) = life.kill();
                assert!(
                    !log.iter().any(|line| line.contains("panicked")),
                    "{fault}\n{}",
                    log.join("\n")
                );
                return false;
            }
            life.end().0
        }
    };
    assert_eq!(status.signal(), Some(9), "{fault}: {status}");
    after(world);
    true
}

/// What every end is followed by.
fn after(world: &mut World) {
    assert_none_left(world);
    STARTS.fetch_add(1, Ordering::Relaxed);
    let life = Life::start(world);
    compare(world, &life);
    life.kill();
    assert_none_left(world);
}

#[test]
fn killed_at_every_point_nothing_that_was_promised_is_lost() {
    let begin = Instant::now();
    let only = std::env::var("CRASH_POINT").ok();
    let work: Vec<(Point, &str)> = Point::all()
        .filter(|point| only.as_ref().is_none_or(|only| point.to_string() == *only))
        .flat_map(|point| {
            let tears = point.is_write().then_some((point, "tear"));
            [(point, "kill")].into_iter().chain(tears)
        })
        .collect();
    let (next, kills) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some((point, action)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    kills.fetch_add(all_passages(*point, action), Ordering::Relaxed);
                }
            });
        }
    });
    let kills = kills.into_inner();
    println!(
        "{kills} kills at {} points, {} starts, {:.0} s",
        Point::all().count(),
        STARTS.load(Ordering::Relaxed),
        begin.elapsed().as_secs_f64()
    );
    assert!(kills >= 200 || only.is_some(), "{kills} kills are too few");
}

/// Kills at one passage of the point after the other, in one world. How often.
fn all_passages(point: Point, action: &str) -> usize {
    let mut world = World::new();
    let collects = matches!(point, Point::Part(Part::Forgotten | Part::Removed));
    let passages = match point {
        Point::Start(StartPoint::FolderRecovered) => PASSAGES_OF_FOLDERS,
        _ => PASSAGES,
    };
    let mut kills = 0;
    for passage in 1..=passages {
        let fault = format!("{point}:{passage}:{action}");
        if !killed(&mut world, &fault, passage, collects) {
            break;
        }
        kills += 1;
    }
    assert!(kills > 0, "{point} is never passed: no test stops there");
    kills
}

/// Numbers that look random, and are the same for the same seed (xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

#[test]
fn killed_at_any_time_nothing_that_was_promised_is_lost() {
    let seed = std::env::var("CRASH_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()) << 20 | 0x9e37);
    println!("CRASH_SEED={seed}");
    let mut random = Random(seed);
    let mut world = World::new();
    let mut kills = 0;
    for round in 0..20 {
        // At any passage of any point, or at any moment.
        if round % 2 == 0 {
            let fault = format!("*:{}:kill", 1 + random.below(900));
            kills += usize::from(killed(&mut world, &fault, round, false));
            continue;
        }
        let Start::Up(mut life) = Life::try_start(&world, None, &[]) else {
            panic!("no start")
        };
        let delay = Duration::from_micros(random.below(400_000));
        let pid = life.pid();
        let (done, is_done) = channel::<()>();
        let killer = std::thread::spawn(move || {
            if is_done.recv_timeout(delay) == Err(RecvTimeoutError::Timeout) {
                rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
            }
        });
        let survived = script(&mut world, &mut life, round).is_ok();
        let _ = done.send(());
        killer.join().unwrap();
        if survived {
            life.kill();
        } else {
            life.end();
        }
        kills += 1;
        after(&mut world);
    }
    println!("{kills} kills at random times");
}
