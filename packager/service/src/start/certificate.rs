//! The certificate of the public listener.

use std::sync::Arc;

use jiff::Timestamp;
use packager_settings::Settings;

use super::collaborators::Environment;
use crate::app::App;
use crate::tls::{CertificateError, Current, Look, Pair, Renewal, Sources, renew_certificate};

/// The pair in force, and what it takes to renew it.
pub(super) struct Certificate {
    pub(super) current: Current,
    pair: Pair,
    sources: Sources,
    look: Look,
}

impl Certificate {
    /// Says what is in force, and renews it until the program ends.
    pub(super) fn renew(self, app: &App, renewal: Renewal) -> impl Future<Output = ()> + use<> {
        for warning in &self.pair.warnings {
            tracing::warn!("{warning}");
        }
        tracing::info!(expires = %self.pair.expires, "the API is served over TLS alone");
        app.metrics.certificate_loaded(self.pair.expires);
        renew_certificate(
            self.sources,
            self.look,
            self.current,
            renewal,
            Arc::clone(&app.clock),
            Arc::clone(&app.metrics),
        )
    }
}

/// The certificate with which the service speaks TLS, if one is set.
pub(super) fn load_certificate(
    settings: &Settings,
    environment: Environment<'_>,
    now: Timestamp,
) -> Result<Option<Certificate>, CertificateError> {
    let Some(sources) = Sources::of(&settings.network, &environment)? else {
        return Ok(None);
    };
    let look = sources.look();
    let pair = sources.load(now)?;
    Ok(Some(Certificate {
        current: Current::new(&pair),
        pair,
        sources,
        look,
    }))
}

/// Checks the certificate and key with which the service would speak TLS, if they are set, and returns what the operator
/// should know of them, one sentence each.
///
/// # Errors
/// [`CertificateError`]: with these settings the service would not start.
pub fn check_certificate(
    settings: &Settings,
    environment: Environment<'_>,
    now: Timestamp,
) -> Result<Vec<String>, CertificateError> {
    let certificate = load_certificate(settings, environment, now)?;
    Ok(certificate
        .map(|certificate| certificate.pair.warnings)
        .unwrap_or_default())
}
