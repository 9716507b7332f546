//! The client that is attacked.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use packager_targets::{Error, HttpSettings, Proxies, Repository, Role, TargetName, TrustedMetadata, transport};
use serde_json::Value;
use tempfile::{TempDir, tempdir};
use tokio::sync::Notify;

use crate::common::{self, ORBIT, hours, name, now};
use crate::fixture::{AttackedServer, fixtures, tree};
use crate::table::{Attack, End, Refusal};

const OSQUERYD: &str = "osqueryd/linux/stable/osqueryd";

struct Victim {
    attack: &'static Attack,
    server: AttackedServer,
    cache: TempDir,
    before: BTreeMap<String, Vec<u8>>,
    trusted: Arc<TrustedMetadata>,
}

async fn open(server: &AttackedServer, cache: &Path) -> Repository {
    let pinned = fs::read(fixtures().join("honest/1.root.json")).unwrap();
    let mut settings = common::settings(server.server.url.clone(), &pinned, cache);
    settings.limits.root_rotations = 2;
    let http = HttpSettings {
        proxies: Proxies::Direct,
        // A trickle is to be given up for its pace, not for a silence of a paused clock.
        read_timeout: Duration::from_secs(1 << 30),
        ..HttpSettings::default()
    };
    let transport = transport(&server.server.url, &http).unwrap();
    Repository::open(settings, transport).await.unwrap()
}

/// The attack is refused as the table says.
pub async fn withstands(attack: &'static Attack) {
    let (server, cache) = (AttackedServer::start(attack.name).await, tempdir().unwrap());
    let repository = open(&server, cache.path()).await;
    let trusted = repository.refresh(now()).await.unwrap();
    assert_eq!(
        Role::ALL.map(|role| trusted.version(role).get()),
        [3, 7, 5, 3],
        "the attack is on a client that trusts all of the honest repository"
    );
    for target in [ORBIT, OSQUERYD] {
        repository.fetch(&trusted.target(&name(target)).unwrap()).await.unwrap();
    }
    server.attack(true);
    server.server.forget_requests();
    let victim = Victim {
        attack,
        before: tree(cache.path()),
        server,
        cache,
        trusted,
    };
    match &attack.end {
        End::Refresh(refusal) => victim.refuses(repository, *refusal).await,
        End::Root(role) => victim.refuses_under(&repository, *role).await,
        End::Target(refusal) => victim.refuses_target(&repository, *refusal).await,
        End::Frozen => victim.thaws(&repository).await,
        End::Steps => victim.takes_steps(&repository).await,
        End::TargetNames => victim.follows_no_name(&repository).await,
        End::MetadataNames => victim.asks_for_nothing_else(&repository).await,
        End::Delegated => victim.does_not_delegate(&repository).await,
    }
}

impl Victim {
    async fn refuses(&self, repository: Repository, expected: Refusal) {
        let refusal = refused(self.pausing(expected, repository.refresh(now())).await);
        assert_eq!(refusal, expected);
        self.goes_on(&repository).await;
        drop(repository);

        // The same after a restart.
        let repository = open(&self.server, self.cache.path()).await;
        self.goes_on(&repository).await;
        let refusal = refused(self.pausing(expected, repository.refresh(now())).await);
        assert_eq!(refusal, expected, "after a restart");
        self.goes_on(&repository).await;

        // Where the attacker showed nothing new that was genuine, the honest repository is as good as before.
        if self.attack.kept.is_empty() {
            self.server.attack(false);
            let metadata = repository.refresh(now()).await.unwrap();
            assert_eq!(metadata.documents(), self.trusted.documents());
        }
    }

    /// What was trusted before is current and can be built from, and nothing of the attacker's is on the disk.
    async fn goes_on(&self, repository: &Repository) {
        let current = repository.current(now()).unwrap();
        assert_eq!(current.documents(), self.trusted.documents());
        let orbit = repository.fetch(&current.target(&name(ORBIT)).unwrap()).await.unwrap();
        assert_eq!(fs::read(orbit.path()).unwrap(), b"orbit 1");
        self.kept(self.attack.kept);
    }

    fn kept(&self, expected: &[&str]) {
        let after = tree(self.cache.path());
        assert!(
            self.before.keys().all(|path| after.contains_key(path)),
            "something is lost"
        );
        let changed: Vec<&str> = after
            .iter()
            .filter(|(path, content)| self.before.get(*path) != Some(content))
            .map(|(path, _)| path.as_str())
            .collect();
        assert_eq!(changed, expected);
    }

    async fn refuses_under(&self, repository: &Repository, role: Role) {
        assert_eq!(refused(repository.refresh(now()).await), Refusal::Expired(role));
        assert_eq!(refused(repository.current(now())), Refusal::Expired(role));
        self.kept(self.attack.kept);
    }

