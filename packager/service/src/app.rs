//! What the HTTP layer works with: built once, from its collaborators.

use std::sync::Arc;
use std::time::Duration;

use packager_signing::ReleaseKey;
use packager_store::Store;
use packager_targets::Repository;
use url::Url;

use crate::http::{BodyMemory, RateLimits, TrustedProxies};
use crate::metrics::Metrics;
use crate::pipeline::{Dispatcher, Freshness};
use packager_clock::Clock;

/// Settings of the HTTP layer.
#[derive(Debug, Clone)]
pub(crate) struct HttpSettings {
    /// The base of download URLs.
    pub(crate) public_url: Option<Url>,
    /// The longest body. Stops bodies that fill the memory.
    pub(crate) body_limit_bytes: usize,
    /// How long a request's head, and then its body, may take to arrive. Stops clients that send a byte a minute.
    pub(crate) client_timeout: Duration,
}

/// The service, as a request sees it.
pub(crate) struct App {
    pub(crate) store: Arc<Store>,
    pub(crate) repository: Arc<Repository>,
    pub(crate) dispatcher: Dispatcher,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) freshness: Arc<Freshness>,
    pub(crate) limits: RateLimits,
    pub(crate) proxies: TrustedProxies,
    pub(crate) bodies: BodyMemory,
    pub(crate) release_key: Option<ReleaseKey>,
    pub(crate) http: HttpSettings,
}
