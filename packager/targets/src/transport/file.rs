use std::io;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use tokio::fs::File;
use tokio_util::io::ReaderStream;
use tough::{Transport, TransportError, TransportErrorKind, TransportStream};
use url::Url;

const BUFFER_BYTES: usize = 128 << 10;

/// Reads files of a local folder, from `file` URLs.
///
/// Unlike `tough`'s, it undoes the percent-encoding of the path, so that a folder or a
/// target may have any name. (A [`TargetName`](crate::TargetName) has no `..` to hide there.)
#[derive(Debug, Clone, Copy)]
pub struct FileTransport;

#[async_trait]
impl Transport for FileTransport {
    async fn fetch(&self, url: Url) -> Result<TransportStream, TransportError> {
        let unsupported = TransportErrorKind::UnsupportedUrlScheme;
        if url.scheme() != "file" {
            return Err(TransportError::new(unsupported, url));
        }
        let path = url
            .to_file_path()
            .map_err(|()| TransportError::new(unsupported, &url))?;
        let failed = move |error: io::Error| {
            let kind = match error.kind() {
                io::ErrorKind::NotFound => TransportErrorKind::FileNotFound,
                _ => TransportErrorKind::Other,
            };
            TransportError::new_with_cause(kind, &url, error)
        };
        let file = File::open(path).await.map_err(&failed)?;
        let body = ReaderStream::with_capacity(file, BUFFER_BYTES).map_err(failed);
        Ok(Box::pin(body))
    }
}
