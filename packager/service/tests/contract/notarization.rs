//! Signed pkgs are notarized and stapled, against an emulation of Apple's services that checks what it is sent.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use packager_artifact::Sha256Digest;
use packager_service::{Clock, ManualClock};
use packager_test_apple::{Apple, Endpoint, Fault, Identity, Kind, Verdict};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{
    FLEET_URL, SECRET, Service, World, contains, deb, everything_below, new_clock, problem, put_version,
};

/// A service that has packages notarized, and Apple.
struct Notarizing {
    service: Service,
    apple: Apple,
    keys: Keys,
}

/// Keys in files, and where Apple is.
struct Keys {
    folder: TempDir,
    urls: [String; 3],
    key_id: String,
    issuer: String,
}

impl Keys {
    fn new(apple: &Apple, clock: &ManualClock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let identity = Identity::new(Kind::Installer, clock.now());
        let (key, key_id, issuer) = apple.key();
        for (name, text) in [
            ("installer.pem", identity.chain_pem().as_str()),
            ("installer.key", &identity.key_pem),
            ("notary.p8", key),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self {
            folder,
            urls: [apple.api_url(), apple.upload_url(), apple.ticket_url()].map(|url| url.to_string()),
            key_id: key_id.to_owned(),
            issuer: issuer.to_owned(),
        }
    }

    fn file(&self, name: &str) -> String {
        format!("file:{}", self.folder.path().join(name).display())
    }

    async fn start(&self, world: World, clock: Arc<ManualClock>, flags: &[(&str, &str)]) -> Service {
        let [certificate, key, notary] = ["installer.pem", "installer.key", "notary.p8"].map(|name| self.file(name));
        let [api, upload, ticket] = &self.urls;
        let mut all = vec![
            ("signing_pkg_certificate", certificate.as_str()),
            ("signing_pkg_key", &key),
            ("notary_key", &notary),
            ("notary_key_id", &self.key_id),
            ("notary_issuer", &self.issuer),
            ("notary_url", api.trim_end_matches('/')),
            ("notary_upload_url", upload.trim_end_matches('/')),
            ("notary_ticket_url", ticket),
        ];
        all.extend(flags);
        Service::start_in(world, clock, &all).await
    }
}

impl Notarizing {
    async fn start() -> Self {
        Self::with(&[]).await
    }

    async fn with(flags: &[(&str, &str)]) -> Self {
        let clock = new_clock();
        let apple = Apple::start(Arc::clone(&clock) as Arc<dyn Clock>).await;
        let keys = Keys::new(&apple, &clock);
        let service = keys.start(world(), clock, flags).await;
        Self { service, apple, keys }
    }

    async fn restart(self, flags: &[(&str, &str)]) -> Self {
        let Self { service, apple, keys } = self;
        let (world, clock) = service.stop().await;
        let service = keys.start(world, clock, flags).await;
        Self { service, apple, keys }
    }

    /// Lets time go by until the package is not in progress any more. Gives back the stages that were seen too.
    async fn finished(&self, id: &str) -> (Value, Vec<String>) {
        let mut stages: Vec<String> = Vec::new();
        loop {
            let status = self.service.status(id).await;
            if status["status"] != "in-progress" {
                return (status, stages);
            }
            let stage = status["stage"].as_str().unwrap().to_owned();
            if stages.last() != Some(&stage) {
                stages.push(stage);
            }
            self.service.clock.advance(Duration::from_millis(200));
            tokio::task::yield_now().await;
        }
    }

    async fn succeeded(&self, request: &Value) -> (String, Value) {
        let id = self.service.create(request).await;
        let (status, _) = self.finished(&id).await;
        assert_eq!(status["status"], "success", "{status}");
        (id, status)
    }

    async fn bytes(&self, id: &str) -> Vec<u8> {
        self.service.download(id).await.bytes().await.unwrap().to_vec()
    }

    /// Lets time go by until `reached`.
    async fn until(&self, reached: impl Fn(&Apple) -> bool) {
        while !reached(&self.apple) {
            self.let_time_go_by().await;
        }
    }

    /// Not faster than answers come: waiting for them has an end.
    async fn let_time_go_by(&self) {
        assert_eq!(self.service.get("/healthz").await.status(), 200);
        self.service.clock.advance(Duration::from_millis(200));
    }

