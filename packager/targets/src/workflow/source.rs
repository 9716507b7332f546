use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use tough::Transport;
use url::Url;

use crate::body;
use crate::error::{Error, Subject};
use crate::limits::Limits;
use crate::retry::retrying;
use crate::role::Role;

/// Where metadata comes from, and how much of it is read.
pub(crate) struct MetadataSource<'a> {
    pub(crate) transport: &'a dyn Transport,
    /// Ends in a slash.
    pub(crate) url: &'a Url,
    pub(crate) limits: &'a Limits,
}

/// A file that must be there is not.
#[derive(Debug, thiserror::Error)]
#[error("the file is not there")]
pub(crate) struct Missing;

impl MetadataSource<'_> {
    /// The file `name` of `role`, or `None` if it is not there.
    pub(super) async fn find(&self, role: Role, name: &str, limit_bytes: u64) -> Result<Option<Bytes>, Error> {
        retrying(self.limits.retry, || self.ask(role, name, limit_bytes)).await
    }

    async fn ask(&self, role: Role, name: &str, limit_bytes: u64) -> Result<Option<Bytes>, Error> {
        let subject = Subject::from(role);
        let url = self.url.join(name).map_err(|error| Error::transport(subject, error))?;
        let failed = |error: body::BodyError| error.into_error(subject);
        let Some(body) = body::open(self.transport, url, limit_bytes, self.limits.pace)
            .await
            .map_err(failed)?
        else {
            return Ok(None);
        };
        let bytes = body
            .try_fold(BytesMut::new(), |mut all, piece| async move {
                all.extend_from_slice(&piece);
                Ok(all)
            })
            .await
            .map_err(failed)?;
        Ok(Some(bytes.freeze()))
    }

    /// The file `name` of `role`.
    pub(super) async fn get(&self, role: Role, name: &str, limit_bytes: u64) -> Result<Bytes, Error> {
        self.find(role, name, limit_bytes)
            .await?
            .ok_or_else(|| Error::transport(role.into(), Missing))
    }
}
