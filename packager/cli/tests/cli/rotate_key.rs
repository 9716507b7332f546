//! `packager rotate-key`, killed and uninterrupted.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Output, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use packager_artifact::{Artifact, DigestMemo, OwnBytes, Part, Unsigned};
use packager_store::{Details, MasterKey, PackageId, Retry, SignatureFile, Store, StoreSettings, Submitted, Versions};
use rustix::process::Signal;

use crate::support::{FLEET_URL, Place, SECRET, Service, holds, mode, names, only_package, stderr, stdout};

const OLD: [u8; 32] = [0x11; 32];
const NEW: [u8; 32] = [0x22; 32];

fn write_key(path: &Path, key: [u8; 32]) -> String {
    fs::write(path, STANDARD.encode(key)).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    format!("file:{}", path.display())
}

fn rotate(place: &Place, arguments: &[&str]) -> Output {
    let data = place.path("data").display().to_string();
    place.run(&[&["rotate-key", "--data-dir", &data], arguments].concat())
}

fn create(place: &Place, service: &Service) {
    let asked = [
        "package",
        "--type",
        "deb",
        "--fleet-url",
        FLEET_URL,
        "--enroll-secret",
        SECRET,
    ];
    let output = place.run(&[&asked[..], &["--remote", &service.url]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn the_key_file_is_replaced_and_packages_stay() {
    let place = Place::new();
    let service = Service::start(&place, &[]);
    create(&place, &service);
    let name = place.work().pop().unwrap();
    let before = fs::read(place.path("work").join(&name)).unwrap();
    fs::remove_file(place.path("work").join(&name)).unwrap();
    let id = only_package(&place);
    let key_file = place.path("data/master.key");
    let old = fs::read_to_string(&key_file).unwrap();

    let output = rotate(&place, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("the data directory is in use by another process"),
        "{}",
        stderr(&output)
    );
    service.stop(Signal::TERM);

    let output = rotate(&place, &[]);
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(0), "1 package is sealed under the new master key\n"),
        "{}",
        stderr(&output)
    );
    let new = fs::read_to_string(&key_file).unwrap();
    assert_ne!(old, new);
    assert_eq!(mode(&key_file), 0o600);
    assert!(!holds(&place.path("data"), old.trim()));
    assert!(
        !names(&place.path("data"))
            .iter()
            .any(|name| name.contains("master.key."))
    );

    // The equal request joins the package, which is the same as before.
    let service = Service::start(&place, &[]);
    create(&place, &service);
    assert_eq!(fs::read(place.path("work").join(&name)).unwrap(), before);
    assert_eq!(only_package(&place), id);
    service.stop(Signal::TERM);

    // With the old key nothing opens, and the service says why.
    let reference = place.path("old.key");
    fs::write(&reference, &old).unwrap();
    fs::set_permissions(&reference, fs::Permissions::from_mode(0o600)).unwrap();
    let refused = serve(&place, &format!("file:{}", reference.display()));
    assert!(
        stderr(&refused).contains("has been replaced: the service needs the new one"),
        "{}",
        stderr(&refused)
    );
}

/// A start that fails.
fn serve(place: &Place, master_key: &str) -> Output {
    let repository = place.repository();
    let data = place.path("data").display().to_string();
    let mut all = vec![
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--admin-listen",
        "off",
        "--data-dir",
        &data,
    ];
    all.extend(repository.iter().map(String::as_str));
    all.extend(["--master-key", master_key]);
    let output = place.run(&all);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    output
}

#[test]
fn what_it_refuses() {
    let place = Place::new();
    let bare = STANDARD.encode(NEW);
    let output = rotate(&place, &["--new-master-key", &bare]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("not the secret itself"), "{}", stderr(&output));
    assert!(!stderr(&output).contains(&bare));
    let output = rotate(&place, &[]);
    assert!(stderr(&output).contains("nothing to rotate"), "{}", stderr(&output));
    assert!(!place.path("data").exists());

    fill(&place, 1);
    let old = write_key(&place.path("old.key"), OLD);
    let new = write_key(&place.path("new.key"), NEW);
    for (arguments, said) in [
        (&["--master-key", &old][..], "--new-master-key"),
        (&["--master-key", &new, "--new-master-key", &old], "another master key"),
        (&["--master-key", &old, "--new-master-key", &old], "is the one in use"),
        (&["--new-master-key", &new], "master.key is not there"),
        (
            &["--master-key", &old, "--new-master-key", "file:/nonexistent"],
            "/nonexistent",
        ),
    ] {
        let output = rotate(&place, arguments);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains(said), "{said}: {}", stderr(&output));
    }
    assert!(store(&place, OLD).is_ok());
}

fn store(place: &Place, key: [u8; 32]) -> Result<Store, packager_store::Error> {
    let key = MasterKey::from_bytes(key.into());
    Store::open(&place.path("data"), &key, StoreSettings::default(), Timestamp::now())
}

fn own(number: usize) -> Vec<u8> {
    format!("package {number} {SECRET} {:6000}", "").into_bytes()
}

