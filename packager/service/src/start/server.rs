//! The listeners.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App as ActixApp, HttpServer};
use packager_settings::Settings;

use super::StartError;
use super::collaborators::cores;
use crate::app::App;
use crate::http::{admin_routes, cors, log_request, routes};

/// How long an idle connection is kept for the next request.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

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

/// The API.
pub(super) fn listen_public(app: &Arc<App>, settings: &Settings) -> Result<Listener, StartError> {
    let data = Data::from(Arc::clone(app));
    let origins = settings.network.allowed_origins.clone();
    let limits = &settings.limits;
    let workers = cores();
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(data.clone())
            .wrap(cors(&origins))
            .wrap(from_fn(log_request))
            .configure(routes)
    })
    .workers(workers)
    .max_connections((limits.max_connections / workers).max(1))
    .client_request_timeout(limits.client_timeout)
    .client_disconnect_timeout(limits.client_timeout)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(limits.shutdown_timeout.as_secs())
    .disable_signals();
    let address = settings.network.listen;
    let refused = |source| StartError::Listen { address, source };
    let server = server.bind(address).map_err(refused)?;
    let address = server.addrs().first().copied().unwrap_or(address);
    Ok(run(server.run(), address))
}

/// Metrics and health.
pub(super) fn listen_admin(app: &Arc<App>, address: SocketAddr) -> Result<Listener, StartError> {
    let data = Data::from(Arc::clone(app));
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(data.clone())
            .wrap(from_fn(log_request))
            .configure(admin_routes)
    })
    .workers(1)
    .shutdown_timeout(1)
    .disable_signals();
    let refused = |source| StartError::Listen { address, source };
    let server = server.bind(address).map_err(refused)?;
    let address = server.addrs().first().copied().unwrap_or(address);
    Ok(run(server.run(), address))
}

fn run(server: actix_web::dev::Server, address: SocketAddr) -> Listener {
    let handle = server.handle();
    tokio::spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "a listener failed");
        }
    });
    Listener { address, handle }
}