    async fn refuses_target(&self, repository: &Repository, expected: Refusal) {
        let metadata = repository.refresh(now()).await.unwrap();
        let target = metadata.target(&name(ORBIT)).unwrap();
        let refusal = refused(self.pausing(expected, repository.fetch(&target)).await);
        assert_eq!(refusal, expected);
        assert_eq!(repository.current(now()).unwrap().documents(), metadata.documents());
        repository
            .fetch(&self.trusted.target(&name(ORBIT)).unwrap())
            .await
            .unwrap();
        self.kept(COMPLETE);
    }

    async fn thaws(&self, repository: &Repository) {
        let metadata = repository.refresh(now()).await.unwrap();
        assert_eq!(metadata.version(Role::Timestamp).get(), 8);
        assert!(repository.current(now()).is_ok());
        assert_eq!(
            refused(repository.refresh(hours(24)).await),
            Refusal::Expired(Role::Timestamp)
        );
        assert_eq!(
            refused(repository.current(hours(24))),
            Refusal::Expired(Role::Timestamp)
        );
        assert_eq!(repository.current(now()).unwrap().documents(), metadata.documents());
        self.kept(self.attack.kept);
    }

    async fn takes_steps(&self, repository: &Repository) {
        for expected in [5, 7, 8, 8] {
            let metadata = repository.refresh(now()).await.unwrap();
            assert_eq!(metadata.version(Role::Root).get(), expected);
        }
    }

    async fn follows_no_name(&self, repository: &Repository) {
        let metadata = repository.refresh(now()).await.unwrap();
        let listed: Value = serde_json::from_slice(&metadata.documents().targets).unwrap();
        let listed = listed["signed"]["targets"].as_object().unwrap();
        let askable: Vec<TargetName> = metadata.target_names().collect();
        assert_eq!(listed.len() - askable.len(), 20, "{askable:?}");
        self.server.server.forget_requests();
        let mut asked = Vec::new();
        for target in &askable {
            let attackers = !matches!(target.as_str(), ORBIT | OSQUERYD);
            let result = repository.fetch(&metadata.target(target).unwrap()).await;
            assert_eq!(result.is_err(), attackers, "{target}");
            asked.push(target.as_str());
        }
        let requests = self.server.server.requests();
        for request in [
            "/targets/%252e%252e/%252e%252e/escaped",
            "/targets/%252e%252e%252fescaped",
            "/targets/orbit%2500",
            "/targets/orbit%3Fquery%23fragment",
            "/targets/http%3Aescaped",
        ] {
            assert!(
                requests.iter().any(|asked| asked == request),
                "{request} in {requests:?}"
            );
        }
        assert_eq!(requests.len(), asked.len());
        assert!(tree(self.cache.path()).keys().all(|path| is_own_name(path)));
    }

    async fn asks_for_nothing_else(&self, repository: &Repository) {
        repository.refresh(now()).await.unwrap();
        assert_eq!(
            self.server.server.requests(),
            ["/4.root.json", "/timestamp.json", "/snapshot.json", "/targets.json"]
        );
        self.kept(COMPLETE);
    }

    async fn does_not_delegate(&self, repository: &Repository) {
        let metadata = repository.refresh(now()).await.unwrap();
        let result = metadata.target(&name("unstable/orbit"));
        assert!(matches!(result, Err(Error::NotFound { .. })), "{result:?}");
        assert!(
            !self
                .server
                .server
                .requests()
                .iter()
                .any(|path| path.contains("unstable"))
        );
        self.kept(COMPLETE);
    }

    /// Where a trickle is expected, the clock jumps to the next deadline whenever nothing else happens, from when the
    /// trickle has begun.
    async fn pausing<T>(&self, expected: Refusal, work: impl Future<Output = T>) -> T {
        if !matches!(expected, Refusal::TooSlow(_)) {
            return work.await;
        }
        let begun: &Notify = &self.server.trickles;
        let pause = async {
            begun.notified().await;
            tokio::time::pause();
        };
        let (result, ()) = tokio::join!(work, pause);
        tokio::time::resume();
        result
    }
}

/// What a refresh of a release that verifies changes.
const COMPLETE: &[&str] = &[
    "metadata/complete.json",
    "metadata/snapshot.json",
    "metadata/timestamp.json",
];

fn is_own_name(path: &str) -> bool {
    let digest = |name: &str| name.len() == 128 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    match path.split_once('/') {
        None => path == "lock",
        Some(("metadata", name)) => !name.contains('/') && name.strip_suffix(".json").is_some(),
        Some(("targets", name)) => name.strip_prefix("sha512-").is_some_and(digest),
        Some(_) => false,
    }
}

fn refused<T>(result: Result<T, Error>) -> Refusal {
    match result.map(drop) {
        Err(Error::Untrusted { subject, check, .. }) => Refusal::Untrusted(subject, check),
        Err(Error::Expired { role, .. }) => Refusal::Expired(role),
        Err(error @ Error::Transport { subject, .. }) => {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            assert_eq!(cause, "it comes too slowly", "{error:?}");
            Refusal::TooSlow(subject)
        }
        other => panic!("not refused: {other:?}"),
    }
}
