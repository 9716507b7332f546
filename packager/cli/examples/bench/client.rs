//! Asks the service as a person's program would.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::service::Service;

/// How long a client asks without a pause, and its longest pause. Between the two a pause is a small share of what has gone by:
/// who asks at once, again and again, takes a core from the service for as long as it takes.
const NO_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
const PAUSE_SHARE: u32 = 50;

/// A client with a few connections.
pub struct Client {
    base: String,
    admin: String,
    http: reqwest::Client,
    package_type: &'static str,
}

impl Client {
    pub fn new(service: &Service) -> Self {
        Self {
            base: format!("http://{}", service.address),
            admin: format!("http://{}", service.admin),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            package_type: "deb",
        }
    }

    /// The same, for packages of another type.
    pub fn asking_for(self, package_type: &'static str) -> Self {
        Self { package_type, ..self }
    }

    /// Waits until the service can build.
    pub async fn ready(&self) {
        let url = format!("{}/readyz", self.base);
        while !self.http.get(&url).send().await.unwrap().status().is_success() {
            tokio::task::yield_now().await;
        }
    }

    /// Asks for a package that nobody asked for before, and returns its id when its status says success.
    pub async fn build(&self, number: usize) -> String {
        let request = json!({
            "type": self.package_type, "fleet-desktop": true,
            "fleet_url": "https://fleet.customer.example", "enroll_secret": format!("secret of customer {number}"),
        });
        let post = self
            .http
            .post(format!("{}/create", self.base))
            .header("content-type", "application/json");
        let answer = json_of(post.body(request.to_string()).send().await.unwrap()).await;
        let id = answer["package_id"].as_str().unwrap().to_owned();
        let asked = Instant::now();
        loop {
            let status = json_of(
                self.http
                    .get(format!("{}/status?package_id={id}", self.base))
                    .send()
                    .await
                    .unwrap(),
            )
            .await;
            match status["status"].as_str() {
                Some("success") => return id,
                Some("in-progress") if asked.elapsed() < NO_PAUSE => tokio::task::yield_now().await,
                Some("in-progress") => {
                    tokio::time::sleep((asked.elapsed() / PAUSE_SHARE).min(LONGEST_PAUSE)).await;
                }
                _ => panic!("{status}"),
            }
        }
    }

    pub async fn download(&self, id: &str) -> bytes::Bytes {
        let response = self
            .http
            .get(format!("{}/download/{id}", self.base))
            .send()
            .await
            .unwrap();
        response.bytes().await.unwrap()
    }

    pub async fn metric(&self, name: &str) -> f64 {
        let text = self
            .http
            .get(format!("{}/metrics", self.admin))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        line.rsplit(' ').next().unwrap().parse().unwrap()
    }
}

async fn json_of(response: reqwest::Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}
