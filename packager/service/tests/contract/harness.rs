//! A service on loopback with a sample update repository and a clock that the test moves.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};
use std::time::Duration;

use jiff::Timestamp;
use packager_service::{Clock, ManualClock, Renewal, Running, start};
use packager_settings::{Environment, Settings};
use packager_targets::TargetName;
use packager_targets::sample::{SampleRepository, SampleSettings};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

pub const SECRET: &str = "correct-horse-battery-staple";
pub const FLEET_URL: &str = "https://fleet.customer.example:8443";

/// A running service.
pub struct Service {
    running: Running,
    base: String,
    admin: String,
    pub client: Client,
    pub clock: Arc<ManualClock>,
    pub world: World,
}

/// What a service leaves behind when it stops.
pub struct World {
    folder: TempDir,
    pub repository: SampleRepository,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = SampleSettings::until("2036-01-01T00:00:00Z".parse().unwrap());
        let mut repository = SampleRepository::create(&folder.path().join("tuf"), settings).unwrap();
        for platform in ["linux", "linux-arm64"] {
            put(
                &mut repository,
                &format!("orbit/{platform}/stable/orbit"),
                &program("orbit"),
            );
            put(
                &mut repository,
                &format!("osqueryd/{platform}/stable/osqueryd"),
                &program("osqueryd"),
            );
            put(
                &mut repository,
                &format!("desktop/{platform}/stable/desktop.tar.gz"),
                &desktop(folder.path()),
            );
        }
        repository.publish().unwrap();
        std::fs::write(folder.path().join("root.json"), repository.root()).unwrap();
        Self { folder, repository }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where the update repository is published.
    pub fn tuf(&self) -> PathBuf {
        self.folder.path().join("tuf")
    }

    pub fn update_url(&self) -> String {
        format!("file://{}/", self.folder.path().join("tuf").display())
    }

    fn roots(&self) -> String {
        self.folder.path().join("root.json").display().to_string()
    }
}

fn program(name: &str) -> Vec<u8> {
    let mut text = format!("#!/bin/sh\necho {name}\n").into_bytes();
    for number in 0..20_000_u32 {
        text.extend_from_slice(format!("# {}\n", number.wrapping_mul(2_654_435_761)).as_bytes());
    }
    text
}

fn desktop(folder: &Path) -> Vec<u8> {
    let source = folder.join("desktop");
    std::fs::create_dir_all(source.join("fleet-desktop")).unwrap();
    std::fs::write(source.join("fleet-desktop/fleet-desktop"), program("fleet-desktop")).unwrap();
    let output = std::process::Command::new("tar")
        .args(["-C", source.to_str().unwrap(), "-cz", "fleet-desktop"])
        .output()
        .unwrap();
    assert!(output.status.success());
    output.stdout
}

/// Adds a target, to be published.
pub fn put(repository: &mut SampleRepository, name: &str, content: &[u8]) {
    put_version(repository, name, content, "1.58.0");
}

/// Adds a target of a version, to be published.
pub fn put_version(repository: &mut SampleRepository, name: &str, content: &[u8], version: &str) {
    let name: TargetName = name.parse().unwrap();
    repository
        .put_target(&name, content, Some(&version.parse().unwrap()))
        .unwrap();
}

/// An update repository that accepts connections and never answers: a build stays where it is.
pub struct StalledRepository(TcpListener);

impl StalledRepository {
    pub fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.0.local_addr().unwrap())
    }
}

impl Service {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(flags: &[(&str, &str)]) -> Self {
        Self::start_in(World::new(), new_clock(), flags).await
    }

    pub async fn start_in(world: World, clock: Arc<ManualClock>, flags: &[(&str, &str)]) -> Self {
        install_crypto();
        let (data, update_url, roots) = (world.data().display().to_string(), world.update_url(), world.roots());
        let mut all = vec![
            ("listen", "127.0.0.1:0"),
            ("admin_listen", "127.0.0.1:0"),
            ("data_dir", &data),
            ("update_url", &update_url),
            ("update_roots", &roots),
            ("rate_create", "off"),
            ("rate_status", "off"),
            ("rate_download", "off"),
            ("shutdown_timeout", "0s"),
            // Tests that are not about it need not wait for it.
            ("prepare", "off"),
        ];
        for (key, value) in flags {
            all.retain(|(known, _)| known != key);
            all.push((key, value));
        }
        let loaded = Settings::load(&all, &Environment::empty(), None).unwrap();
        let running = start(&loaded.settings, &|_| None, Arc::clone(&clock) as Arc<dyn Clock>)
            .await
            .unwrap();
        let base = format!("http://{}", running.address());
        let admin = format!("http://{}", running.admin_address().unwrap());
        let client = Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .build()
            .unwrap();
        Self {
            running,
            base,
            admin,
            client,
            clock,
            world,
        }
    }

