//! Repositories of python-tuf, the reference implementation, in Fleet's layout.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{ORBIT, hours, name, now, open, publish};
use packager_targets::sample::{ConsistentSnapshot, ListedDigests, SampleSettings};
use packager_targets::{EntryKind, Error, Role};
use tempfile::tempdir;

/// Runs a recipe of `fixtures/tuf` to its end, and returns what it printed.
fn run(recipe: &str, arguments: &[&OsStr]) -> String {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = workspace.join(".venv/bin/python");
    assert!(
        python.exists(),
        "python-tuf is not installed: run `python3 -m venv .venv` and \
         `.venv/bin/pip install -r fixtures/tuf/requirements.txt` at the top of the workspace \
         (`make test` does)"
    );
    let output = Command::new(python)
        .arg(workspace.join("fixtures/tuf").join(recipe))
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{recipe} failed: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn write_repository(folder: &Path, arguments: &[&str]) {
    let mut all = vec![folder.as_os_str()];
    all.extend(["--now", "2026-01-01T00:00:00Z"].map(OsStr::new));
    all.extend(arguments.iter().map(OsStr::new));
    run("python_tuf.py", &all);
}

async fn check(arguments: &[&str]) {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    write_repository(folder.path(), arguments);
    let pinned = fs::read(folder.path().join("pinned.json")).unwrap();
    let repository = open(folder.path(), &pinned, cache.path()).await;
    let metadata = repository.refresh(now()).await.unwrap();
    let versions = [Role::Timestamp, Role::Snapshot, Role::Targets];
    assert_eq!(versions.map(|role| metadata.version(role).get()), [7, 5, 3]);
    assert_eq!(metadata.expires(), hours(24));
    assert_eq!(metadata.target_names().count(), 4);

    for (path, version, length) in [
        ("orbit/linux/stable/orbit", "1.58.0", 11),
        ("orbit/linux/edge+rc/orbit", "1.59.0-rc.1+7", 16),
        ("osqueryd/linux/stable/osqueryd", "5.20.0", 700_000),
    ] {
        let target = metadata.target(&name(path)).unwrap();
        assert_eq!(target.version().unwrap().as_str(), version);
        let cached = repository.fetch(&target).await.unwrap();
        assert_eq!(cached.size_bytes(), length);
    }

    let desktop = name("desktop/linux/stable/desktop.tar.gz");
    let desktop = metadata.target(&desktop).unwrap();
    let desktop = repository.fetch(&desktop).await.unwrap();
    let unpacked = repository.unpack(&desktop).await.unwrap();
    let [folder, executable, resource] = &unpacked.entries[..] else {
        panic!("{unpacked:?}");
    };
    assert_eq!(folder.path.as_str(), "fleet-desktop");
    assert_eq!((folder.mode, &folder.kind), (0o755, &EntryKind::Directory));
    assert_eq!(executable.path.as_str(), "fleet-desktop/fleet-desktop");
    assert_eq!(executable.mode, 0o755);
    let EntryKind::File { source, size_bytes, .. } = &executable.kind else {
        panic!("{executable:?}");
    };
    assert_eq!(*size_bytes, 13);
    assert_eq!(fs::read(source).unwrap(), b"\x7fELF desktop\n");
    assert!(resource.path.as_str().ends_with("resources-ü"));

    let delegated = metadata.target(&name("unstable/orbit"));
    assert!(matches!(delegated, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn digests_of_one_kind_or_both() {
    for digests in ["sha512", "sha256", "both"] {
        check(&["--digests", digests]).await;
    }
}

#[tokio::test]
async fn consistent_snapshots() {
    for digests in ["sha512", "sha256", "both"] {
        check(&["--digests", digests, "--consistent-snapshot"]).await;
    }
}

#[tokio::test]
async fn neither_lengths_nor_hashes_of_metadata() {
    check(&["--digests", "sha512", "--bare-meta"]).await;
}

#[tokio::test]
async fn delegations_are_part_of_what_is_signed() {
    check(&["--digests", "both", "--delegations"]).await;
    check(&["--digests", "both", "--delegations", "--consistent-snapshot"]).await;
}

#[tokio::test]
async fn rotated_root_keys() {
    check(&["--digests", "sha512", "--rotations", "3"]).await;
}

#[test]
fn python_tuf_reads_sample_repositories() {
    for digests in [
        ListedDigests::Sha512Alone,
        ListedDigests::Sha256Alone,
        ListedDigests::Both,
    ] {
        for consistent_snapshot in [ConsistentSnapshot::No, ConsistentSnapshot::Yes] {
            let (folder, state) = (tempdir().unwrap(), tempdir().unwrap());
            // python-tuf asks the machine for the time.
            let settings = SampleSettings {
                digests,
                consistent_snapshot,
                expires: "2099-01-01T00:00:00Z".parse().unwrap(),
            };
            let mut sample = publish(folder.path(), settings);
            let pinned = state.path().join("pinned.json");
            fs::write(&pinned, sample.root()).unwrap();
            for role in Role::ALL {
                sample.rotate_key(role).unwrap();
            }
            sample.publish().unwrap();
            let read = run(
                "read_with_python_tuf.py",
                &[
                    folder.path().as_os_str(),
                    pinned.as_os_str(),
                    state.path().as_os_str(),
                    OsStr::new(ORBIT),
                ],
            );
            let expected = r#"{"version": "1.58.0", "content": "orbit 1"}"#;
            assert_eq!(read.trim_end(), expected);
        }
    }
}
