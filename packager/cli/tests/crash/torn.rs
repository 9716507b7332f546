//! Files of the data directory are cut, changed or taken away while no process runs: that is noticed, nothing wrong is
//! served, and as far as possible the service goes on by itself.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::life::{Life, Start, eventually, says};
use crate::promises::{Known, create, download, finish};
use crate::repository;
use crate::world::{World, files};

/// What is done to a file.
#[derive(Debug, Clone, Copy)]
enum Harm {
    Cut,
    Empty,
    Flip,
    Remove,
}

const HARMS: [Harm; 4] = [Harm::Cut, Harm::Empty, Harm::Flip, Harm::Remove];

fn harm(path: &Path, harm: Harm) {
    let file = OpenOptions::new().write(true).read(true).open(path).unwrap();
    let size = file.metadata().unwrap().len();
    match harm {
        Harm::Cut => file.set_len(size / 2).unwrap(),
        Harm::Empty => file.set_len(0).unwrap(),
        Harm::Flip => {
            let mut byte = [0];
            file.read_exact_at(&mut byte, size / 2).unwrap();
            file.write_all_at(&[byte[0] ^ 0x10], size / 2).unwrap();
        }
        Harm::Remove => fs::remove_file(path).unwrap(),
    }
}

/// A world with two packages that are ready, and nobody running.
fn ready() -> (World, [String; 2]) {
    let mut world = World::new();
    let life = Life::start(&world);
    let ids = [0, 1].map(|_| {
        let id = create(&mut world, &life, &repository::channel(0), true)
            .unwrap()
            .unwrap();
        assert_eq!(finish(&mut world, &life, &id).unwrap(), "success");
        id
    });
    life.stop();
    (world, ids)
}

fn sha256(world: &World, id: &str) -> String {
    match world.promises.get(id) {
        Some(Known::Ready(sha256, _)) => sha256.clone(),
        other => panic!("{other:?}"),
    }
}

fn below(world: &World, folder: &str) -> Vec<PathBuf> {
    let mut all = Vec::new();
    files(&world.data().join(folder), &mut all);
    all
}

/// A new package can be had, and what was ready is served as it was.
fn goes_on(world: &mut World, life: &Life, ids: &[String], what: &str) {
    for id in ids {
        assert_eq!(download(life, id).unwrap(), Ok(sha256(world, id)), "{what}");
    }
    let id = create(world, life, &repository::channel(0), true).unwrap().unwrap();
    assert_eq!(finish(world, life, &id).unwrap(), "success", "{what}");
    assert_eq!(download(life, &id).unwrap(), Ok(sha256(world, &id)), "{what}");
}

#[test]
fn a_torn_package_is_not_served_and_the_others_are() {
    for how in HARMS {
        let (mut world, [torn, whole]) = ready();
        harm(
            &world
                .data()
                .join("packages")
                .join(&torn[..2])
                .join(format!("{torn}.own")),
            how,
        );
        let life = Life::start(&world);
        let refused = download(&life, &torn).unwrap().unwrap_err();
        assert!([409, 410].contains(&refused), "{how:?}: {refused}");
        let status = finish(&mut world, &life, &torn).unwrap();
        assert!(status == "fail" || status == "expired", "{how:?}: {status}");
        goes_on(&mut world, &life, &[whole], "another package");
        let log = life.stop();
        assert!(
            says(&log, "does not open") || says(&log, "is torn") || matches!(how, Harm::Remove),
            "{how:?}"
        );
    }
}

#[test]
fn a_torn_job_reads_as_failed() {
    for how in HARMS {
        let mut world = World::new();
        // A job that was promised, and whose build never began.
        let Start::Up(life) = Life::try_start(&world, Some("Job.Synced:1:kill"), &["--workers", "1"]) else {
            panic!()
        };
        let first = create(&mut world, &life, &repository::channel(0), true);
        assert!(first.is_err() || first.unwrap().is_ok());
        life.kill();
        let jobs: Vec<_> = below(&world, "packages");
        let Some(job) = jobs
            .iter()
            .find(|path| path.extension().is_some_and(|extension| extension == "job"))
        else {
            // The build was faster than its job.
            continue;
        };
        let id = job.file_stem().unwrap().to_str().unwrap().to_owned();
        harm(job, how);
        let life = Life::start(&world);
        let answer = life.ask("GET", &format!("/status?package_id={id}"), "").unwrap();
        if matches!(how, Harm::Remove) {
            assert_eq!(answer.status, 404);
        } else {
            assert_eq!(answer.json()["status"], "fail", "{how:?}");
            assert!(!answer.json()["logs"].as_str().unwrap().is_empty());
        }
        assert!(below(&world, "packages").is_empty(), "{how:?}");
        goes_on(&mut world, &life, &[], "after a torn job");
    }
}

