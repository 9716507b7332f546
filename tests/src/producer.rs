//! The producer of the packages under test: `packager serve` on top of a sample update repository, asked as clients ask it.
//!
//! A repository has one release in a channel, so there is one for each release that a test names, with a service for each
//! set of options, shared by all tests of the process and started when the first needs it. A service, and the folder that
//! all of it lies in, ends with the process, however that ends.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::Value;
use tempfile::TempDir;

use crate::agent::AgentFixture;
use crate::client;
use crate::code_certificate::CodeCertificate;
use crate::deb::Deb;
use crate::installer_certificate::InstallerCertificate;
use crate::product::packager;
use crate::request::Request;
use crate::signing::Key;

/// Runs a service, `$2` and on, as long as somebody holds the other end of standard input. `$1` is the service's folder.
/// Nothing in it is worth a graceful stop.
const SUPERVISE: &str = r#"
trap '' INT HUP TERM
folder=$1
shift
"$@" </dev/null &
exec 2>/dev/null
cat >/dev/null
kill -KILL $!
wait $!
rm -rf -- "$folder"
"#;

/// How a service compresses debs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Compression {
    /// The service's default.
    #[default]
    Xz,
    /// For tools that know nothing else.
    Gzip,
}

impl Compression {
    /// The setting's word for it.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Xz => "xz",
            Self::Gzip => "gzip",
        }
    }

    /// The ending of members that are compressed so (deb(5)).
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Xz => "xz",
            Self::Gzip => "gz",
        }
    }
}

/// How much a service logs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Log {
    /// The service's default.
    #[default]
    Usual,
    /// All that it can be made to say.
    Everything,
}

/// How often a service lets a client ask.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Rates {
    /// As often as it likes.
    #[default]
    Off,
    /// The service's defaults.
    Usual,
}

/// What services differ in, beside the agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Options {
    /// How it compresses debs.
    pub compression: Compression,
    /// What it signs debs, rpms and Arch packages with.
    pub key: Option<Key>,
    /// What it signs pkgs with.
    pub certificate: Option<InstallerCertificate>,
    /// What it signs msis with.
    pub code_certificate: Option<CodeCertificate>,
    /// How much it logs.
    pub log: Log,
    /// How often a client may ask.
    pub rates: Rates,
    /// Whether it signs the digests of downloads.
    pub release_key: bool,
}

type Producers = HashMap<(AgentFixture, Options), Arc<Producer>>;

/// Those of this process.
static PRODUCERS: LazyLock<Mutex<Producers>> = LazyLock::new(Mutex::default);

/// A running service on top of a repository with one release.
pub struct Producer {
    folder: PathBuf,
    repository: PathBuf,
    url: String,
    admin_url: String,
    log: Arc<Mutex<String>>,
    /// Holds the service's life: the other end of its standard input.
    _supervisor: Child,
}

impl Producer {
    /// The service that has `agent`.
    ///
    /// # Panics
    /// If it does not start, with what it said.
    #[must_use]
    pub fn of(agent: &AgentFixture) -> Arc<Self> {
        Self::with(agent, Options::default())
    }

    /// The service that has `agent` and signs packages with `key`.
    ///
    /// # Panics
    /// If it does not start, with what it said.
    #[must_use]
    pub fn signing(agent: &AgentFixture, key: Key) -> Arc<Self> {
        let options = Options {
            key: Some(key),
            ..Options::default()
        };
        Self::with(agent, options)
    }

    /// The service that has `agent` and these options.
    ///
    /// # Panics
    /// If it does not start, with what it said.
    #[must_use]
    pub fn with(agent: &AgentFixture, options: Options) -> Arc<Self> {
        let mut producers = PRODUCERS.lock().unwrap_or_else(PoisonError::into_inner);
        // On the same repository, so that what they make of a request can be compared.
        let other = producers.iter().find(|((of, _), _)| of == agent);
        let repository = other.map(|(_, producer)| producer.repository.clone());
        let producer = producers
            .entry((agent.clone(), options))
            .or_insert_with(|| Arc::new(Self::start(agent, repository, options)));
        Arc::clone(producer)
    }

    /// A service of its own on top of the repository at `update_url`, whose trusted root is the file `roots`.
    ///
    /// # Panics
    /// If it does not start, with what it said.
    #[must_use]
    pub fn following(update_url: &str, roots: &Path) -> Self {
        let folder = tempfile::Builder::new().prefix("packager-tests-").tempdir().unwrap();
        Self::start_in(folder, PathBuf::new(), update_url, roots, Options::default())
    }

    /// Where the service listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it listens for the operator.
    #[must_use]
    pub fn admin_url(&self) -> &str {
        &self.admin_url
    }

    /// The public half of the key that signs the digests of downloads (PEM), where the service has it.
    #[must_use]
    pub fn release_public_key() -> PathBuf {
        fixture("release.pub.pem")
    }

    /// Where agents are told to look for updates, unless the request says otherwise.
    #[must_use]
    pub fn update_url(&self) -> String {
        repository_url(&self.repository)
    }

