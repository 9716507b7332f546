//! A service and Apple.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use packager_service::{Clock, ManualClock};
use packager_test_apple::{Apple, Identity, Kind};
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Service, World, new_clock};
use crate::macos::world;

/// A service that has packages notarized, and Apple.
pub struct Notarizing {
    pub service: Service,
    pub apple: Apple,
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
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(flags: &[(&str, &str)]) -> Self {
        let clock = new_clock();
        let apple = Apple::start(Arc::clone(&clock) as Arc<dyn Clock>).await;
        let keys = Keys::new(&apple, &clock);
        let service = keys.start(world(), clock, flags).await;
        Self { service, apple, keys }
    }

    pub async fn restart(self, flags: &[(&str, &str)]) -> Self {
        let Self { service, apple, keys } = self;
        let (world, clock) = service.stop().await;
        let service = keys.start(world, clock, flags).await;
        Self { service, apple, keys }
    }

    /// Lets time go by until the package is not in progress any more. Gives back the stages that were seen too.
    pub async fn finished(&self, id: &str) -> (Value, Vec<String>) {
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

    pub async fn succeeded(&self, request: &Value) -> (String, Value) {
        let id = self.service.create(request).await;
        let (status, _) = self.finished(&id).await;
        assert_eq!(status["status"], "success", "{status}");
        (id, status)
    }

    pub async fn bytes(&self, id: &str) -> Vec<u8> {
        self.service.download(id).await.bytes().await.unwrap().to_vec()
    }

    /// Lets time go by until `reached`.
    pub async fn until(&self, reached: impl Fn(&Apple) -> bool) {
        while !reached(&self.apple) {
            self.let_time_go_by().await;
        }
    }

    /// Not faster than answers come: waiting for them has an end.
    pub async fn let_time_go_by(&self) {
        assert_eq!(self.service.get("/healthz").await.status(), 200);
        self.service.clock.advance(Duration::from_millis(200));
    }

    pub fn assert_no_complaints(&self) {
        assert_eq!(self.apple.complaints(), Vec::<String>::new());
    }
}

/// The ticket of a package, which is as apple-codesign would have stapled it.
pub fn ticket(package: &[u8]) -> &[u8] {
    let (rest, trailer) = package.split_last_chunk::<16>().unwrap();
    let size = u32::from_le_bytes(trailer[8..12].try_into().unwrap()) as usize;
    let (_, ticket) = rest.split_at(rest.len() - size);
    let list = apple_codesign::stapling::xar_notarization_trailer(ticket).unwrap();
    assert!(package.ends_with(&list));
    ticket
}