    fn assert_no_complaints(&self) {
        assert_eq!(self.apple.complaints(), Vec::<String>::new());
    }
}

fn pkg(secret: &str) -> Value {
    json!({"type": "pkg", "fleet_url": FLEET_URL, "enroll_secret": secret})
}

fn system_configuration(secret: &str) -> Value {
    let mut request = pkg(secret);
    request["use-system-configuration"] = true.into();
    request
}

/// With a release for macOS.
fn world() -> World {
    let mut world = World::new();
    release(&mut world, "1.58.0");
    world
}

fn release(world: &mut World, version: &str) {
    let folder = tempfile::tempdir().unwrap();
    let targets: [(&str, Vec<u8>); 3] = [
        ("orbit/macos/stable/orbit", format!("orbit {version}").into_bytes()),
        (
            "osqueryd/macos-app/stable/osqueryd.app.tar.gz",
            bundle(folder.path(), "osquery.app/Contents/MacOS/osqueryd", version),
        ),
        (
            "desktop/macos/stable/desktop.app.tar.gz",
            bundle(folder.path(), "Fleet Desktop.app/Contents/MacOS/fleet-desktop", version),
        ),
    ];
    for (name, content) in targets {
        put_version(&mut world.repository, name, &content, version);
    }
    world.repository.publish().unwrap();
}

fn bundle(folder: &Path, program: &str, version: &str) -> Vec<u8> {
    let path: PathBuf = folder.join(program);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("{program} {version}").repeat(5000)).unwrap();
    let top = program.split('/').next().unwrap();
    let tar = Command::new("tar")
        .arg("-C")
        .arg(folder)
        .args(["-cz", top])
        .output()
        .unwrap();
    assert!(tar.status.success());
    tar.stdout
}

