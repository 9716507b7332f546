//! A repository written by `tough`'s own editor.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::collections::HashMap;
use std::fs;
use std::num::NonZeroU64;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::Ed25519KeyPair;
use common::{hours, name, now, open};
use packager_targets::Role;
use serde_json::json;
use tempfile::tempdir;
use tough::editor::RepositoryEditor;
use tough::editor::signed::{PathExists, SignedRole};
use tough::key_source::{KeySource, LocalKeySource};
use tough::schema::{KeyHolder, RoleKeys, RoleType, Root, Target};
use tough::sign::Sign as _;

#[tokio::test]
async fn a_repository_of_the_editor_is_read() {
    for consistent_snapshot in [false, true] {
        check(consistent_snapshot).await;
    }
}

async fn check(consistent_snapshot: bool) {
    let (folder, input) = (tempdir().unwrap(), tempdir().unwrap());
    let cache = tempdir().unwrap();
    let key_path = input.path().join("key");
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    fs::write(&key_path, pkcs8.as_ref()).unwrap();
    let keys: Vec<Box<dyn KeySource>> = vec![Box::new(LocalKeySource { path: key_path })];

    let key = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap().tuf_key();
    let id = key.key_id().unwrap();
    let one = NonZeroU64::MIN;
    let role_keys = |_| RoleKeys {
        keyids: vec![id.clone()],
        threshold: one,
        _extra: HashMap::new(),
    };
    let roles = [
        RoleType::Root,
        RoleType::Timestamp,
        RoleType::Snapshot,
        RoleType::Targets,
    ];
    let root = Root {
        spec_version: "1.0.0".to_owned(),
        consistent_snapshot,
        version: one,
        expires: hours(24),
        keys: HashMap::from([(id.clone(), key)]),
        roles: roles.map(|role| (role, role_keys(role))).into(),
        _extra: HashMap::from([("comment".to_owned(), json!("unknown members are signed too"))]),
    };
    let holder = KeyHolder::Root(root.clone());
    let root = SignedRole::new(root, &holder, &keys, &SystemRandom::new())
        .await
        .unwrap();
    let root_path = input.path().join("root.json");
    fs::write(&root_path, root.buffer()).unwrap();

    let targets = input.path().join("targets");
    fs::create_dir(&targets).unwrap();
    fs::write(targets.join("orbit.exe"), b"MZ orbit").unwrap();
    let mut target = Target::from_path(targets.join("orbit.exe")).await.unwrap();
    target.custom.insert("version".to_owned(), json!("1.2.3"));
    let mut editor = RepositoryEditor::new(&root_path).await.unwrap();
    editor
        .targets_expires(hours(24))
        .unwrap()
        .targets_version(one)
        .unwrap()
        .snapshot_expires(hours(24))
        .snapshot_version(one)
        .timestamp_expires(hours(24))
        .timestamp_version(one)
        .add_target("orbit.exe", target)
        .unwrap();
    let signed = editor.sign(&keys).await.unwrap();
    signed.write(folder.path()).await.unwrap();
    signed
        .copy_targets(&targets, folder.path().join("targets"), PathExists::Fail)
        .await
        .unwrap();

    let repository = open(folder.path(), root.buffer(), cache.path()).await;
    let metadata = repository.refresh(now()).await.unwrap();
    assert_eq!(metadata.version(Role::Root).get(), 1);
    let target = metadata.target(&name("orbit.exe")).unwrap();
    assert_eq!(target.version().unwrap().as_str(), "1.2.3");
    let cached = repository.fetch(&target).await.unwrap();
    assert_eq!(fs::read(cached.path()).unwrap(), b"MZ orbit");
}
