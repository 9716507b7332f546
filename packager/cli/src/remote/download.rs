//! Downloading a package, however often the connection breaks.

use std::fs::File;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packager_api::Success;
use packager_artifact::Sha256Digest;
use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE, RANGE};
use reqwest::{Response, StatusCode};
use url::Url;

use super::answer::Attempt;
use super::pace::Pace;
use super::patience::Patience;
use super::sink::Sink;
use super::{Error, Service};
use crate::progress::Progress;

/// Longest package that is downloaded: a service must not fill the disk.
const LIMIT_BYTES: u64 = 4 << 30;
/// An attempt that gets this far does not count as failed: a long download over a bad line ends, and one that trickles
/// is given up.
const HEADWAY_BYTES: u64 = 1 << 20;
/// The release key's signature of the package's digest, in base64.
const SIGNATURE: &str = "x-signature-ed25519";

impl Service {
    /// Downloads a package into an empty file. When the connection breaks, the rest is asked for, if the service says
    /// that it is still the same package; else it begins anew.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when length or SHA-256 are not those of the status, and [`Error::Untrusted`] when the release
    /// key does not vouch for it: the file is to be thrown away.
    pub(crate) async fn download(&self, package: &Success, file: File, progress: &dyn Progress) -> Result<(), Error> {
        let promised: Sha256Digest = package
            .sha256
            .parse()
            .map_err(|_| Error::Answer("its sha256 is not one"))?;
        if package.size > LIMIT_BYTES {
            return Err(Error::Answer("the package is too large"));
        }
        let url = self.file_url(&package.download_url, "its download_url is not one")?;
        let mut sink = Sink::new(file, package.size);
        let mut tag = None;
        let mut signature = None;
        let mut patience = Patience::new();
        loop {
            let before = sink.received_bytes();
            let attempt = match self.attempt(self.request(&url, &mut sink, tag.as_ref()).await?).await? {
                Attempt::Answered(answer) => {
                    if answer.status() != StatusCode::RANGE_NOT_SATISFIABLE {
                        // Before all those bytes.
                        signature = self.claimed_signature(answer.headers())?;
                    }
                    receive(answer, package.size, &mut sink, &mut tag, progress).await?
                }
                Attempt::Later { wish, error } => Err((wish, error)),
            };
            let Err((wish, error)) = attempt else {
                sink.finish(promised).await?;
                return self.verify(promised, signature.as_deref());
            };
            if sink.received_bytes().saturating_sub(before) >= HEADWAY_BYTES {
                patience = Patience::new();
            }
            self.wait_after(error, patience.after_failure(wish)).await?;
        }
    }

    /// The signature that an answer claims to have, if one is wanted.
    fn claimed_signature(&self, headers: &HeaderMap) -> Result<Option<Vec<u8>>, Error> {
        if self.release_key.is_none() {
            return Ok(None);
        }
        let header = headers.get(SIGNATURE).ok_or(Error::Untrusted(
            "the service does not sign it, and --remote-public-key demands that",
        ))?;
        let signature = STANDARD.decode(header.as_bytes());
        signature
            .map(Some)
            .map_err(|_| Error::Untrusted("its signature is not one"))
    }

    /// Says that the release key vouches for a package with this digest, if there is such a key.
    fn verify(&self, package: Sha256Digest, signature: Option<&[u8]>) -> Result<(), Error> {
        match &self.release_key {
            Some(key) if !key.verifies(package, signature.unwrap_or_default()) => Err(Error::Untrusted(
                "its signature is not one of the key that --remote-public-key names",
            )),
            _ => Ok(()),
        }
    }

    /// Where a file is that the status names. A service that was asked over TLS must not send the package or what goes with
    /// it, which hold the secret, without it.
    pub(super) fn file_url(&self, text: &str, complaint: &'static str) -> Result<Url, Error> {
        let url = Url::parse(text).map_err(|_| Error::Answer(complaint))?;
        match (self.base.scheme(), url.scheme()) {
            (_, "https") | ("http", "http") => Ok(url),
            ("https", "http") => Err(Error::Answer(
                "it names a file without TLS, though it was asked over TLS",
            )),
            _ => Err(Error::Answer(complaint)),
        }
    }

    /// The rest of what `sink` has, if the answer can tell whether it is the same package; else all of it.
    async fn request(
        &self,
        url: &Url,
        sink: &mut Sink,
        tag: Option<&HeaderValue>,
    ) -> Result<reqwest::RequestBuilder, Error> {
        let request = self.files.get(url.clone());
        if let (Some(tag), true) = (tag, sink.received_bytes() > 0) {
            return Ok(request
                .header(RANGE, format!("bytes={}-", sink.received_bytes()))
                .header(IF_RANGE, tag));
        }
        sink.restart().await?;
        Ok(request)
    }
}

type Broken = (Option<Duration>, Error);

/// Reads an answer to its end. The inner error is a connection that broke.
async fn receive(
    mut answer: Response,
    size_bytes: u64,
    sink: &mut Sink,
    tag: &mut Option<HeaderValue>,
    progress: &dyn Progress,
) -> Result<Result<(), Broken>, Error> {
    match answer.status() {
        StatusCode::PARTIAL_CONTENT => {
            let expected = format!(
                "bytes {}-{}/{size_bytes}",
                sink.received_bytes(),
                size_bytes.saturating_sub(1)
            );
            if answer
                .headers()
                .get(CONTENT_RANGE)
                .is_none_or(|range| range.as_bytes() != expected.as_bytes())
            {
                return Err(Error::Corrupt("another range than the one that was asked for"));
            }
        }
        StatusCode::RANGE_NOT_SATISFIABLE => {
            // It has become another, shorter package: from the beginning, and without the old tag.
            *tag = None;
            let error = Error::Corrupt("the service does not have the rest of it");
            return Ok(Err((None, error)));
        }
        _ => {
            sink.restart().await?;
            if answer.content_length().is_some_and(|length| length != size_bytes) {
                return Err(Error::Corrupt("its length is another"));
            }
            *tag = strong_tag(&answer);
        }
    }
    let mut pace = Pace::new(Instant::now());
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => {
                if !pace.is_kept(chunk.len() as u64, Instant::now()) {
                    return Ok(Err((None, Error::Slow)));
                }
                sink.write(&chunk).await?;
                progress.received(sink.received_bytes(), size_bytes);
            }
            Ok(None) if sink.is_complete() => return Ok(Ok(())),
            Ok(None) => return Ok(Err((None, Error::Corrupt("it is shorter")))),
            Err(error) => return Ok(Err((None, Error::unreachable(error)))),
        }
    }
}

/// `If-Range` takes strong tags alone (RFC 9110, section 13.1.5).
fn strong_tag(answer: &Response) -> Option<HeaderValue> {
    let tag = answer.headers().get(ETAG)?;
    tag.as_bytes().starts_with(b"\"").then(|| tag.clone())
}
