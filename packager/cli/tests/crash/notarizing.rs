//! The process is killed while Apple looks at a package.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use packager_service::Clock;
use packager_test_apple::{Apple, Endpoint, Fault, Identity, Kind};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::life::{Life, Start, eventually, eventually_or};
use crate::marker::{assert_none_left, request};
use crate::repository;
use crate::world::World;

/// The system's clock, as far ahead as the service's.
#[derive(Debug, Default)]
struct Ahead(AtomicU64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        let ahead = i64::try_from(self.0.load(Ordering::SeqCst)).unwrap();
        Timestamp::now() + SignedDuration::from_secs(ahead)
    }

    /// Nobody waits for it.
    fn sleep_until(&self, _: Timestamp) -> BoxFuture<'_, ()> {
        std::future::pending().boxed()
    }
}

/// Apple, and a world in which packages are notarized.
struct Notarizing {
    world: World,
    clock: Arc<Ahead>,
    apple: Apple,
    runtime: Runtime,
    arguments: Vec<String>,
}

impl Notarizing {
    fn new() -> Self {
        let world = World::new();
        let clock = Arc::new(Ahead::default());
        let runtime = Runtime::new().unwrap();
        let apple = runtime.block_on(Apple::start(Arc::clone(&clock) as Arc<dyn Clock>));
        let identity = Identity::new(Kind::Installer, Timestamp::now());
        let (key, key_id, issuer) = apple.key();
        let mut arguments = vec!["--notary-key-id".to_owned(), key_id.to_owned()];
        for (flag, name, text) in [
            (
                "--signing-pkg-certificate",
                "installer.pem",
                identity.chain_pem().as_str(),
            ),
            ("--signing-pkg-key", "installer.key", &identity.key_pem),
            ("--notary-key", "notary.p8", key),
        ] {
            let path = world.path(name);
            fs::write(&path, text).unwrap();
            arguments.extend([flag.to_owned(), format!("file:{}", path.display())]);
        }
        for (flag, value) in [
            ("--notary-issuer", issuer.to_owned()),
            ("--notary-url", apple.api_url().to_string()),
            ("--notary-upload-url", apple.upload_url().to_string()),
            ("--notary-ticket-url", apple.ticket_url().to_string()),
            ("--prepare", "off".to_owned()),
        ] {
            arguments.extend([flag.to_owned(), value]);
        }
        Self {
            world,
            clock,
            apple,
            runtime,
            arguments,
        }
    }

    fn try_start(&self, fault: Option<&str>) -> Start {
        let arguments: Vec<_> = self.arguments.iter().map(String::as_str).collect();
        Life::try_start(&self.world, fault, &arguments)
    }

    fn start(&self) -> Life {
        match self.try_start(None) {
            Start::Up(life) => life,
            Start::Ended(status, log) => panic!("the service did not start: {status}\n{}", log.join("\n")),
        }
    }

    fn create(&mut self, life: &Life) -> String {
        self.world.requests += 1;
        let mut request: serde_json::Value =
            serde_json::from_str(&request(self.world.requests, &repository::channel(0), false)).unwrap();
        request["type"] = json!("pkg");
        request.as_object_mut().unwrap().remove("arch");
        let answer = life.ask("POST", "/create", &request.to_string()).unwrap();
        answer.json()["package_id"].as_str().unwrap().to_owned()
    }

    /// Two seconds.
    fn let_time_go_by(&mut self) {
        self.clock.0.fetch_add(2, Ordering::SeqCst);
        self.world.advance(2);
    }

    /// Lets time go by until there is the package, and compares it with its ticket.
    fn finish(&mut self, life: &Life, id: &str) {
        let path = format!("/status?package_id={id}");
        let status = eventually("the package", || {
            self.let_time_go_by();
            let status = life.ask("GET", &path, "").unwrap().json();
            (status["status"] != "in-progress").then_some(status)
        });
        assert_eq!(status["status"], "success", "{status}");
        let package = life.ask("GET", &format!("/download/{id}"), "").unwrap().body;
        let ticket = Apple::ticket_of(&package);
        assert!(package.windows(ticket.len()).any(|window| window == ticket));
    }
}

#[test]
fn killed_while_notarizing_there_is_one_submission_in_total() {
    for endpoint in [Endpoint::Upload, Endpoint::Status, Endpoint::Ticket] {
        let mut world = Notarizing::new();
        world.apple.fail(endpoint, [Fault::Stall]);
        let life = world.start();
        let id = world.create(&life);
        eventually_or("the request", || {
            world.let_time_go_by();
            (world.apple.requests(endpoint) > 0).then_some(()).ok_or_else(|| {
                String::from_utf8_lossy(&life.ask("GET", &format!("/status?package_id={id}"), "").unwrap().body)
                    .into_owned()
            })
        });
        life.kill();
        assert_none_left(&world.world);
        let life = world.start();
        world.finish(&life, &id);
        life.stop();
        assert_eq!(
            (world.apple.submissions(), world.apple.uploads()),
            (1, 1),
            "{endpoint:?}"
        );
        assert_eq!(world.apple.complaints(), Vec::<String>::new());
        assert_none_left(&world.world);
        drop(world.runtime);
    }
}

/// Whichever time what there is to keep is written. Between Apple's answer and the end of that, Apple alone knows of the
/// submission, so there may be another one.
#[test]
fn killed_while_it_writes_down_how_far_it_is_the_package_comes() {
    let mut killed = 0;
    for (step, passage) in ["Write", "Written", "Renamed", "Synced"]
        .into_iter()
        .flat_map(|step| (1..=4).map(move |passage| (step, passage)))
    {
        let mut world = Notarizing::new();
        let Start::Up(life) = world.try_start(Some(&format!("Job.{step}:{passage}:kill"))) else {
            panic!("the service did not start")
        };
        let mut life = life;
        let request = json!({
            "type": "pkg", "fleet_url": "https://fleet.example.com", "enroll_secret": "of-no-meaning",
            "orbit-channel": repository::channel(0), "osqueryd-channel": repository::channel(0),
        });
        let answer = life.ask("POST", "/create", &request.to_string());
        eventually("the end of the process, or of the build", || {
            world.let_time_go_by();
            let is_over = world.apple.requests(Endpoint::Ticket) > 1;
            (!life.is_up() || is_over).then_some(())
        });
        killed += usize::from(!life.is_up());
        life.kill();
        let life = world.start();
        // Who was not told an id asks again.
        let id = match answer {
            Ok(answer) => answer.json()["package_id"].as_str().unwrap().to_owned(),
            Err(_) => life.ask("POST", "/create", &request.to_string()).unwrap().json()["package_id"]
                .as_str()
                .unwrap()
                .to_owned(),
        };
        world.finish(&life, &id);
        let submissions = world.apple.submissions();
        assert!((1..=2).contains(&submissions), "{step} {passage}: {submissions}");
        assert_eq!(world.apple.complaints(), Vec::<String>::new());
        drop(world.runtime);
    }
    // Whether the job itself is written depends on how soon Apple is asked.
    assert!(killed >= 12, "{killed}");
}