    /// The same service, which is reached at `base` by `client`.
    pub fn reached_at(mut self, base: String, client: Client) -> Self {
        self.base = base;
        self.client = client;
        self
    }

    pub fn renewal(&self) -> Renewal {
        self.running.renewal()
    }

    /// Stops the service and hands over what is left of it.
    pub async fn stop(self) -> (World, Arc<ManualClock>) {
        let Self {
            running,
            clock,
            world,
            client,
            ..
        } = self;
        drop(client);
        running.stop().await;
        (world, clock)
    }

    pub fn address(&self) -> SocketAddr {
        self.running.address()
    }

    pub fn admin_address(&self) -> SocketAddr {
        self.running.admin_address().unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn admin_url(&self, path: &str) -> String {
        format!("{}{path}", self.admin)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    pub async fn post(&self, body: impl Into<reqwest::Body>) -> Response {
        let request = self
            .client
            .post(self.url("/create"))
            .header("content-type", "application/json");
        request.body(body).send().await.unwrap()
    }

    /// Asks for a package and returns its id.
    pub async fn create(&self, request: &Value) -> String {
        let response = self.post(request.to_string()).await;
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, StatusCode::OK, "{text}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer.as_object().unwrap().len(), 1);
        answer["package_id"].as_str().unwrap().to_owned()
    }

    pub async fn status(&self, id: &str) -> Value {
        let response = self.get(&format!("/status?package_id={id}")).await;
        assert_eq!(response.status(), StatusCode::OK);
        json_of(response).await
    }

    /// Asks until the package is not in progress any more.
    pub async fn finished(&self, id: &str) -> Value {
        loop {
            let status = self.status(id).await;
            if status["status"] != "in-progress" {
                return status;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Asks for a package that is expected to succeed, and waits for it.
    pub async fn build(&self, request: &Value) -> (String, Value) {
        let id = self.create(request).await;
        let status = self.finished(&id).await;
        assert_eq!(status["status"], "success", "{status}");
        (id, status)
    }

    pub async fn download(&self, id: &str) -> Response {
        self.get(&format!("/download/{id}")).await
    }

    pub async fn delete(&self, id: &str) -> Response {
        self.client
            .delete(self.url(&format!("/download/{id}")))
            .send()
            .await
            .unwrap()
    }

    /// A figure that is a whole number, with all labels whose lines begin so together; 0 if it is not there.
    pub async fn metric(&self, line_start: &str) -> u64 {
        let text = self
            .client
            .get(self.admin_url("/metrics"))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let lines = text.lines().filter(|line| line.starts_with(line_start));
        let value = |line: &str| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap();
        lines.map(value).sum()
    }
}

pub fn new_clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at("2026-01-01T12:00:00Z".parse::<Timestamp>().unwrap()))
}

pub async fn json_of(response: Response) -> Value {
    let text = response.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text}"))
}

/// The request of a person who fills in what is required.
pub fn deb() -> Value {
    json!({"type": "deb", "fleet_url": FLEET_URL, "enroll_secret": SECRET})
}

/// The same with another value.
pub fn deb_with(field: &str, value: impl Into<Value>) -> Value {
    let mut request = deb();
    request[field] = value.into();
    request
}

/// Asserts an answer with problem details, and returns them.
pub async fn problem(response: Response, status: u16) -> Value {
    assert_eq!(response.status().as_u16(), status);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let problem = json_of(response).await;
    assert_eq!(problem["status"], status, "{problem}");
    for field in ["type", "title", "detail"] {
        assert!(
            problem[field].as_str().is_some_and(|text| !text.is_empty()),
            "{field}: {problem}"
        );
    }
    problem
}

/// What an error says, and what its causes say.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
}

/// All bytes of all files below a folder.
pub fn everything_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                files.push((path, bytes));
            }
        }
    }
    files
}

pub fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
