use std::io::{self, Cursor, Read};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use packager_artifact::Sha256Digest;
use packager_clock::{Clock, EagerClock};
use packager_http_client::{HttpSettings, Proxies};
use packager_notary::{ApiKey, Error, Journal, Notary, NotarySettings, Package, PackageBytes, Progress, Submission};
use packager_test_apple::Apple;

/// 2026-01-01 00:00 UTC.
pub fn new_year() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// Apple, and a notary that waits for nothing.
pub async fn apple_and_notary() -> (Apple, Notary, Arc<EagerClock>) {
    let clock = Arc::new(EagerClock::at(new_year()));
    let apple = Apple::start(Arc::clone(&clock) as _).await;
    let notary = notary(&apple, Arc::clone(&clock) as _);
    (apple, notary, clock)
}

pub fn settings(apple: &Apple) -> NotarySettings {
    let settings = NotarySettings::at(apple.api_url(), apple.upload_url(), apple.ticket_url());
    NotarySettings {
        connection: HttpSettings {
            proxies: Proxies::Direct,
            ..settings.connection.clone()
        },
        ..settings
    }
}

/// A notary that soon takes silence for a failure.
pub fn hasty(apple: &Apple, clock: Arc<dyn Clock>) -> Notary {
    let settings = settings(apple);
    let connection = HttpSettings {
        read_timeout: Duration::from_secs(1),
        ..settings.connection.clone()
    };
    Notary::new(key(apple), NotarySettings { connection, ..settings }, clock).unwrap()
}

pub fn notary(apple: &Apple, clock: Arc<dyn Clock>) -> Notary {
    Notary::new(key(apple), settings(apple), clock).unwrap()
}

pub fn key(apple: &Apple) -> ApiKey {
    let (pem, key_id, issuer) = apple.key();
    ApiKey::from_pem(pem.as_bytes(), key_id.to_owned(), issuer.to_owned()).unwrap()
}

/// An archive as far as Apple looks at it here: a header, a table of contents and something behind.
pub fn archive(size: usize) -> Vec<u8> {
    let toc = b"a table of contents";
    let mut archive = [
        &b"xar!\0\x1c\0\x01"[..],
        &(toc.len() as u64).to_be_bytes(),
        &100_u64.to_be_bytes(),
        &3_u32.to_be_bytes(),
        toc,
    ]
    .concat();
    archive.resize(archive.len() + size, b'p');
    archive
}

/// The checksum of its table of contents.
pub fn toc() -> [u8; 32] {
    *Sha256Digest::of(b"a table of contents").as_bytes()
}

struct InMemory(Vec<u8>);

impl PackageBytes for InMemory {
    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(Cursor::new(&self.0)))
    }
}

pub fn package_of(archive: Vec<u8>) -> Package {
    Package {
        name: "fleet-osquery.pkg".to_owned(),
        sha256: Sha256Digest::of(&archive),
        size_bytes: archive.len() as u64,
        bytes: Arc::new(InMemory(archive)),
    }
}

pub fn package() -> Package {
    package_of(archive(3_000_000))
}

/// Keeps submissions as they would be kept on a disk.
#[derive(Default)]
pub struct Kept {
    pub texts: Mutex<Vec<String>>,
    /// The process is killed behind so many records.
    pub killed_behind: Option<usize>,
}

impl Kept {
    pub fn count(&self) -> usize {
        self.texts.lock().unwrap().len()
    }

    pub fn last(&self) -> Option<Submission> {
        let texts = self.texts.lock().unwrap();
        texts.last().map(|text| serde_json::from_str(text).unwrap())
    }

    /// The words for how far it was at each record.
    pub fn steps(&self) -> Vec<&'static str> {
        let texts = self.texts.lock().unwrap();
        let submissions = texts.iter().map(|text| serde_json::from_str(text).unwrap());
        submissions
            .map(|submission: Submission| match submission.progress {
                Progress::Uploading(_) => "uploading",
                Progress::Waiting => "waiting",
                Progress::Accepted => "accepted",
            })
            .collect()
    }
}

#[async_trait]
impl Journal for Kept {
    async fn record(&self, submission: &Submission) -> io::Result<()> {
        let count = {
            let mut texts = self.texts.lock().unwrap();
            texts.push(serde_json::to_string(submission).unwrap());
            texts.len()
        };
        if self.killed_behind == Some(count) {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

pub async fn notarized(notary: &Notary, package: &Package) -> Result<Submission, Error> {
    notary.notarize(package, None, &Kept::default()).await
}
