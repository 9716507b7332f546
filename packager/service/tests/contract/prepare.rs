//! What packages share is made before anybody asks.

use std::fs;
use std::time::Duration;

use serde_json::json;

use crate::harness::{Service, deb, deb_with, put, put_version};

const SUCCEEDED: &str = "packager_preparations_total{outcome=\"success\"}";
const FAILED: &str = "packager_preparations_total{outcome=\"failure\"}";
const ORBIT: &str = "orbit/linux/stable/orbit";

/// Waits until a figure has a value.
async fn reaches(service: &Service, figure: &str, value: u64) {
    while service.metric(figure).await < value {
        tokio::task::yield_now().await;
    }
}

/// The files of targets, so that nothing can be fetched any more.
fn remove_targets(service: &Service) {
    fs::remove_dir_all(service.world.tuf().join("targets")).unwrap();
    fs::remove_dir_all(service.world.data().join("tuf/targets")).unwrap();
}

fn refresh(service: &Service) {
    service.clock.advance(Duration::from_secs(300));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_request_finds_everything_there() {
    let service = Service::with(&[("prepare", "all")]).await;
    reaches(&service, SUCCEEDED, 1).await;
    remove_targets(&service);
    for arch in ["amd64", "arm64"] {
        for desktop in [false, true] {
            let mut request = deb_with("arch", arch);
            request["fleet-desktop"] = json!(desktop);
            service.build(&request).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packages_are_of_the_release_before_until_the_new_one_is_ready() {
    let mut service = Service::with(&[("prepare", "amd64")]).await;
    reaches(&service, SUCCEEDED, 1).await;

    // Published by halves: the metadata lists a file that is not there.
    put_version(&mut service.world.repository, ORBIT, b"#!/bin/sh\nexit 0\n", "1.59.0");
    service.world.repository.publish().unwrap();
    let (there, away) = (service.world.tuf().join("targets"), service.world.tuf().join("away"));
    fs::rename(&there, &away).unwrap();
    refresh(&service);
    reaches(&service, FAILED, 1).await;
    let (_, status) = service.build(&deb()).await;
    assert_eq!(status["versions"]["orbit"], "1.58.0");

    fs::rename(&away, &there).unwrap();
    refresh(&service);
    reaches(&service, SUCCEEDED, 2).await;
    let (_, status) = service.build(&deb_with("debug", true)).await;
    assert_eq!(status["versions"]["orbit"], "1.59.0");
    assert_eq!(status["versions"]["osqueryd"], "1.58.0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_asked_for_is_kept_ready_too() {
    let mut service = Service::with(&[("prepare", "amd64")]).await;
    reaches(&service, SUCCEEDED, 1).await;
    put(&mut service.world.repository, "orbit/linux/edge/orbit", b"#!/bin/sh\n");
    service.world.repository.publish().unwrap();
    refresh(&service);
    reaches(&service, SUCCEEDED, 2).await;
    service.build(&deb_with("orbit-channel", "edge")).await;

    let edge = "orbit/linux/edge/orbit";
    put_version(&mut service.world.repository, edge, b"#!/bin/sh\nexit 0\n", "1.60.0");
    service.world.repository.publish().unwrap();
    refresh(&service);
    reaches(&service, SUCCEEDED, 3).await;
    remove_targets(&service);
    let mut request = deb_with("orbit-channel", "edge");
    request["debug"] = json!(true);
    let (_, status) = service.build(&request).await;
    assert_eq!(status["versions"]["orbit"], "1.60.0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_release_of_a_channel_holds_up_nobody_else() {
    let mut service = Service::with(&[("prepare", "amd64")]).await;
    reaches(&service, SUCCEEDED, 1).await;
    let edge = "orbit/linux/edge/orbit";
    put(&mut service.world.repository, edge, b"#!/bin/sh\n");
    service.world.repository.publish().unwrap();
    refresh(&service);
    reaches(&service, SUCCEEDED, 2).await;
    service.build(&deb_with("orbit-channel", "edge")).await;
    // From now on it is kept ready.
    put_version(&mut service.world.repository, edge, b"#!/bin/sh\n:\n", "1.60.0");
    service.world.repository.publish().unwrap();
    refresh(&service);
    reaches(&service, SUCCEEDED, 3).await;

    // Both have a new release, and the file of one is not there.
    put_version(&mut service.world.repository, ORBIT, b"#!/bin/sh\nexit 0\n", "1.59.0");
    put_version(&mut service.world.repository, edge, b"#!/bin/sh\nexit 1\n", "1.61.0");
    service.world.repository.publish().unwrap();
    fs::remove_dir_all(service.world.tuf().join("targets/orbit/linux/edge")).unwrap();
    refresh(&service);
    reaches(&service, FAILED, 1).await;
    for (channel, version) in [("stable", "1.59.0"), ("edge", "1.60.0")] {
        let mut request = deb_with("orbit-channel", channel);
        request["debug"] = json!(true);
        let (_, status) = service.build(&request).await;
        assert_eq!(status["versions"]["orbit"], version);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_parts_are_made_again_without_a_request() {
    let service = Service::with(&[("prepare", "amd64"), ("expire_after", "1h")]).await;
    reaches(&service, SUCCEEDED, 1).await;
    let (id, status) = service.build(&deb()).await;
    for part in fs::read_dir(service.world.data().join("shared")).unwrap() {
        fs::remove_file(part.unwrap().path()).unwrap();
    }
    assert_eq!(service.download(&id).await.status(), 503);
    refresh(&service);
    reaches(&service, SUCCEEDED, 2).await;
    let bytes = service.download(&id).await.bytes().await.unwrap();
    assert_eq!(bytes.len() as u64, status["size"].as_u64().unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_whose_parts_cannot_be_made_again_is_replaced_when_it_is_asked_for() {
    let mut service = Service::with(&[("prepare", "amd64"), ("expire_after", "1h")]).await;
    reaches(&service, SUCCEEDED, 1).await;
    let (id, _) = service.build(&deb()).await;
    // Nobody has the metadata any more that is in it.
    put_version(&mut service.world.repository, ORBIT, b"#!/bin/sh\nexit 0\n", "1.59.0");
    service.world.repository.publish().unwrap();
    refresh(&service);
    reaches(&service, SUCCEEDED, 2).await;
    for part in fs::read_dir(service.world.data().join("shared")).unwrap() {
        fs::remove_file(part.unwrap().path()).unwrap();
    }
    assert_eq!(service.download(&id).await.status(), 503);
    let (again, status) = service.build(&deb()).await;
    assert_ne!(again, id);
    assert_eq!(status["versions"]["orbit"], "1.59.0");
    let bytes = service.download(&again).await.bytes().await.unwrap();
    assert_eq!(bytes.len() as u64, status["size"].as_u64().unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_made_ahead_where_that_is_turned_off() {
    let service = Service::with(&[("prepare", "off")]).await;
    reaches(&service, SUCCEEDED, 1).await;
    assert_eq!(service.metric("packager_stored_bytes{kind=\"shared\"}").await, 0);
    service.build(&deb()).await;
    assert!(service.metric("packager_stored_bytes{kind=\"shared\"}").await > 0);
}
