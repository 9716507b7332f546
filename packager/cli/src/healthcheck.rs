//! `packager healthcheck`: asks a running service how it is, for container runtimes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::Args;
use reqwest::Client;
use url::Url;

use crate::error::Error;
use crate::own_listener::own_client;
use crate::remote::probe_client;
use crate::settings::SettingsFlags;
use crate::terminal;

/// Asks a running service whether it is alive, or ready. The exit code is the answer: 0 or 1.
#[derive(Debug, Args)]
pub(crate) struct HealthcheckFlags {
    /// The service's or its admin listener's URL. By default the configured admin listener, or the service's own
    /// address if that is off.
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
    /// Ask whether it can build and serve packages (`/readyz`), not only whether it runs (`/healthz`).
    #[arg(long)]
    ready: bool,
    /// How many seconds to wait for the answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=300))]
    timeout: u64,
    #[command(flatten)]
    settings: SettingsFlags,
}

/// Asks, and fails unless the answer is yes.
pub(crate) async fn run(flags: HealthcheckFlags) -> Result<(), Error> {
    let timeout = Duration::from_secs(flags.timeout);
    let (base, client) = match flags.url {
        Some(url) => (url, probe_client(timeout)?),
        None => (configured(&flags.settings)?, own_client(timeout)?),
    };
    check(base, flags.ready, &client).await?;
    terminal::result("ok")
}

async fn check(mut base: Url, ready: bool, client: &Client) -> Result<(), Error> {
    if !matches!(base.scheme(), "http" | "https") {
        return Err(Error::Usage("--url must be http or https".to_owned()));
    }
    if !base.path().ends_with('/') {
        base.set_path(&format!("{}/", base.path()));
    }
    let url = base.join(if ready { "readyz" } else { "healthz" });
    let url = url.map_err(Error::failed("the service's URL cannot be used"))?;
    let answer = client.get(url.clone()).send().await;
    let answer = answer.map_err(|error| Error::failed(format!("{url} does not answer"))(error.without_url()))?;
    if answer.status().is_success() {
        Ok(())
    } else {
        Err(Error::Refused(format!("{url} answers {}", answer.status())))
    }
}

fn configured(settings: &SettingsFlags) -> Result<Url, Error> {
    let network = settings.load()?.settings.network;
    let (scheme, address) = match network.admin_listen {
        Some(address) => ("http", address),
        None if network.tls_certificate.is_some() => ("https", network.listen),
        None => ("http", network.listen),
    };
    let address = reachable(address);
    Url::parse(&format!("{scheme}://{address}/")).map_err(Error::failed("the configured address cannot be used"))
}

/// Where a listener on all addresses is reached from its own machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit_status::ExitStatus;
    use crate::remote::test_server::{Reply, TestServer};

    async fn ask(reply: Reply, ready: bool) -> (Result<(), Error>, Vec<String>) {
        let server = TestServer::new([reply]);
        let client = probe_client(Duration::from_secs(30)).unwrap();
        let result = check(server.url(), ready, &client).await;
        let asked = server
            .requests()
            .iter()
            .map(|request| request.line().to_owned())
            .collect();
        (result, asked)
    }

    #[tokio::test]
    async fn a_service_that_is_well_is_a_success() {
        let (result, asked) = ask(Reply::new(200, "ok"), false).await;
        result.unwrap();
        assert_eq!(asked, ["GET /healthz HTTP/1.1"]);
        let (result, asked) = ask(Reply::new(204, ""), true).await;
        result.unwrap();
        assert_eq!(asked, ["GET /readyz HTTP/1.1"]);
    }

    #[tokio::test]
    async fn anything_else_is_a_failure() {
        for reply in [
            Reply::new(503, "not ready"),
            Reply::new(404, ""),
            Reply::new(302, "").with_header("location", "/"),
            Reply::hang_up(),
        ] {
            let error = ask(reply, true).await.0.unwrap_err();
            assert_eq!(error.exit_status(), ExitStatus::Failed);
        }
        let url = Url::parse("file:///etc/passwd").unwrap();
        let client = probe_client(Duration::from_secs(1)).unwrap();
        let error = check(url, false, &client).await.unwrap_err();
        assert_eq!(error.exit_status(), ExitStatus::Usage);
    }

    #[test]
    fn listeners_on_all_addresses_are_asked_over_loopback() {
        let reach = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(reach("0.0.0.0:9180"), "127.0.0.1:9180");
        assert_eq!(reach("[::]:9180"), "[::1]:9180");
        assert_eq!(reach("192.0.2.7:1"), "192.0.2.7:1");
    }
}
