//! Starting and stopping: collaborators are made here, once, and put together.

mod apple;
mod certificate;
mod collaborators;
mod error;
mod rotate_key;
mod server;
mod signers;
mod update_limits;
mod windows;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use packager_settings::{Prepare, Settings};
use packager_store::Store;
use packager_targets::Repository;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use crate::build::Builder;
use crate::connection::raise_descriptor_limit;
use crate::http::{BodyMemory, RateLimits, TrustedProxies};
use crate::metrics::Metrics;
use crate::notarization::{Notarization, Places};
use crate::pipeline::{Freshness, WorkerSettings, Workers, expire_packages, prepare_releases, refresh_metadata};
use crate::tls::Renewal;
use apple::load_notary;
pub use certificate::check_certificate;
use certificate::load_certificate;
pub use collaborators::Environment;
use collaborators::{builder_settings, cores, http_settings, open_repository, open_store};
pub use error::StartError;
use packager_clock::Clock;
pub use rotate_key::rotate_key;
use server::{Listener, listen_admin, listen_public};
use signers::{load_release_key, load_signers};
pub use update_limits::update_limits;

/// A service that answers.
pub struct Running {
    public: Listener,
    admin: Option<Listener>,
    workers: Workers,
    background: JoinSet<()>,
    store: Arc<Store>,
    repository: Arc<Repository>,
    grace: Duration,
    renewal: Renewal,
}

/// How long [`Running::stop`] waits for what was told to stop to let go of the data directory.
const RELEASE: Duration = Duration::from_secs(5);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(2);

/// Starts the service: opens the store and the target cache, goes on with builds that were not finished, and listens.
/// To be called in a multi-threaded Tokio runtime.
///
/// # Errors
/// [`StartError`], each saying what an operator can do about it.
pub async fn start(
    settings: &Settings,
    environment: Environment<'_>,
    clock: Arc<dyn Clock>,
) -> Result<Running, StartError> {
    raise_descriptor_limit(settings.limits.max_connections);
    let certificate = load_certificate(settings, environment, clock.now())?;
    let signers = load_signers(&settings.signing, settings.builds.build_timeout, environment, &clock).await?;
    let notary = load_notary(&settings.signing, environment, &clock)?;
    let release_key = load_release_key(&settings.signing, environment)?;
    let metrics = Arc::new(Metrics::new());
    let store = Arc::new(open_store(settings, environment, clock.now())?);
    let repository = Arc::new(open_repository(settings, environment).await?);
    let builder = Builder::new(Arc::clone(&repository), Arc::clone(&store), builder_settings(settings));
    let builder = Arc::new(builder.with_signers(signers));
    let places = || Places::open(&settings.storage.data_dir, settings.signing.notary_daily_limit);
    let notarization = notary.map(|notary| Notarization {
        notary,
        places: Arc::new(places()),
    });
    let (workers, dispatcher, stock) = Workers::start(
        Arc::clone(&store),
        Arc::clone(&builder),
        Arc::clone(&clock),
        Arc::clone(&metrics),
        notarization,
        WorkerSettings {
            count: settings.builds.workers.unwrap_or_else(cores),
            build_timeout: settings.builds.build_timeout,
            keep_stock: settings.builds.prepare != Prepare::Nothing,
        },
    );
    dispatcher.resume();

    let freshness = Arc::new(Freshness::default());
    let mut background = JoinSet::new();
    background.spawn(expire_packages(Arc::clone(&store), Arc::clone(&clock)));
    let (news, told) = watch::channel(None);
    background.spawn(prepare_releases(builder, Arc::clone(&metrics), stock, told));
    background.spawn(refresh_metadata(
        Arc::clone(&repository),
        Arc::clone(&clock),
        Arc::clone(&metrics),
        Arc::clone(&freshness),
        news,
        settings.update.update_refresh,
    ));
    let app = Arc::new(App {
        store: Arc::clone(&store),
        repository: Arc::clone(&repository),
        dispatcher,
        limits: RateLimits::new(&settings.rates, &clock),
        clock,
        metrics,
        freshness,
        proxies: TrustedProxies::new(settings.network.trusted_proxies.clone()),
        bodies: BodyMemory::new(settings.limits.bodies_limit),
        release_key,
        http: http_settings(settings),
    });
    let is_tls = certificate.is_some();
    let (acceptor, renewal) = match certificate {
        None => (None, Renewal::default()),
        Some(certificate) => {
            let acceptor = certificate.current.acceptor();
            let renewal = Renewal::new();
            background.spawn(certificate.renew(&app, renewal.clone()));
            (Some(acceptor), renewal)
        }
    };
    let public = listen_public(&app, settings, acceptor)?;
    let admin = settings
        .network
        .admin_listen
        .map(|address| listen_admin(&app, settings, address))
        .transpose()?;
    if let Some(admin) = &admin {
        tracing::info!(address = %admin.address, "listening for the operator");
    }
    let scheme = if is_tls { "https" } else { "http" };
    tracing::info!(address = %public.address, scheme, "listening");
    Ok(Running {
        public,
        admin,
        workers,
        background,
        store,
        repository,
        grace: settings.limits.shutdown_timeout,
        renewal,
    })
}

impl Running {
    /// Where the API is served.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.public.address
    }

    /// Where metrics and health are served.
    #[must_use]
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(|admin| admin.address)
    }

    /// The way to have the TLS certificate read anew. Where none is set, asking does nothing.
    #[must_use]
    pub fn renewal(&self) -> Renewal {
        self.renewal.clone()
    }

    /// Runs until `shutdown`, then stops as [`Running::stop`] does.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) {
        shutdown.await;
        tracing::info!("stopping");
        self.stop().await;
    }

    /// Stops: no new requests; downloads and builds that are under way may end within the grace period. What does not
    /// is taken up by the next start.
    pub async fn stop(mut self) {
        self.public.stop().await;
        self.workers.stop(self.grace).await;
        self.background.shutdown().await;
        if let Some(admin) = self.admin {
            admin.stop().await;
        }
        if let Err(error) = self.store.flush() {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the index could not be written out"
            );
        }
        // Threads of the listeners, and disk work that was under way, end a moment later than they are told to. Only
        // then can another service open the same directory.
        let released = async {
            while Arc::strong_count(&self.store) > 1 || Arc::strong_count(&self.repository) > 1 {
                tokio::time::sleep(LOOK).await;
            }
        };
        if tokio::time::timeout(RELEASE, released).await.is_err() {
            tracing::warn!("work under way still holds the data directory");
        }
    }
}
