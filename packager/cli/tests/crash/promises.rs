//! What the service has promised, as a client sees it, and whether it keeps it.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;

use sha2::{Digest, Sha256};

use crate::life::{Life, eventually, eventually_or};
use crate::marker::request;
use crate::world::{World, files};

/// How long packages live.
pub(crate) const EXPIRE_SECONDS: u64 = 30 * 60;

/// How long expired packages are remembered.
const FORGET_SECONDS: u64 = 24 * 60 * 60;

/// What is known of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Known {
    /// `/create` answered with its id.
    Asked,
    /// `/status` said success: the SHA-256 of the whole, and at which time of the world.
    Ready(String, u64),
    /// A `DELETE` was sent, and its answer did not come.
    PerhapsDestroyed(Option<String>),
    /// It was destroyed or has expired.
    Gone,
}

#[derive(Debug, Default)]
pub(crate) struct Promises(BTreeMap<String, Known>);

impl Promises {
    pub(crate) fn asked(&mut self, id: &str) {
        self.0.entry(id.to_owned()).or_insert(Known::Asked);
    }

    pub(crate) fn set(&mut self, id: &str, known: Known) {
        self.0.insert(id.to_owned(), known);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Known> {
        self.0.get(id)
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

/// `POST /create`: the id.
pub(crate) fn create(world: &mut World, life: &Life, channel: &str, desktop: bool) -> io::Result<Result<String, u16>> {
    world.requests += 1;
    let body = request(world.requests, channel, desktop);
    let answer = life.ask("POST", "/create", &body)?;
    if answer.status != 200 {
        // A refusal is a clear one, and says when to come again.
        assert_eq!(answer.status, 503, "{}", String::from_utf8_lossy(&answer.body));
        assert!(answer.header("retry-after").is_some(), "{}", answer.head);
        return Ok(Err(answer.status));
    }
    let id = answer.json()["package_id"].as_str().unwrap().to_owned();
    world.promises.asked(&id);
    Ok(Ok(id))
}

/// Waits until a build has ended; its status.
pub(crate) fn finish(world: &mut World, life: &Life, id: &str) -> io::Result<String> {
    let status = eventually("the end of a build", || {
        match life.ask("GET", &format!("/status?package_id={id}"), "") {
            Err(error) => Some(Err(error)),
            Ok(answer) if answer.status == 200 => {
                let status = answer.json();
                (status["status"] != "in-progress").then_some(Ok(status))
            }
            // Forgotten, a day after it expired.
            Ok(answer) if answer.status == 404 && world.clock_seconds > FORGET_SECONDS => {
                Some(Ok(serde_json::json!({"status": "forgotten"})))
            }
            Ok(answer) => Some(Err(io::Error::other(format!("status {}", answer.status)))),
        }
    })?;
    let outcome = status["status"].as_str().unwrap().to_owned();
    if outcome == "success" {
        let sha256 = status["sha256"].as_str().unwrap().to_owned();
        world.promises.set(id, Known::Ready(sha256, world.clock_seconds));
    }
    Ok(outcome)
}

/// `DELETE /download/{id}`
pub(crate) fn destroy(world: &mut World, life: &Life, id: &str) -> io::Result<u16> {
    let before = match world.promises.get(id) {
        Some(Known::Ready(sha256, _)) => Some(sha256.clone()),
        _ => None,
    };
    world.promises.set(id, Known::PerhapsDestroyed(before));
    let answer = life.ask("DELETE", &format!("/download/{id}"), "")?;
    if answer.status == 204 {
        world.promises.set(id, Known::Gone);
    }
    Ok(answer.status)
}

/// Downloads a package: its SHA-256, or the status of a refusal.
pub(crate) fn download(life: &Life, id: &str) -> io::Result<Result<String, u16>> {
    let answer = life.ask("GET", &format!("/download/{id}"), "")?;
    Ok(match answer.status {
        200 => Ok(hex::encode(Sha256::digest(&answer.body))),
        status => Err(status),
    })
}

/// Waits until all builds have ended, and compares everything that was promised with what is there: in answers, and in
/// the data directory.
pub(crate) fn compare(world: &mut World, life: &Life) {
    let mut statuses = HashMap::new();
    for id in world.promises.ids() {
        let known = world.promises.get(&id).unwrap().clone();
        let status = finish(world, life, &id).unwrap_or_else(|error| panic!("{id} {known:?}: {error}"));
        let expired = |at: u64| world.clock_seconds >= at + EXPIRE_SECONDS;
        match &known {
            Known::Gone => assert!(status == "expired" || status == "forgotten", "{id}: {status}"),
            Known::Ready(_, at) if expired(*at) => {
                assert!(status == "expired" || status == "forgotten", "{id}: {status}");
            }
            Known::Ready(sha256, at) => {
                assert_eq!(status, "success", "{id} was ready");
                assert_eq!(download(life, &id).unwrap().as_ref(), Ok(sha256), "{id}");
                // From then on it lives, not from when it was seen last.
                world.promises.set(&id, Known::Ready(sha256.clone(), *at));
            }
            Known::Asked if status == "fail" && world.may_fail => {}
            Known::Asked => {
                let kept = ["success", "expired", "forgotten"].contains(&status.as_str());
                assert!(kept, "{id} was promised, and is: {status}");
                if status == "success" {
                    let Some(Known::Ready(sha256, _)) = world.promises.get(&id) else {
                        panic!()
                    };
                    assert_eq!(download(life, &id).unwrap().as_ref(), Ok(sha256), "{id}");
                }
            }
            Known::PerhapsDestroyed(before) => {
                assert!(status != "fail" || world.may_fail, "{id}: {status}");
                if status == "success"
                    && let Some(before) = before
                {
                    assert_eq!(download(life, &id).unwrap().as_ref(), Ok(before), "{id}");
                }
            }
        }
        if status == "expired" {
            assert_eq!(download(life, &id).unwrap(), Err(410), "{id}");
            world.promises.set(&id, Known::Gone);
        }
        statuses.insert(id, status);
    }
    eventually_or("order in the data directory", || {
        match disorder(world, life, &statuses) {
            None => Ok(()),
            Some(file) => Err(format!("{file} should not be there, or not be as it is")),
        }
    });
}

/// A file that should not be there, or is not what its name says.
fn disorder(world: &World, life: &Life, statuses: &HashMap<String, String>) -> Option<String> {
    let data = world.data();
    let mut all = Vec::new();
    files(&data, &mut all);
    all.into_iter().find_map(|path| {
        let name = path.strip_prefix(&data).unwrap().to_str().unwrap().to_owned();
        let (folder, file) = name.split_once('/').unwrap_or(("", &name));
        let (stem, extension) = file.rsplit('/').next()?.rsplit_once('.').unwrap_or((file, ""));
        let belongs = match folder {
            "" => ["lock", "key-check", "master.key"].contains(&file),
            "packages" => {
                let status = if let Some(status) = statuses.get(stem) {
                    status.clone()
                } else {
                    // One whose id never reached the client.
                    let answer = life.ask("GET", &format!("/status?package_id={stem}"), "").unwrap();
                    if answer.status != 200 {
                        return Some(name);
                    }
                    answer.json()["status"].as_str().unwrap().to_owned()
                };
                extension == "own" && status == "success"
            }
            "shared" => fs::read(&path).is_ok_and(|bytes| hex::encode(Sha256::digest(&bytes)) == file),
            "tuf" => !file.contains(".tmp"),
            "index" => true,
            _ => false,
        };
        (!belongs).then_some(name)
    })
}
