//! The listeners.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_http::{HttpService, KeepAlive};
use actix_server::{GracefulShutdownSignal, Server, ServerBuilder, ServerHandle};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, map_config};
use actix_web::App as ActixApp;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use packager_settings::{Limits, Settings};
use socket2::{Domain, Protocol, Socket, Type};

use super::StartError;
use super::collaborators::cores;
use crate::app::App;
use crate::connection::{Crowd, CrowdLimits, Door, PaceLimits, Stream};
use crate::http::{TrustedProxies, admin_routes, cors, log_request, refuse_long_bodies, routes, strict_transport};
use crate::tls::Acceptor;

/// Connections of the admin listener: a handful of collectors and probes.
const ADMIN_CONNECTIONS: usize = 64;
/// The admin listener holds up a stop no longer than this: nothing of it takes long.
const ADMIN_SHUTDOWN: Duration = Duration::from_secs(1);
/// Connections that the system may keep while they wait to be taken.
const BACKLOG: i32 = 1024;
/// Most threads that actix-server takes.
const MOST_WORKERS: usize = 512;
/// How long after the connections' own limit a worker that still holds some is ended.
const SHUTDOWN_MARGIN_SECONDS: u64 = 1;

/// A listener that answers.
pub(super) struct Listener {
    pub(super) address: SocketAddr,
    handle: ServerHandle,
}

impl Listener {
    /// Takes no new connections, and lets those that are there end within the listener's timeout.
    pub(super) async fn stop(&self) {
        self.handle.stop(true).await;
    }
}

/// The API, over TLS where there is a certificate for it.
pub(super) fn listen_public(
    app: &Arc<App>,
    settings: &Settings,
    tls: Option<Acceptor>,
) -> Result<Listener, StartError> {
    let data = Data::from(Arc::clone(app));
    let origins = settings.network.allowed_origins.clone();
    let crowd = CrowdLimits {
        connections: settings.limits.max_connections,
        connections_per_client: settings.limits.max_connections_per_client,
        proxies: TrustedProxies::new(settings.network.trusted_proxies.clone()),
    };
    let guarded = Guarded {
        name: "public",
        workers: cores().min(MOST_WORKERS),
        crowd,
        pace: pace(&settings.limits, settings.limits.shutdown_timeout),
        body_limit_bytes: app.http.body_limit_bytes,
        tls,
    };
    guarded.listen(app, settings.network.listen, move || {
        ActixApp::new()
            .app_data(data.clone())
            .wrap(cors(&origins))
            .wrap(from_fn(strict_transport))
            .wrap(from_fn(log_request))
            .configure(routes)
    })
}

/// Metrics and health.
pub(super) fn listen_admin(app: &Arc<App>, settings: &Settings, address: SocketAddr) -> Result<Listener, StartError> {
    let data = Data::from(Arc::clone(app));
    let crowd = CrowdLimits {
        connections: ADMIN_CONNECTIONS,
        connections_per_client: ADMIN_CONNECTIONS,
        proxies: TrustedProxies::default(),
    };
    let guarded = Guarded {
        name: "admin",
        workers: 1,
        crowd,
        pace: pace(&settings.limits, ADMIN_SHUTDOWN),
        body_limit_bytes: 0,
        tls: None,
    };
    guarded.listen(app, address, move || {
        ActixApp::new()
            .app_data(data.clone())
            .wrap(from_fn(log_request))
            .configure(admin_routes)
    })
}

fn pace(limits: &Limits, shutdown_timeout: Duration) -> PaceLimits {
    PaceLimits {
        request_timeout: limits.client_timeout,
        keep_alive: limits.keep_alive,
        idle_timeout: limits.download_idle_timeout,
        least_rate: limits.download_least_rate,
        shutdown_timeout,
    }
}

/// A listener whose connections are under guard.
struct Guarded {
    name: &'static str,
    workers: usize,
    crowd: CrowdLimits,
    pace: PaceLimits,
    body_limit_bytes: usize,
    tls: Option<Acceptor>,
}

impl Guarded {
    fn listen<F, I, S, B>(self, app: &Arc<App>, address: SocketAddr, routes: F) -> Result<Listener, StartError>
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: IntoServiceFactory<S, actix_http::Request>,
        S: ServiceFactory<
                actix_http::Request,
                Config = AppConfig,
                Response = ServiceResponse<B>,
                Error = actix_web::Error,
                InitError = (),
            > + 'static,
        S::Future: 'static,
        B: MessageBody + 'static,
    {
        let listener = bind(address).map_err(|source| StartError::Listen { address, source })?;
        let address = listener
            .local_addr()
            .map_err(|source| StartError::Listen { address, source })?;
        let server = ServerBuilder::new();
        let door = Door {
            listener: self.name,
            crowd: Arc::new(Crowd::new(self.crowd.clone())),
            limits: self.pace,
            metrics: Arc::clone(&app.metrics),
            tls: self.tls.clone(),
            stopping: server.graceful_shutdown_signal(),
        };
        let shutdown_seconds = self.pace.shutdown_timeout.as_secs() + SHUTDOWN_MARGIN_SECONDS;
        let server = server
            .workers(self.workers)
            // The door counts the connections of all workers; a worker on its own may have them all.
            .max_concurrent_connections(usize::MAX)
            .shutdown_timeout(shutdown_seconds)
            .disable_signals()
            .listen(self.name, listener, move || {
                let app = routes()
                    .into_factory()
                    .map_err(|error| error.as_response_error().error_response());
                // What it says of the host is for URLs that actix makes, and we make our own.
                let app = map_config(app, |()| AppConfig::default());
                let stopping = door.stopping.clone();
                let http = HttpService::<Stream, _, _>::build()
                    .keep_alive(KeepAlive::Timeout(self.pace.keep_alive))
                    .client_request_timeout(self.pace.request_timeout)
                    .client_disconnect_timeout(self.pace.request_timeout)
                    .local_addr(address)
                    .graceful_shutdown_signal(move || notified(stopping.clone()))
                    .expect(refuse_long_bodies(self.body_limit_bytes))
                    .on_connect_ext(|stream: &Stream, data| {
                        data.insert(Arc::clone(stream.pace()));
                        data.insert(stream.security());
                        if let Some(outlet) = stream.outlet() {
                            data.insert(outlet);
                        }
                    })
                    .h1(app);
                door.clone().before(http)
            })
            .map_err(|source| StartError::Listen { address, source })?;
        Ok(run(server.run(), address))
    }
}

async fn notified(signal: GracefulShutdownSignal) {
    signal.notified().await;
}

fn bind(address: SocketAddr) -> std::io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A restart need not wait until the system has forgotten the connections before it.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn run(server: Server, address: SocketAddr) -> Listener {
    let handle = server.handle();
    tokio::spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "a listener failed");
        }
    });
    Listener { address, handle }
}