    /// The folder of the update repository.
    #[must_use]
    pub fn repository(&self) -> PathBuf {
        self.repository.clone()
    }

    /// The folder that the service keeps everything in.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// What the service has logged.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many bytes the service stores for this package alone, as its `/status` says which it is.
    ///
    /// # Panics
    /// If it stores none.
    #[must_use]
    pub fn own_size(&self, status: &Value) -> u64 {
        let url = status["download_url"].as_str().unwrap();
        let (_, id) = url.rsplit_once('/').unwrap();
        let path = self.data_dir().join("packages").join(&id[..2]);
        path.join(format!("{id}.own")).metadata().unwrap().len()
    }

    /// Makes the package that `request` asks for.
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    pub fn build(&self, request: &Request) -> Deb {
        client::obtain(&self.url, request)
    }

    /// What `/status` says of the package that `request` asks for when its build has ended.
    ///
    /// # Panics
    /// If the service refuses, or does not answer.
    #[must_use]
    pub fn status(&self, request: &Request) -> Value {
        client::status(&self.url, request)
    }

    /// Starts one on top of a repository that has `agent`, or of a new one.
    fn start(agent: &AgentFixture, repository: Option<PathBuf>, options: Options) -> Self {
        let folder = tempfile::Builder::new().prefix("packager-tests-").tempdir().unwrap();
        let repository = repository.unwrap_or_else(|| {
            let repository = folder.path().join("repository");
            agent.publish(&repository);
            repository
        });
        let (update_url, roots) = (repository_url(&repository), repository.join("root.json"));
        Self::start_in(folder, repository, &update_url, &roots, options)
    }

    fn start_in(folder: TempDir, repository: PathBuf, update_url: &str, roots: &Path, options: Options) -> Self {
        fs::create_dir(folder.path().join("tmp")).unwrap();
        let data_dir = folder.path().join("data");
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", SUPERVISE, "sh"])
            .arg(folder.path())
            .arg(packager())
            .args(["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .args(["--update-url", update_url])
            .arg("--update-roots")
            .arg(roots)
            .arg("--data-dir")
            .arg(data_dir)
            .args(options.settings(folder.path()))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("TMPDIR", folder.path().join("tmp"))
            .envs(
                options
                    .code_certificate
                    .map(|_| CodeCertificate::environment(folder.path())),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut supervisor = command.spawn().unwrap();
        let log = Arc::default();
        let (admin_url, url) = listening(supervisor.stderr.take().unwrap(), &log);
        Self {
            folder: folder.keep(),
            repository,
            url,
            admin_url,
            log,
            _supervisor: supervisor,
        }
    }
}

impl Options {
    /// As settings of a service whose secrets lie in `folder`.
    fn settings(&self, folder: &Path) -> Vec<String> {
        let mut settings = vec!["--deb-compression".to_owned(), self.compression.as_str().to_owned()];
        settings.extend(self.key.iter().flat_map(|key| key.settings(folder)));
        settings.extend(
            self.certificate
                .iter()
                .flat_map(|certificate| certificate.settings(folder)),
        );
        settings.extend(
            self.code_certificate
                .iter()
                .flat_map(|certificate| certificate.settings(folder)),
        );
        if self.log == Log::Everything {
            settings.extend(["--log", "trace"].map(str::to_owned));
        }
        if self.rates == Rates::Off {
            settings.extend(["create", "status", "download"].map(|what| format!("--rate-{what}=off")));
        }
        if self.release_key {
            let key = secret_reference(&folder.join("release.pem"), &fs::read(fixture("release.pem")).unwrap());
            settings.extend(["--signing-release-key".to_owned(), key]);
        }
        settings
    }
}

/// Keeps `secret` in the file `path`, for nobody else to read, and refers to it.
pub(crate) fn secret_reference(path: &Path, secret: &[u8]) -> String {
    let mut file = OpenOptions::new();
    file.write(true).create_new(true).mode(0o600);
    file.open(path).unwrap().write_all(secret).unwrap();
    format!("file:{}", path.display())
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures/openpgp")
        .join(name)
}

fn repository_url(repository: &Path) -> String {
    format!("file://{}", repository.display())
}

/// Reads the service's log until it says where it listens: for the operator, and for clients. All of it goes to `log`, as
/// long as the service runs.
fn listening(stderr: ChildStderr, log: &Arc<Mutex<String>>) -> (String, String) {
    let mut lines = BufReader::new(stderr).lines();
    let keep = |log: &Mutex<String>, line: &str| {
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push_str(line);
        log.push('\n');
    };
    let mut admin = String::new();
    let address = loop {
        let Some(line) = lines.next() else {
            panic!("the service did not start: {}", log.lock().unwrap());
        };
        let line = line.unwrap();
        keep(log, &line);
        let event: Value = serde_json::from_str(&line).unwrap_or_default();
        match (event["message"].as_str(), event["address"].as_str()) {
            (Some("listening for the operator"), Some(address)) => admin = format!("http://{address}"),
            (Some("listening"), Some(address)) => break format!("http://{address}"),
            _ => {}
        }
    };
    let log = Arc::clone(log);
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| keep(&log, &line)));
    (admin, address)
}