#[test]
fn a_lost_or_torn_index_is_made_anew_from_the_sealed_files() {
    let (mut world, ids) = ready();
    fs::remove_dir_all(world.data().join("index")).unwrap();
    let life = Life::start(&world);
    goes_on(&mut world, &life, &ids, "without an index");
    life.kill();

    for how in HARMS {
        let (mut world, ids) = ready();
        for (number, path) in below(&world, "index").into_iter().enumerate() {
            let name = path.file_name().unwrap().to_owned();
            if !path.exists() {
                continue;
            }
            harm(&path, how);
            let life = match Life::try_start(&world, None, &[]) {
                Start::Up(life) => life,
                Start::Ended(status, log) => panic!("{how:?} {name:?}: {status}\n{}", log.join("\n")),
            };
            goes_on(&mut world, &life, &ids, &format!("{how:?} {}", path.display()));
            if number % 2 == 0 {
                life.stop();
            } else {
                life.kill();
            }
        }
    }
}

/// Wherever a byte of the index is another one, the service starts, and serves what it should or says that it cannot.
#[test]
fn no_byte_of_the_index_keeps_the_service_down() {
    let (mut world, ids) = ready();
    let db = world.data().join("index").join("db");
    let size = fs::metadata(&db).unwrap().len();
    let whole = fs::read(&db).unwrap();
    let used = whole.iter().rposition(|byte| *byte != 0).unwrap() as u64 + 1;
    for step in 0..24 {
        let offset = used * step / 24;
        let file = OpenOptions::new().write(true).open(&db).unwrap();
        file.set_len(size).unwrap();
        file.write_all_at(&[0xa5; 16], offset.min(size - 16)).unwrap();
        drop(file);
        let life = Life::start(&world);
        goes_on(&mut world, &life, &ids, &format!("offset {offset}"));
        life.stop();
    }
}

#[test]
fn a_broken_shared_part_is_never_served_and_is_made_anew() {
    for how in HARMS {
        for running in [true, false] {
            let what = format!("{how:?}, {}", if running { "running" } else { "starting" });
            let (mut world, ids) = ready();
            let parts = below(&world, "shared");
            assert!(parts.len() >= 2);
            let spoil = || parts.iter().for_each(|part| harm(part, how));
            let life = if running {
                let life = Life::start(&world);
                // It has read them by now.
                assert_eq!(download(&life, &ids[0]).unwrap(), Ok(sha256(&world, &ids[0])));
                spoil();
                life
            } else {
                spoil();
                Life::start(&world)
            };
            for id in &ids {
                // A body that breaks off, or a clear refusal, or the right bytes if it is mended already.
                match download(&life, id) {
                    Err(_) | Ok(Err(503)) => {}
                    Ok(Ok(served)) => assert_eq!(served, sha256(&world, id), "{what}"),
                    Ok(Err(status)) => panic!("{what}: {status}"),
                }
            }
            // The next build makes the parts anew, the same bytes, and all packages that need them work again.
            let id = create(&mut world, &life, &repository::channel(0), true)
                .unwrap()
                .unwrap();
            assert_eq!(finish(&mut world, &life, &id).unwrap(), "success", "{what}");
            goes_on(&mut world, &life, &ids, &what);
            assert!(parts.iter().all(|part| part.exists()), "{what}");
        }
    }
}

#[test]
fn torn_metadata_and_targets_are_fetched_again() {
    for how in HARMS {
        let (mut world, ids) = ready();
        let paths: Vec<_> = below(&world, "tuf")
            .into_iter()
            .filter(|path| path.file_name().is_some_and(|name| name != "lock"))
            .collect();
        assert!(paths.len() >= 6, "{paths:?}");
        for path in paths {
            if !path.exists() {
                continue;
            }
            harm(&path, how);
            // The parts are made from the targets again.
            let _ = fs::remove_dir_all(world.data().join("shared"));
            let life = Life::start(&world);
            let what = format!("{how:?} {}", path.display());
            // The first build may go on from an older root that still verifies, whose metadata is another part.
            eventually(&what, || {
                let id = create(&mut world, &life, &repository::channel(0), true)
                    .unwrap()
                    .unwrap();
                assert_eq!(finish(&mut world, &life, &id).unwrap(), "success", "{what}");
                download(&life, &ids[0]).unwrap().ok()
            });
            goes_on(&mut world, &life, &ids, &what);
            life.kill();
        }
    }
}

#[test]
fn a_torn_key_check_is_made_anew_and_a_lost_key_is_said() {
    let (mut world, ids) = ready();
    for how in HARMS {
        let path = world.data().join("key-check");
        // A check of the right form that is another key's is no torn one.
        if !matches!(how, Harm::Flip) {
            harm(&path, how);
        }
        let life = Life::start(&world);
        goes_on(&mut world, &life, &ids, &format!("key-check {how:?}"));
        life.stop();
    }
    for how in HARMS {
        let path = world.data().join("master.key");
        let whole = fs::read(&path).unwrap();
        harm(&path, how);
        let Start::Ended(status, log) = Life::try_start(&world, None, &[]) else {
            panic!("{how:?}: it started")
        };
        assert_eq!(status.code(), Some(1), "{how:?}");
        assert!(says(&log, "master key"), "{how:?}: {}", log.join("\n"));
        // Nothing was made or destroyed: with the right key in its place everything is as it was.
        assert!(!matches!(how, Harm::Remove) || !path.exists(), "another key was made");
        fs::write(&path, whole).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    let life = Life::start(&world);
    goes_on(&mut world, &life, &ids, "with its key back");
}
