//! The steps of the demonstration.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use packager_api::SecretText;
use packager_service::{Running, SystemClock};
use packager_settings::{Environment, Settings};
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

use super::DemoFlags;
use super::installer::{ENROLL_SECRET, FLEET_URL, Impatient, Kind};
use super::sample::publish;
use super::table::{Row, table};
use crate::error::Error;
use crate::interrupt;
use crate::logging::{self, Verbosity};
use crate::remote::{Connection, Route, Service};
use crate::terminal;

/// Shows the service at work.
pub(crate) async fn run(flags: DemoFlags) -> Result<(), Error> {
    logging::init(if flags.verbose {
        Verbosity::Verbose
    } else {
        Verbosity::Quiet
    });
    let stop = interrupt::listen()?;
    let workplace = temporary("fleet-packager-demo-")?;
    let data_dir = workplace.path().join("data");
    let running = start(&flags, workplace.path(), &data_dir).await?;
    let output = match flags.output {
        Some(output) => output,
        None => temporary("fleet-packager-installers-")?.keep(),
    };
    tokio::pin!(stop);
    let shown = tokio::select! {
        shown = show(&running, &data_dir, &output) => shown,
        () = &mut stop => Err(Error::Interrupted),
    };
    if flags.once || shown.is_err() {
        running.stop().await;
        return shown;
    }
    terminal::result(&how_to_go_on(&running))?;
    running.run_until(stop).await;
    Ok(())
}

/// The service, on top of a sample repository in a folder, for which it needs no network.
async fn start(flags: &DemoFlags, workplace: &Path, data_dir: &Path) -> Result<Running, Error> {
    let repository = workplace.join("repository");
    publish(&repository, Timestamp::now())?;
    let url = Url::from_directory_path(&repository)
        .map_err(|()| Error::Refused("the temporary folder is not an absolute path".to_owned()))?;
    terminal::remark(&format!("sample update repository: {url}"));
    let (listen, roots, data_dir) = (
        flags.listen.to_string(),
        repository.join("root.json").display().to_string(),
        data_dir.display().to_string(),
    );
    let given = [
        ("listen", listen.as_str()),
        ("admin_listen", "off"),
        ("update_url", url.as_str()),
        ("update_roots", &roots),
        ("data_dir", &data_dir),
        // The demonstration asks more often than anybody would.
        ("rate_create", "off"),
        ("rate_status", "off"),
    ];
    let loaded = Settings::load(&given, &Environment::empty(), None)
        .map_err(Error::failed("the demonstration cannot be configured"))?;
    packager_service::start(&loaded.settings, &|_| None, Arc::new(SystemClock))
        .await
        .map_err(Error::failed("the service cannot start"))
}

/// Has one installer of each kind built, and prints the table.
async fn show(running: &Running, data_dir: &Path, output: &Path) -> Result<(), Error> {
    let connection = Connection::by(Route::Direct);
    let service = Service::new(
        &base_url(running)?,
        &connection,
        Arc::new(Impatient),
        Some(SecretText::from(ENROLL_SECRET)),
    )?;
    let mut rows = Vec::new();
    for kind in Kind::all() {
        let outcome = kind.obtain(&service, output).await;
        let outcome = outcome.map(|installer| {
            let own_bytes = sealed_size(data_dir, installer.id);
            tracing::debug!(path = %installer.path.display(), "downloaded");
            (installer, own_bytes)
        });
        rows.push(Row { kind, outcome });
    }
    terminal::result(table(&rows).trim_end())?;
    terminal::result(&format!("\ninstallers: {}", output.display()))?;
    let failed = rows.iter().filter(|row| row.outcome.is_err()).count();
    match failed {
        0 => Ok(()),
        failed => Err(Error::Refused(format!("{failed} of {} installers failed", rows.len()))),
    }
}

fn how_to_go_on(running: &Running) -> String {
    let url = format!("http://{}", running.address());
    format!(
        "service: {url}\n\nOpen it in a browser, or ask it:\n  curl -sS {url}/create -H 'content-type: application/json' \\\n    \
         -d '{{\"type\":\"deb\",\"fleet_url\":\"{FLEET_URL}\",\"enroll_secret\":\"{ENROLL_SECRET}\"}}'\n\n\
         Ctrl-C stops it."
    )
}

fn base_url(running: &Running) -> Result<Url, Error> {
    Url::parse(&format!("http://{}", running.address())).map_err(Error::failed("the service's address cannot be used"))
}

/// How many bytes the service stores of this package alone: all else is shared with every other one.
fn sealed_size(data_dir: &Path, id: Uuid) -> Option<u64> {
    let id = id.to_string();
    let path: PathBuf = data_dir.join("packages").join(id.get(..2)?).join(format!("{id}.own"));
    path.metadata().ok().map(|file| file.len())
}

fn temporary(prefix: &str) -> Result<TempDir, Error> {
    let folder = tempfile::Builder::new().prefix(prefix).tempdir();
    folder.map_err(Error::io("make a temporary folder"))
}