/// A data directory under the old key with this many packages.
fn fill(place: &Place, count: usize) -> Vec<PackageId> {
    let store = store(place, OLD).unwrap();
    let build = |number: usize| {
        let request = format!("request {number}");
        let asked = store.fingerprint(request.as_bytes());
        let now = Timestamp::now();
        let reserved = store.reserve(asked, request.as_bytes(), Retry::No, now, || Ok(()));
        let Submitted { id, .. } = reserved.unwrap();
        let composed = Unsigned {
            file_name: "fleet-osquery_1.0.0_amd64.deb".to_owned(),
            media_type: "application/vnd.debian.binary-package",
            parts: vec![Part::Own(OwnBytes::new(own(number)))],
        };
        let artifact = Artifact::finish(composed, store.shared(), &DigestMemo::new()).unwrap();
        let details = Details {
            signature: SignatureFile::None,
            versions: Versions::default(),
            profile: None,
        };
        store.publish(id, &artifact, details, now).unwrap();
        id
    };
    // Threads wait for the disk together.
    let threads = 16;
    let mut made: Vec<_> = std::thread::scope(|scope| {
        let build = &build;
        let threads: Vec<_> = (0..threads)
            .map(|first| {
                scope.spawn(move || {
                    (first..count)
                        .step_by(threads)
                        .map(|n| (n, build(n)))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    store.flush().unwrap();
    made.sort_unstable_by_key(|(number, _)| *number);
    made.into_iter().map(|(_, id)| id).collect()
}

#[test]
fn a_thousand_packages_though_it_is_killed_again_and_again() {
    const COUNT: usize = 1000;
    let place = Place::new();
    let ids = fill(&place, COUNT);
    let old = write_key(&place.path("old.key"), OLD);
    let new = write_key(&place.path("new.key"), NEW);
    let data = place.path("data").display().to_string();
    let arguments = [
        "rotate-key",
        "--data-dir",
        &data,
        "--master-key",
        &old,
        "--new-master-key",
        &new,
    ];
    let rotated = |id: &PackageId| {
        let name = id.to_string();
        let path = place.path("data/packages").join(&name[..2]).join(format!("{name}.own"));
        fs::read(path).unwrap()[8..80].to_vec()
    };
    let before: Vec<_> = ids.iter().map(rotated).collect();
    let mut kills = 0;
    // Killed when it has begun, when a third is done, and when the index is being replaced.
    for reached in [
        &(|| {
            fs::read_to_string(place.path("data/key-check"))
                .unwrap()
                .contains("becomes")
        }) as &dyn Fn() -> bool,
        &|| {
            ids.iter()
                .zip(&before)
                .filter(|(id, before)| rotated(id) != **before)
                .count()
                > COUNT / 3
        },
        &|| place.path("data/index.new").exists(),
    ] {
        let mut child = place
            .packager(&arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while !reached() && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        let code = child.wait().unwrap().code();
        if code.is_none() {
            kills += 1;
            for key in [&old, &new] {
                let refused = serve(&place, key);
                assert!(
                    stderr(&refused).contains("run `packager rotate-key` again"),
                    "{}",
                    stderr(&refused)
                );
            }
        }
    }
    assert!(kills >= 2, "{kills}");
    let started = std::time::Instant::now();
    let output = place.run(&arguments);
    let took = started.elapsed();
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(0), "1000 packages are sealed under the new master key\n"),
        "{}",
        stderr(&output)
    );
    assert!(took.as_secs() < 60, "{took:?}");
    assert!(
        stderr(&output).contains("now set master_key to file:"),
        "{}",
        stderr(&output)
    );

    assert!(matches!(
        store(&place, OLD),
        Err(packager_store::Error::ReplacedMasterKey)
    ));
    let store = store(&place, NEW).unwrap();
    for (number, id) in ids.iter().enumerate() {
        let package = store.open_package(*id, Timestamp::now()).unwrap();
        assert_eq!(package.own.expose(), own(number), "{number}");
        assert_ne!(rotated(id), before[number], "{number}");
    }
    let request = b"request 7";
    let joined = store
        .submit(store.fingerprint(request), request, Retry::No, Timestamp::now())
        .unwrap();
    assert_eq!(joined.id, ids[7]);
    drop(store);
    // Once more is no harm.
    let again = place.run(&arguments);
    assert!(again.status.success(), "{}", stderr(&again));
    eprintln!("1000 packages: {took:?}");
}

#[test]
fn a_key_file_that_is_replaced_by_a_reference_is_destroyed() {
    let place = Place::new();
    let service = Service::start(&place, &[]);
    create(&place, &service);
    service.stop(Signal::TERM);
    let key_file = place.path("data/master.key");
    let kept = place.path("kept");
    // A second name shows what became of the bytes themselves.
    fs::hard_link(&key_file, &kept).unwrap();
    let output = place
        .packager(&["rotate-key", "--data-dir", &place.path("data").display().to_string()])
        .args(["--new-master-key", "env:NEW_KEY"])
        .env("NEW_KEY", STANDARD.encode(NEW))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!key_file.exists());
    assert!(fs::read(&kept).unwrap().iter().all(|byte| *byte == 0));
    // No key is made in its place for packages that are under another.
    let data = place.path("data").display().to_string();
    let repository = place.repository();
    let mut all = vec![
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--admin-listen",
        "off",
        "--data-dir",
        &data,
    ];
    all.extend(repository.iter().map(String::as_str));
    let refused = place.run(&all);
    assert!(stderr(&refused).contains("name the master key"), "{}", stderr(&refused));
    assert!(!key_file.exists());
    assert!(store(&place, NEW).is_ok());
}