/// The package in front of its ticket, and the ticket.
fn split_ticket(package: &[u8]) -> (&[u8], &[u8]) {
    let (rest, trailer) = package.split_last_chunk::<16>().unwrap();
    assert_eq!(&trailer[..8], b"t8lr\x01\0\x02\0");
    let size = u32::from_le_bytes(trailer[8..12].try_into().unwrap()) as usize;
    let (rest, ticket) = rest.split_at(rest.len() - size);
    let list = apple_codesign::stapling::xar_notarization_trailer(ticket).unwrap();
    assert!(package.ends_with(&list), "apple-codesign writes it otherwise");
    (rest.strip_suffix(b"t8lr\x01\0\x01\0\0\0\0\0\0\0\0\0").unwrap(), ticket)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_package_is_notarized_and_has_its_ticket() {
    let world = Notarizing::start().await;
    world.apple.decide(Verdict::Accepted, 3);
    world.apple.delay_tickets(2);
    let id = world.service.create(&pkg(SECRET)).await;
    let (status, stages) = world.finished(&id).await;
    assert_eq!(
        (&status["status"], &status["signed"]),
        (&json!("success"), &json!(true))
    );
    for stage in ["notarizing", "stapling"] {
        assert!(stages.iter().any(|seen| seen == stage), "{stage}: {stages:?}");
    }
    let bytes = world.bytes(&id).await;
    assert_eq!(bytes.len() as u64, status["size"].as_u64().unwrap());
    assert_eq!(Sha256Digest::of(&bytes).to_string(), status["sha256"].as_str().unwrap());
    let (_, ticket) = split_ticket(&bytes);
    assert_eq!(ticket, Apple::ticket_of(&bytes));
    assert_eq!((world.apple.submissions(), world.apple.uploads()), (1, 1));
    world.assert_no_complaints();
    // Who asks again gets the same.
    assert_eq!(world.service.create(&pkg(SECRET)).await, id);
    assert_eq!(world.apple.submissions(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejection_is_told_with_apples_issues() {
    let world = Notarizing::start().await;
    let issue = json!({"severity": "error", "path": "a.pkg/orbit", "message": "The binary is not signed."});
    world.apple.decide(Verdict::Invalid(json!([issue])), 1);
    let id = world.service.create(&pkg(SECRET)).await;
    let (status, _) = world.finished(&id).await;
    assert_eq!(status["status"], "fail");
    let logs = status["logs"].as_str().unwrap();
    assert!(
        logs.starts_with("Apple rejected the package: ") && logs.contains("a.pkg/orbit: The binary is not signed."),
        "{logs}"
    );
    assert!(!logs.contains(SECRET));
    world.assert_no_complaints();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_goes_on_with_the_submission_that_was_made() {
    // While Apple looks at it, while it is uploaded, and while there is no ticket yet.
    for endpoint in [Endpoint::Status, Endpoint::Upload, Endpoint::Ticket] {
        let world = Notarizing::start().await;
        world.apple.fail(endpoint, [Fault::Stall]);
        let id = world.service.create(&pkg(SECRET)).await;
        {
            let stalled = world.apple.stalled();
            let mut stalled = std::pin::pin!(stalled);
            while futures_util::FutureExt::now_or_never(stalled.as_mut()).is_none() {
                world.let_time_go_by().await;
            }
        }
        let uploads = world.apple.requests(Endpoint::Upload);
        // Nothing of it is readable on the disk.
        for (path, bytes) in everything_below(&world.service.world.data()) {
            for secret in [SECRET, "session1/+==", "secret/1+key"] {
                assert!(!contains(&bytes, secret.as_bytes()), "{}", path.display());
            }
        }
        let world = world.restart(&[]).await;
        let (status, _) = world.finished(&id).await;
        assert_eq!(status["status"], "success", "{endpoint:?}: {status}");
        let bytes = world.bytes(&id).await;
        assert_eq!(split_ticket(&bytes).1, Apple::ticket_of(&bytes));
        assert_eq!(
            (world.apple.submissions(), world.apple.uploads()),
            (1, 1),
            "{endpoint:?}"
        );
        if endpoint != Endpoint::Upload {
            assert_eq!(world.apple.requests(Endpoint::Upload), uploads);
        }
        world.assert_no_complaints();
    }
}

/// A worker is free while Apple is waited for, and the time for a build does not run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_for_apple_holds_nobody_up() {
    let world = Notarizing::with(&[("workers", "1"), ("build_timeout", "20s")]).await;
    world.apple.decide(Verdict::Accepted, 1000);
    let waiting = world.service.create(&pkg(SECRET)).await;
    world.until(|apple| apple.requests(Endpoint::Status) >= 3).await;
    world.service.build(&deb()).await;
    assert_eq!(world.service.status(&waiting).await["stage"], "notarizing");
    world.apple.decide(Verdict::Accepted, 1);
    let (status, _) = world.finished(&waiting).await;
    assert_eq!(status["status"], "success");
    world.assert_no_complaints();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_a_day_are_submitted_and_no_more() {
    let flags = [("notary_daily_limit", "2")];
    let mut world = Notarizing::with(&flags).await;
    let (first, _) = world.succeeded(&pkg("one")).await;
    world.succeeded(&pkg("two")).await;
    for restarted in [false, true] {
        if restarted {
            world = world.restart(&flags).await;
        }
        let response = world.service.post(pkg("three").to_string()).await;
        let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((86_000..=86_401).contains(&wait), "{wait}");
        let problem = problem(response, 503).await;
        assert!(problem["detail"].as_str().unwrap().contains("Apple"), "{problem}");
        // Others are not concerned, nor is what is there.
        world.service.build(&deb()).await;
        assert_eq!(world.service.create(&pkg("one")).await, first);
    }
    assert_eq!(world.apple.submissions(), 2);
    world.service.clock.advance(Duration::from_secs(86_400));
    world.succeeded(&pkg("three")).await;
    world.assert_no_complaints();
}

/// Two people with one package, and each with a profile of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_without_credentials_is_notarized_once_for_everybody() {
    let world = Notarizing::start().await;
    let one = world.service.create(&system_configuration("secret-of-one")).await;
    let other = world.service.create(&system_configuration("secret-of-another")).await;
    let (status, _) = world.finished(&one).await;
    assert_eq!(
        (&status["status"], &status["signed"]),
        (&json!("success"), &json!(true)),
        "{status}"
    );
    let (of_other, _) = world.finished(&other).await;
    assert_eq!(of_other["sha256"], status["sha256"]);
    let bytes = world.bytes(&one).await;
    assert!(bytes == world.bytes(&other).await);
    assert_eq!(split_ticket(&bytes).1, Apple::ticket_of(&bytes));
    for (id, secret) in [(&one, "secret-of-one"), (&other, "secret-of-another")] {
        let profile = world.service.get(&format!("/download/{id}/profile")).await;
        let profile = profile.text().await.unwrap();
        assert!(profile.contains(secret) && profile.contains(FLEET_URL), "{profile}");
        assert!(!contains(&bytes, secret.as_bytes()));
    }
    // At once, whoever asks: nobody waits for the clock here.
    let (_, third) = world.service.build(&system_configuration("secret-of-a-third")).await;
    assert_eq!(third["sha256"], status["sha256"]);
    let nobody = json!({"type": "pkg", "use-system-configuration": true});
    let (_, without) = world.service.build(&nobody).await;
    assert_eq!(without["sha256"], status["sha256"]);
    assert_eq!(world.apple.submissions(), 1);
    // Also after a restart, and of other options there is another one.
    let world = world.restart(&[]).await;
    world.service.build(&system_configuration("secret-of-a-fourth")).await;
    let mut desktop = system_configuration(SECRET);
    desktop["fleet-desktop"] = true.into();
    world.succeeded(&desktop).await;
    assert_eq!(world.apple.submissions(), 2);
    world.assert_no_complaints();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_one_customers_own_is_nobody_elses() {
    let world = Notarizing::start().await;
    let mut request = system_configuration(SECRET);
    request["osquery-flagfile"] = "--tls_hostname=fleet.customer.example".into();
    let (_, one) = world.succeeded(&request).await;
    request["enroll_secret"] = "another".into();
    let (_, other) = world.succeeded(&request).await;
    assert_ne!(one["sha256"], other["sha256"]);
    assert_eq!(world.apple.submissions(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybodys_packages_are_there_before_anybody_asks_and_after_a_new_release() {
    let mut world = Notarizing::with(&[("prepare", "amd64")]).await;
    // With and without Fleet Desktop.
    world.until(|apple| apple.requests(Endpoint::Ticket) >= 2).await;
    let (_, before) = world.succeeded(&system_configuration(SECRET)).await;
    assert_eq!(world.apple.submissions(), 2);

    world.apple.decide(Verdict::Accepted, 1_000_000);
    release(&mut world.service.world, "1.59.0");
    world.service.clock.advance(Duration::from_secs(300));
    world
        .until(|apple| apple.submissions() >= 4 && apple.uploads() >= 4)
        .await;
    // The old one until the new one is there.
    let (_, status) = world.service.build(&system_configuration("meanwhile")).await;
    assert_eq!(status["sha256"], before["sha256"]);
    assert_eq!(status["versions"]["orbit"], "1.58.0");
    world.apple.decide(Verdict::Accepted, 0);
    let mut number = 0;
    loop {
        let (_, status) = world
            .service
            .build(&system_configuration(&format!("later-{number}")))
            .await;
        if status["versions"]["orbit"] == "1.59.0" {
            break;
        }
        number += 1;
        world.service.clock.advance(Duration::from_secs(5));
    }
    assert_eq!(world.apple.submissions(), 4);
    world.assert_no_complaints();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejection_of_everybodys_package_is_everybodys_and_costs_one_submission() {
    let world = Notarizing::start().await;
    world
        .apple
        .decide(Verdict::Invalid(json!([{"severity": "error", "message": "No."}])), 0);
    for secret in ["one", "two", "three"] {
        let id = world.service.create(&system_configuration(secret)).await;
        let (status, _) = world.finished(&id).await;
        let logs = status["logs"].as_str().unwrap();
        assert!(logs.starts_with("Apple rejected the package"), "{logs}");
    }
    assert_eq!(world.apple.submissions(), 1);
    world.apple.decide(Verdict::Accepted, 0);
    let mut again = system_configuration("one");
    again["retry"] = true.into();
    world.succeeded(&again).await;
    assert_eq!(world.apple.submissions(), 2);
}

/// What never came to a submission does not count.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_is_given_back_when_apple_heard_of_nothing() {
    let world = Notarizing::with(&[("notary_daily_limit", "1")]).await;
    world.apple.fail(Endpoint::Submit, [Fault::Status(403)]);
    let id = world.service.create(&pkg("one")).await;
    let (status, _) = world.finished(&id).await;
    assert_eq!(status["status"], "fail");
    world.succeeded(&pkg("two")).await;
    assert_eq!(world.apple.submissions(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_that_is_deleted_meanwhile_comes_to_nothing() {
    let world = Notarizing::start().await;
    world.apple.decide(Verdict::Accepted, 10);
    let id = world.service.create(&pkg(SECRET)).await;
    world.until(|apple| apple.requests(Endpoint::Status) >= 2).await;
    assert_eq!(world.service.delete(&id).await.status(), 204);
    assert_eq!(world.service.status(&id).await["status"], "expired");
    world.until(|apple| apple.requests(Endpoint::Status) >= 11).await;
    assert_eq!(world.service.status(&id).await["status"], "expired");
    let packages = world.service.world.data().join("packages");
    assert!(everything_below(&packages).is_empty());
}
