//! A client of the HTTP API.

use std::fs;
use std::time::Duration;

use reqwest::Client;
use serde_json::Value;

use crate::deb::Deb;
use crate::request::Request;

/// Bounds a build that hangs.
const DEADLINE: Duration = Duration::from_secs(120);
/// Between two questions for the state of a build. The API has no other way to hear of its end.
const PAUSE: Duration = Duration::from_millis(10);

/// Creates the package that `request` asks for at the service at `url`, waits for it and downloads it.
///
/// # Panics
/// If the service refuses, fails, or sends other bytes than it said.
pub(crate) fn obtain(url: &str, request: &Request) -> Deb {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = client();
        let id = create(&client, url, request).await;
        let finished = tokio::time::timeout(DEADLINE, finished(&client, url, &id))
            .await
            .unwrap();
        download(&client, &finished).await
    })
}

fn client() -> Client {
    // Plain HTTP to this machine; the library wants to know of cryptography all the same. A second time is no fault.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

async fn create(client: &Client, url: &str, request: &Request) -> String {
    let create = client
        .post(format!("{url}/create"))
        .header("content-type", "application/json")
        .body(request.to_json());
    let answer = json(create).await;
    answer["package_id"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"))
        .to_owned()
}

/// The status of a package that is finished.
async fn finished(client: &Client, url: &str, id: &str) -> Value {
    loop {
        let status = json(client.get(format!("{url}/status?package_id={id}"))).await;
        match status["status"].as_str() {
            Some("success") => return status,
            Some("in-progress") => tokio::time::sleep(PAUSE).await,
            _ => panic!("{status}"),
        }
    }
}

async fn download(client: &Client, status: &Value) -> Deb {
    let answer = client
        .get(status["download_url"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success(), "{answer:?}");
    let checksum = answer.headers()["x-checksum-sha256"].to_str().unwrap().to_owned();
    assert_eq!(Some(checksum.as_str()), status["sha256"].as_str());
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(Some(bytes.len() as u64), status["size"].as_u64());
    let (folder, file_name) = (tempfile::tempdir().unwrap(), status["file_name"].as_str().unwrap());
    fs::write(folder.path().join(file_name), bytes).unwrap();
    if let Some(url) = status["signature_url"].as_str() {
        let answer = client.get(url).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
        let signature = answer.bytes().await.unwrap();
        fs::write(folder.path().join(format!("{file_name}.sig")), signature).unwrap();
    }
    Deb::in_folder(folder, file_name)
}

async fn json(request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
