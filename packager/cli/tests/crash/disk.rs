//! A disk that is full or read-only, and in order again later, without a restart.
//!
//! The full disk is a real one: a file system in memory, of a few megabytes, in a mount namespace of the service's own.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::life::{Life, Start, command, eventually};
use crate::promises::{EXPIRE_SECONDS, Known, create, destroy, download, finish};
use crate::repository;
use crate::world::World;

/// Mounts the file system, and becomes the service: `$1` are the options, `$2` is the data directory.
const MOUNT: &str = r#"set -eu; mount -t tmpfs -o "$1" tmpfs "$2"; shift 2; exec "$@""#;

/// The service on a disk of its own, and where that is seen from here.
fn on_a_disk(world: &World, options: &str) -> Start {
    assert!(
        rustix::process::geteuid().is_root(),
        "a disk of a service's own takes root's rights: run the tests as root (`make test` says how)"
    );
    fs::create_dir_all(world.data()).unwrap();
    let service = command(world, None, &[]);
    let mut mounted = Command::new("/usr/bin/unshare");
    mounted
        .args([
            "--mount",
            "--propagation",
            "private",
            "--",
            "/bin/sh",
            "-c",
            MOUNT,
            "sh",
            options,
        ])
        .arg(world.data())
        .arg(service.get_program())
        .args(service.get_args())
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .envs(service.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .current_dir(world.path("work"));
    Life::spawn(world, mounted)
}

fn seen(life: &Life, world: &World) -> PathBuf {
    let root = format!("/proc/{}/root", life.pid().as_raw_nonzero());
    Path::new(&root).join(world.data().strip_prefix("/").unwrap())
}

/// Takes all room there is.
fn fill(disk: &Path) -> PathBuf {
    let path = disk.join("filler");
    let mut file = File::create(&path).unwrap();
    for size in [64 * 1024, 4096, 1] {
        while file.write(&vec![1; size]).is_ok_and(|written| written > 0) {}
    }
    path
}

fn build(world: &mut World, life: &Life) -> String {
    let id = create(world, life, &repository::channel(0), true).unwrap().unwrap();
    assert_eq!(finish(world, life, &id).unwrap(), "success");
    id
}

fn served(world: &World, life: &Life, id: &str) {
    let Some(Known::Ready(sha256, _)) = world.promises.get(id) else {
        panic!()
    };
    assert_eq!(download(life, id).unwrap().as_ref(), Ok(sha256));
}

/// A request for a package is refused, and the answer says what to do.
fn refused(world: &mut World, life: &Life) {
    let body = crate::marker::request(9999, &repository::channel(0), true);
    let answer = life.ask("POST", "/create", &body).unwrap();
    assert_eq!(answer.status, 503);
    assert!(answer.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("room") || detail.contains("storage"), "{detail}");
    assert!(create(world, life, &repository::channel(1), true).unwrap().is_err());
}

fn gone(disk: &Path, id: &str) -> bool {
    !disk.join("packages").join(&id[..2]).join(format!("{id}.own")).exists()
}

#[test]
fn on_a_full_disk_packages_are_served_and_destroyed_and_later_built_again() {
    let mut world = World::new();
    let Start::Up(life) = on_a_disk(&world, "size=48m,mode=0700") else {
        panic!("it did not start")
    };
    let disk = seen(&life, &world);
    let [kept, destroyed, other] = [(); 3].map(|()| build(&mut world, &life));
    for round in 0..2 {
        let filler = fill(&disk);
        refused(&mut world, &life);
        served(&world, &life, &kept);
        if round == 0 {
            assert_eq!(destroy(&mut world, &life, &destroyed).unwrap(), 204);
            assert_eq!(download(&life, &destroyed).unwrap(), Err(410));
            assert!(gone(&disk, &destroyed));
            served(&world, &life, &other);
        } else {
            world.advance(EXPIRE_SECONDS + 1);
            assert_eq!(download(&life, &kept).unwrap(), Err(410));
            eventually("the destruction of what expired", || {
                (gone(&disk, &kept) && gone(&disk, &other)).then_some(())
            });
        }
        fs::remove_file(filler).unwrap();
        eventually("room", || {
            let id = create(&mut world, &life, &repository::channel(0), true).unwrap().ok()?;
            (finish(&mut world, &life, &id).unwrap() == "success").then_some(())
        });
        if round == 0 {
            served(&world, &life, &kept);
        }
        assert_eq!(download(&life, &destroyed).unwrap(), Err(410));
    }
    let log = life.stop();
    assert!(!log.iter().any(|line| line.contains("panicked")), "{}", log.join("\n"));
}

#[test]
fn on_a_disk_that_is_read_only_the_service_says_so_and_does_not_start() {
    let world = World::new();
    let Start::Ended(status, log) = on_a_disk(&world, "ro,mode=0700") else {
        panic!("it started")
    };
    assert_eq!(status.code(), Some(1));
    let log = log.join("\n");
    assert!(log.contains("Read-only file system"), "{log}");
}

#[test]
fn while_nothing_can_be_written_packages_are_served_and_later_all_is_as_it_should_be() {
    for error in ["erofs", "enospc", "eio"] {
        let mut world = World::new();
        world.may_fail = true;
        let switch = world.path("disk-fails");
        let mut failing = command(&world, Some(&format!("*:1+:{error}")), &[]);
        failing.env("FAULT_WHILE", &switch);
        let Start::Up(life) = Life::spawn(&world, failing) else {
            panic!("it did not start")
        };
        let [kept, destroyed] = [(); 2].map(|()| build(&mut world, &life));
        fs::write(&switch, "").unwrap();
        served(&world, &life, &kept);
        // It cannot be destroyed now; it is not served any more all the same.
        assert_eq!(destroy(&mut world, &life, &destroyed).unwrap(), 503);
        assert_eq!(download(&life, &destroyed).unwrap(), Err(410));
        // The first to meet the fault may have been promised its package already.
        eventually("a refusal", || {
            create(&mut world, &life, &repository::channel(0), true)
                .unwrap()
                .is_err()
                .then_some(())
        });
        refused(&mut world, &life);
        served(&world, &life, &kept);
        fs::remove_file(&switch).unwrap();
        eventually("what could not be destroyed", || {
            gone(&world.data(), &destroyed).then_some(())
        });
        eventually("order", || {
            let id = create(&mut world, &life, &repository::channel(0), true).unwrap().ok()?;
            (finish(&mut world, &life, &id).ok()? == "success").then_some(())
        });
        served(&world, &life, &kept);
        assert_eq!(download(&life, &destroyed).unwrap(), Err(410));
        crate::promises::compare(&mut world, &life);
        life.kill();
        let life = Life::start(&world);
        crate::promises::compare(&mut world, &life);
    }
}
