//! What goes with a package: a signature of its own file, a configuration profile.

use packager_api::Success;
use reqwest::header::ACCEPT;
use zeroize::Zeroizing;

use super::patience::Patience;
use super::{Error, Service};

impl Service {
    /// The signature that lies beside a package, if its format has it there and the service signs such packages.
    ///
    /// # Errors
    /// [`Error::Answer`] when the service names it and has none.
    pub(crate) async fn signature(&self, package: &Success) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        match &package.signature_url {
            Some(url) => self.beside(url, "its signature_url is not one").await.map(Some),
            None => Ok(None),
        }
    }

    /// The configuration profile with the URL and the secret that the package does not have.
    ///
    /// # Errors
    /// [`Error::Answer`] when there is none: without it the package is of no use.
    pub(crate) async fn profile(&self, package: &Success) -> Result<Zeroizing<Vec<u8>>, Error> {
        let url = package.profile_url.as_deref();
        let url = url.ok_or(Error::Answer("it names no configuration profile"))?;
        self.beside(url, "its profile_url is not one").await
    }

    async fn beside(&self, url: &str, complaint: &'static str) -> Result<Zeroizing<Vec<u8>>, Error> {
        let url = self.file_url(url, complaint)?;
        let body = self
            .exchange(&mut Patience::new(), || {
                self.files.get(url.clone()).header(ACCEPT, "*/*")
            })
            .await?;
        if body.is_empty() {
            return Err(Error::Corrupt("a file that goes with it is empty"));
        }
        Ok(body)
    }
}
