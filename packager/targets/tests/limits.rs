//! Bounds on metadata, on both sides.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use std::fs;

use common::{limits, now, published, settings};
use packager_targets::{Check, Error, FileTransport, Limits, Repository, Role};
use tempfile::tempdir;
use url::Url;

fn bound(limits: &mut Limits, role: Role) -> &mut u64 {
    match role {
        Role::Root => &mut limits.root_bytes,
        Role::Timestamp => &mut limits.timestamp_bytes,
        Role::Snapshot => &mut limits.snapshot_bytes,
        Role::Targets => &mut limits.targets_bytes,
    }
}

#[tokio::test]
async fn a_file_of_metadata_may_fill_its_limit_and_not_exceed_it() {
    for role in Role::ALL {
        let folder = tempdir().unwrap();
        let mut sample = published(folder.path());
        let pinned = sample.root().to_vec();
        sample.sign_root().unwrap();
        let file = match role {
            Role::Root => "2.root.json".to_owned(),
            _ => format!("{role}.json"),
        };
        let length = fs::metadata(folder.path().join(file)).unwrap().len();
        for (limit, fits) in [(length, true), (length - 1, false)] {
            let cache = tempdir().unwrap();
            let url = Url::from_directory_path(folder.path()).unwrap();
            let mut settings = settings(url, &pinned, cache.path());
            settings.limits = limits();
            *bound(&mut settings.limits, role) = limit;
            let repository = Repository::open(settings, Box::new(FileTransport)).await.unwrap();
            match repository.refresh(now()).await {
                Ok(_) => assert!(fits, "{role}"),
                Err(Error::Untrusted { subject, check, .. }) => {
                    assert_eq!((fits, subject, check), (false, role.into(), Check::Length));
                }
                Err(error) => panic!("{error:?}"),
            }
        }
    }
}
