//! A client of the HTTP API.

use std::fs;
use std::time::Duration;

use reqwest::Client;
use serde_json::Value;

use crate::deb::{Deb, PROFILE};
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
    runtime().block_on(async {
        let client = client();
        let status = ended(&client, url, request).await;
        assert_eq!(status["status"], "success", "{status}");
        download(&client, &status).await
    })
}

/// What `/status` says of the package that `request` asks for when its build has ended.
///
/// # Panics
/// If the service refuses, or does not answer.
pub(crate) fn status(url: &str, request: &Request) -> Value {
    runtime().block_on(ended(&client(), url, request))
}

/// What `url` answers.
///
/// # Panics
/// If that is no success.
pub(crate) fn text(url: &str) -> String {
    runtime().block_on(async {
        let answer = client().get(url).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
        answer.text().await.unwrap()
    })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
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

/// The status of the package that `request` asks for when its build has ended.
async fn ended(client: &Client, url: &str, request: &Request) -> Value {
    let id = create(client, url, request).await;
    let ended = async {
        loop {
            let status = json(client.get(format!("{url}/status?package_id={id}"))).await;
            match status["status"].as_str() {
                Some("in-progress") => tokio::time::sleep(PAUSE).await,
                _ => return status,
            }
        }
    };
    tokio::time::timeout(DEADLINE, ended).await.unwrap()
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
    let url = format!("{}/profile", status["download_url"].as_str().unwrap());
    let answer = client.get(url).send().await.unwrap();
    match answer.status().as_u16() {
        200 => fs::write(folder.path().join(PROFILE), answer.bytes().await.unwrap()).unwrap(),
        status => assert_eq!(status, 404),
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
