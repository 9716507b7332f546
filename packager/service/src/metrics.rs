//! Figures for Prometheus. None of them names a client, a package or a value of a request.

use std::fmt::Write as _;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use jiff::Timestamp;
use packager_store::Stats;
use packager_targets::RefreshStatus;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Metric, Registry};

use crate::connection::Cut;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Build {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Connections {
    listener: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CutConnection {
    why: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Handshake {
    outcome: &'static str,
}

/// What has a figure only where it is set up.
type Optional<T> = Family<[(&'static str, &'static str); 0], T>;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Packages {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Stored {
    kind: &'static str,
}

/// All figures of the service.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    connections: Family<Connections, Gauge>,
    connections_cut: Family<CutConnection, Counter>,
    tls_handshakes: Family<Handshake, Counter>,
    certificate_expires: Optional<Gauge<i64, AtomicI64>>,
    certificate_reloads: Family<Build, Counter>,
    body_bytes: Gauge,
    builds: Family<Build, Counter>,
    build_seconds: Histogram,
    packages: Family<Packages, Gauge>,
    stored_bytes: Family<Stored, Gauge>,
    metadata_expires: Gauge<i64, AtomicI64>,
    metadata_refreshes: Family<Build, Counter>,
    preparations: Family<Build, Counter>,
    metadata_fresh: Gauge,
    metadata_refreshed_at: Gauge<i64, AtomicI64>,
}

impl Metrics {
    /// All figures at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("packager");
        // From a warm build of a millisecond to a cold one of a minute.
        let build_seconds = Histogram::new(exponential_buckets(0.001, 4.0, 9));
        registry.register("build_seconds", "How long builds took", build_seconds.clone());
        let figures = &mut registry;
        let metrics = Self {
            requests: enter(figures, "http_requests", "Requests answered, by route and status"),
            connections: enter(figures, "connections", "Connections that are open, by listener"),
            connections_cut: enter(
                figures,
                "connections_cut",
                "Connections that were ended before their time, by reason",
            ),
            tls_handshakes: enter(
                figures,
                "tls_handshakes",
                "TLS handshakes that ended, by outcome; those that took too long are among the connections cut",
            ),
            certificate_expires: enter(
                figures,
                "tls_certificate_expires_timestamp_seconds",
                "When the TLS certificate in force expires, where the service speaks TLS itself",
            ),
            certificate_reloads: enter(
                figures,
                "tls_certificate_reloads",
                "Times that the TLS certificate was read anew, by outcome",
            ),
            body_bytes: enter(figures, "body_bytes", "Bytes that request bodies take"),
            builds: enter(figures, "builds", "Builds that ended, by outcome"),
            build_seconds,
            packages: enter(figures, "packages", "Packages, by state"),
            stored_bytes: enter(
                figures,
                "stored_bytes",
                "Bytes stored, sealed own parts and shared parts",
            ),
            metadata_expires: enter(
                figures,
                "update_metadata_expires_timestamp_seconds",
                "When the first role of the verified update metadata expires",
            ),
            metadata_refreshes: enter(
                figures,
                "update_metadata_refreshes",
                "Refreshes of the update metadata, by outcome",
            ),
            preparations: enter(
                figures,
                "preparations",
                "Times that what packages share was made ready for new update metadata, by outcome",
            ),
            metadata_fresh: enter(
                figures,
                "update_metadata_fresh",
                "Whether the last refresh of the update metadata succeeded and what it brought has not expired",
            ),
            metadata_refreshed_at: enter(
                figures,
                "update_metadata_refreshed_timestamp_seconds",
                "When the update metadata was last refreshed; 0 before the first time",
            ),
            registry,
        };
        metrics.begin_counters();
        metrics
    }

    /// What has not happened yet reads as 0, so that its first time is an increase and not a beginning.
    fn begin_counters(&self) {
        for family in [
            &self.builds,
            &self.metadata_refreshes,
            &self.preparations,
            &self.certificate_reloads,
        ] {
            for succeeded in [true, false] {
                drop(family.get_or_create(&outcome(succeeded)));
            }
        }
        for outcome in ["success", "failure", "plain_http"] {
            drop(self.tls_handshakes.get_or_create(&Handshake { outcome }));
        }
        for cut in Cut::ALL {
            drop(self.connections_cut.get_or_create(&CutConnection { why: cut.label() }));
        }
    }

    pub(crate) fn request_answered(&self, route: &'static str, status: u16) {
        self.requests.get_or_create(&Request { route, status }).inc();
    }

    /// Counts a connection until what this returns is dropped.
    pub(crate) fn connection_opened(&self, listener: &'static str) -> OpenConnection {
        let open = self.connections.get_or_create_owned(&Connections { listener });
        open.inc();
        OpenConnection(open)
    }

    pub(crate) fn connection_cut(&self, why: &'static str) {
        self.connections_cut.get_or_create(&CutConnection { why }).inc();
    }

    pub(crate) fn handshake_ended(&self, outcome: &'static str) {
        self.tls_handshakes.get_or_create(&Handshake { outcome }).inc();
    }

    pub(crate) fn certificate_loaded(&self, expires: Timestamp) {
        self.certificate_expires.get_or_create(&[]).set(expires.as_second());
    }

    pub(crate) fn certificate_reloaded(&self, succeeded: bool) {
        self.certificate_reloads.get_or_create(&outcome(succeeded)).inc();
    }

    pub(crate) fn bodies_take(&self, bytes: usize) {
        self.body_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    pub(crate) fn build_ended(&self, succeeded: bool, took: Duration) {
        self.builds.get_or_create(&outcome(succeeded)).inc();
        self.build_seconds.observe(took.as_secs_f64());
    }

    pub(crate) fn metadata_refreshed(&self, expires: Timestamp) {
        self.metadata_refreshes.get_or_create(&outcome(true)).inc();
        self.metadata_expires.set(expires.as_second());
    }

    pub(crate) fn metadata_refresh_failed(&self) {
        self.metadata_refreshes.get_or_create(&outcome(false)).inc();
    }

    pub(crate) fn prepared(&self, succeeded: bool) {
        self.preparations.get_or_create(&outcome(succeeded)).inc();
    }

    /// Takes in how the update repository has answered lately.
    pub(crate) fn observe_updates(&self, status: &RefreshStatus, now: Timestamp) {
        let is_current = status.expires.is_some_and(|expires| expires > now);
        self.metadata_fresh.set(i64::from(status.is_fresh() && is_current));
        if let Some(at) = status.succeeded_at {
            self.metadata_refreshed_at.set(at.as_second());
        }
        // After a restart there is metadata before there was a refresh.
        if let Some(expires) = status.expires {
            self.metadata_expires.set(expires.as_second());
        }
    }

    /// All figures in the text format, those of the store as they are now.
    #[must_use]
    pub fn render(&self, stats: &Stats) -> String {
        for (state, count) in [
            ("queued", stats.queued),
            ("building", stats.building),
            ("succeeded", stats.succeeded),
            ("failed", stats.failed),
            ("expired", stats.expired),
        ] {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            self.packages.get_or_create(&Packages { state }).set(count);
        }
        for (kind, bytes) in [("own", stats.own_bytes), ("shared", stats.shared_bytes)] {
            let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
            self.stored_bytes.get_or_create(&Stored { kind }).set(bytes);
        }
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            // Writing to a string does not fail.
            let _ = text.write_str("# EOF\n");
        }
        text
    }
}

/// A connection that is counted as open.
#[derive(Debug)]
pub(crate) struct OpenConnection(Gauge);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// A figure under its name.
fn enter<M: Metric + Clone + Default>(registry: &mut Registry, name: &str, help: &str) -> M {
    let metric = M::default();
    registry.register(name, help, metric.clone());
    metric
}

const fn outcome(succeeded: bool) -> Build {
    Build {
        outcome: if succeeded { "success" } else { "failure" },
    }
}
