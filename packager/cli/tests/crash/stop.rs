//! The orderly end.

use std::io::{self, Read};
use std::net::TcpStream;

use rustix::process::Signal;

use crate::http::connect;
use crate::life::{Life, Start, command, eventually};
use crate::marker::{assert_none_left, find, package_holds_marks};
use crate::promises::{EXPIRE_SECONDS, Known, compare, create, download, finish};
use crate::repository;
use crate::world::World;

#[test]
fn builds_end_or_are_parked_and_the_next_start_takes_them_up() {
    for grace in ["30s", "0s"] {
        let mut world = World::new();
        let Start::Up(life) = Life::try_start(&world, None, &["--shutdown-timeout", grace, "--workers", "1"]) else {
            panic!()
        };
        for number in 0..6 {
            create(&mut world, &life, &repository::channel(number), true)
                .unwrap()
                .unwrap();
        }
        life.stop();
        assert_none_left(&world);
        let life = Life::start(&world);
        compare(&mut world, &life);
        life.stop();
    }
}

#[test]
fn a_download_that_does_not_end_is_cut_and_new_connections_are_refused() {
    let mut world = World::new();
    let Start::Up(life) = Life::try_start(&world, None, &["--shutdown-timeout", "2s"]) else {
        panic!()
    };
    let id = create(&mut world, &life, &repository::large(), false).unwrap().unwrap();
    finish(&mut world, &life, &id).unwrap();
    // More than all buffers on the way take, and nobody reads it.
    let mut stalled = connect(life.address, "GET", &format!("/download/{id}"), "").unwrap();
    let mut begin = [0; 16];
    stalled.read_exact(&mut begin).unwrap();
    assert!(begin.starts_with(b"HTTP/1.1 200"));
    life.send(Signal::TERM);
    eventually("the refusal of connections", || {
        TcpStream::connect(life.address).is_err().then_some(())
    });
    let (status, log) = life.end();
    assert!(status.success(), "{status}: {}", log.join("\n"));
    // What was on the way arrives, and then the connection ends early.
    let mut rest = Vec::new();
    let _ = stalled.read_to_end(&mut rest);
    let Some(Known::Ready(..)) = world.promises.get(&id) else {
        panic!()
    };
    assert!(rest.len() < repository::LARGE_BYTES, "{} bytes came", rest.len());
}

#[test]
fn a_second_signal_ends_at_once() {
    for (first, second) in [
        (Signal::TERM, Signal::TERM),
        (Signal::TERM, Signal::INT),
        (Signal::INT, Signal::TERM),
    ] {
        let mut world = World::new();
        let Start::Up(life) = Life::try_start(&world, None, &["--shutdown-timeout", "1h"]) else {
            panic!()
        };
        let id = create(&mut world, &life, &repository::large(), false).unwrap().unwrap();
        finish(&mut world, &life, &id).unwrap();
        let mut stalled = connect(life.address, "GET", &format!("/download/{id}"), "").unwrap();
        stalled.read_exact(&mut [0; 16]).unwrap();
        life.send(first);
        eventually("the refusal of connections", || {
            TcpStream::connect(life.address).is_err().then_some(())
        });
        life.send(second);
        let (status, log) = life.end();
        assert_eq!(status.code(), Some(130), "{status}: {}", log.join("\n"));
        let life = Life::start(&world);
        compare(&mut world, &life);
    }
}

#[test]
fn a_whole_life_leaves_no_mark_before_or_after_expiry() {
    let mut world = World::new();
    let life = Life::start(&world);
    let id = create(&mut world, &life, &repository::channel(0), true)
        .unwrap()
        .unwrap();
    finish(&mut world, &life, &id).unwrap();
    let package = life.ask("GET", &format!("/download/{id}"), "").unwrap().body;
    // Otherwise it would be no wonder that nothing is found.
    assert!(package_holds_marks(&package));
    // A request that is refused must not be logged either.
    let body = crate::marker::request(0, "no such channel!", true);
    assert_eq!(life.ask("POST", "/create", &body).unwrap().status, 400);
    let mapped = life.mapped();
    assert!(mapped.iter().any(|path| path.ends_with("packager")), "{mapped:?}");
    assert_eq!(find(&mapped), Vec::<std::path::PathBuf>::new());
    assert_none_left(&world);
    world.advance(EXPIRE_SECONDS + 1);
    compare(&mut world, &life);
    assert_eq!(download(&life, &id).unwrap(), Err(410));
    assert_none_left(&world);
    assert_eq!(find(&life.mapped()), Vec::<std::path::PathBuf>::new());
    life.stop();
    assert_none_left(&world);
}

#[test]
fn a_program_with_faults_says_so() -> io::Result<()> {
    let world = World::new();
    let life = Life::start(&world);
    let log = life.stop();
    assert!(
        log.iter()
            .any(|line| line.contains("ERROR") && line.contains("faults compiled in"))
    );
    let output = command(&world, Some("No.Such.Point"), &[]).output()?;
    assert_eq!(output.status.code(), Some(1));
    Ok(())
}
