use std::path::Path;
use std::sync::Arc;

use futures_util::TryStreamExt;
use packager_faults::{File, Point, Step, point};
use tempfile::NamedTempFile;
use tough::Transport;
use url::Url;

use super::Verified;
use super::key::CacheKey;
use crate::blocking::blocking_io;
use crate::body::{self, Body};
use crate::error::{Check, Error, Subject};
use crate::hashes::{Digests, Hasher};
use crate::incoming::Incoming;
use crate::limits::Limits;
use crate::target::Target;
use crate::workflow::Missing;

/// Written at a time.
const BUFFER_BYTES: usize = 256 << 10;

/// Section 5.7, "fetch target": "download the target (up to the number of bytes specified in
/// the targets metadata), and verify that its hashes match the targets metadata". Only then
/// does the file get its name.
pub(super) async fn download(
    folder: &Path,
    key: &CacheKey,
    target: &Target,
    transport: &dyn Transport,
    url: &Url,
    limits: &Limits,
    incoming: &Incoming,
) -> Result<Verified, Error> {
    if target.length_bytes > limits.target_bytes {
        return Err(Error::untrusted(Subject::Target, Check::Length));
    }
    let body = open(target, transport, url, limits).await?;
    let temporary = {
        let folder = folder.to_owned();
        blocking_io(move || {
            let file = NamedTempFile::new_in(folder)?;
            point(Point::Write(File::Target, Step::Created))?;
            Ok(file)
        })
        .await?
    };
    let writer = temporary.reopen().map_err(Error::disk)?;
    incoming.begin(temporary.reopen().map_err(Error::disk)?);
    let (size_bytes, digests) = copy(body, writer, incoming).await?;
    if size_bytes != target.length_bytes {
        return Err(Error::untrusted(Subject::Target, Check::Length));
    }
    if !target.hashes.matches(&digests) {
        return Err(Error::untrusted(Subject::Target, Check::Hash));
    }
    let name = key.file_name();
    let named = folder.join(&name);
    blocking_io(move || {
        point(Point::Write(File::Target, Step::Written))?;
        packager_durable::persist(File::Target, temporary, &named)
    })
    .await?;
    Ok(Verified { size_bytes, digests })
}

/// Section 5.7.3: "If consistent snapshots are used …, then the filename is of the form
/// HASH.FILENAME.EXT", with any one of the listed hashes; else it is the name itself.
async fn open(target: &Target, transport: &dyn Transport, url: &Url, limits: &Limits) -> Result<Body, Error> {
    let names: Vec<String> = if target.consistent_snapshot {
        let prefixes = target.hashes.file_name_prefixes();
        prefixes.map(|prefix| target.name.relative_url(Some(&prefix))).collect()
    } else {
        vec![target.name.relative_url(None)]
    };
    for name in names {
        let url = url
            .join(&name)
            .map_err(|error| Error::transport(Subject::Target, error))?;
        let body = body::open(transport, url, target.length_bytes, limits.pace)
            .await
            .map_err(|error| error.into_error(Subject::Target))?;
        if let Some(body) = body {
            return Ok(body);
        }
    }
    Err(Error::transport(Subject::Target, Missing))
}

/// Writes what comes, a large piece at a time, and tells how far it is.
async fn copy(mut body: Body, writer: std::fs::File, incoming: &Incoming) -> Result<(u64, Digests), Error> {
    let writer = Arc::new(writer);
    let mut hasher = Hasher::default();
    let mut size_bytes = 0;
    let mut gathered = Vec::with_capacity(BUFFER_BYTES);
    let failed = |error: body::BodyError| error.into_error(Subject::Target);
    while let Some(piece) = body.try_next().await.map_err(failed)? {
        hasher.update(&piece);
        size_bytes += piece.len() as u64;
        gathered.extend_from_slice(&piece);
        if gathered.len() >= BUFFER_BYTES {
            gathered = write(&writer, gathered, incoming).await?;
        }
    }
    write(&writer, gathered, incoming).await?;
    Ok((size_bytes, hasher.finish()))
}

/// Writes `gathered`, and gives the buffer back, empty.
async fn write(writer: &Arc<std::fs::File>, gathered: Vec<u8>, incoming: &Incoming) -> Result<Vec<u8>, Error> {
    let writer = Arc::clone(writer);
    let mut gathered = blocking_io(move || {
        packager_faults::write_all(Point::Write(File::Target, Step::Write), &mut &*writer, &gathered)?;
        Ok(gathered)
    })
    .await?;
    incoming.advance(gathered.len() as u64);
    gathered.clear();
    Ok(gathered)
}
