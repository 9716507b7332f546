//! The update repository that a local build fetches from.

use std::sync::Arc;

use packager_spec::TlsClientIdentity;
use packager_targets::{ClientIdentity, HttpSettings, Repository, RepositorySettings, embedded_root, transport};
use sha2::{Digest, Sha256};
use url::Url;

use super::cache::Cache;
use super::limits::limits;
use crate::error::Error;

/// Where the agent is fetched from, and whom to trust there.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// `None`: the service's default.
    pub(crate) url: Option<Url>,
    /// A trusted root; `None`: the one that is built in for the URL.
    pub(crate) root: Option<Vec<u8>>,
    /// Authorities beside the system's, as PEM.
    pub(crate) private_ca_pem: Option<Vec<u8>>,
    /// For a repository that asks who comes.
    pub(crate) client: Option<TlsClientIdentity>,
}

impl Source {
    /// The repository's URL.
    pub(super) fn url(&self) -> Result<Url, Error> {
        match &self.url {
            Some(url) => Ok(url.clone()),
            None => Url::parse(default_url()).map_err(Error::failed("the default update repository cannot be used")),
        }
    }

    /// Opens the repository with a folder of its own in `cache`.
    pub(super) async fn open(self, cache: &Cache) -> Result<Arc<Repository>, Error> {
        let url = self.url()?;
        let trusted_root = match self.root {
            Some(root) => root,
            None => embedded_root(&url).map(<[u8]>::to_vec).ok_or_else(|| {
                Error::Usage(format!(
                    "no trusted root is built in for the update repository {url}: get its root.json in a way that you \
                     trust, and name it with --update-roots"
                ))
            })?,
        };
        let limits = limits(|name| std::env::var_os(name))?;
        let http = HttpSettings {
            read_timeout: limits.pace.grace,
            private_ca_pem: self.private_ca_pem,
            client_identity: self.client.map(|client| ClientIdentity {
                certificate_pem: client.certificate().as_pem().as_bytes().to_vec(),
                key_pem: client.expose_key_pem().as_bytes().to_vec(),
            }),
            ..HttpSettings::default()
        };
        let unusable = || Error::failed("the update repository cannot be used");
        let transport = transport(&url, &http).map_err(unusable())?;
        let settings = RepositorySettings {
            cache_dir: cache.folder(&folder_name(&url, &trusted_root))?,
            url,
            trusted_root,
            limits,
        };
        Repository::open(settings, transport)
            .await
            .map(Arc::new)
            .map_err(unusable())
    }
}

/// The repository that the service has by default.
fn default_url() -> &'static str {
    let settings = packager_settings::sections()
        .iter()
        .flat_map(packager_settings::Section::settings);
    let mut urls = settings.filter(|setting| setting.key() == "update_url");
    urls.next().map_or("", packager_settings::Setting::default_text)
}

/// Repositories do not share what they remember, nor do two that are trusted by different roots.
fn folder_name(url: &Url, root: &[u8]) -> String {
    let digest = Sha256::new()
        .chain_update(url.as_str())
        .chain_update([0])
        .chain_update(root)
        .finalize();
    let name = hex::encode(digest);
    format!("repository-{}", name.get(..16).unwrap_or(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit_status::ExitStatus;

    #[test]
    fn the_default_repository_has_a_root_that_is_built_in() {
        let url = Source::default().url().unwrap();
        assert!(embedded_root(&url).is_some(), "{url}");
    }

    #[tokio::test]
    async fn another_repository_needs_a_root() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let source = Source {
            url: Some(Url::parse("https://tuf.example.com").unwrap()),
            ..Source::default()
        };
        let error = source.open(&cache).await.unwrap_err();
        assert!(error.to_string().contains("--update-roots"), "{error}");
        assert_eq!(error.exit_status(), ExitStatus::Usage);
    }

    #[test]
    fn each_url_and_each_root_has_a_folder() {
        let (a, b) = (Url::parse("https://a").unwrap(), Url::parse("https://b").unwrap());
        let names = [folder_name(&a, b"1"), folder_name(&b, b"1"), folder_name(&a, b"2")];
        assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
        assert_eq!(names[0], folder_name(&a, b"1"));
        assert_eq!(names[0].len(), "repository-".len() + 16);
    }
}
