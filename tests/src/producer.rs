//! The producer of the packages under test: `packager serve` on top of a sample update repository, asked as clients ask it.
//!
//! A repository has one release in a channel, so there is one service for each release that a test names, shared by all
//! tests of the process and started when the first needs it. A service, and the folder that all of it lies in, ends with
//! the process, however that ends.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::Value;

use crate::agent::AgentFixture;
use crate::client;
use crate::deb::Deb;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compression {
    /// The service's default.
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

type Producers = HashMap<(AgentFixture, Compression, Option<Key>), Arc<Producer>>;

/// Those of this process.
static PRODUCERS: LazyLock<Mutex<Producers>> = LazyLock::new(Mutex::default);

/// A running service on top of a repository with one release.
pub struct Producer {
    folder: PathBuf,
    url: String,
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
        Self::compressing(agent, Compression::Xz)
    }

    /// The service that has `agent` and compresses debs so.
    ///
    /// # Panics
    /// If it does not start, with what it said.
    #[must_use]
    pub fn compressing(agent: &AgentFixture, compression: Compression) -> Arc<Self> {
        Self::shared(agent, compression, None)
    }

    /// The service that has `agent` and signs packages with `key`.
    ///
    /// # Panics
    /// If it does not start, with what it said.
    #[must_use]
    pub fn signing(agent: &AgentFixture, key: Key) -> Arc<Self> {
        Self::shared(agent, Compression::Xz, Some(key))
    }

    fn shared(agent: &AgentFixture, compression: Compression, key: Option<Key>) -> Arc<Self> {
        let mut producers = PRODUCERS.lock().unwrap_or_else(PoisonError::into_inner);
        let producer = producers
            .entry((agent.clone(), compression, key))
            .or_insert_with(|| Arc::new(Self::start(agent, compression, key)));
        Arc::clone(producer)
    }

    /// Where agents are told to look for updates, unless the request says otherwise.
    #[must_use]
    pub fn update_url(&self) -> String {
        repository_url(&self.folder)
    }

    /// The folder of the update repository.
    #[must_use]
    pub fn repository(&self) -> PathBuf {
        repository(&self.folder)
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

    fn start(agent: &AgentFixture, compression: Compression, key: Option<Key>) -> Self {
        let folder = tempfile::Builder::new().prefix("packager-tests-").tempdir().unwrap();
        agent.publish(&repository(folder.path()));
        let within = |name: &str| folder.path().join(name).display().to_string();
        fs::create_dir(folder.path().join("tmp")).unwrap();
        let (roots, data_dir) = (within("repository/root.json"), within("data"));
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", SUPERVISE, "sh"])
            .arg(folder.path())
            .arg(packager())
            .args(["serve", "--listen", "127.0.0.1:0", "--admin-listen", "off"])
            .args(["--rate-create", "off", "--rate-status", "off", "--rate-download", "off"])
            .args(["--update-url", &repository_url(folder.path())])
            .args(["--update-roots", &roots, "--data-dir", &data_dir])
            .args(["--deb-compression", compression.as_str()])
            .args(key.map_or_else(Vec::new, |key| signing(folder.path(), key)))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("TMPDIR", folder.path().join("tmp"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut supervisor = command.spawn().unwrap();
        let url = listening(supervisor.stderr.take().unwrap());
        Self {
            folder: folder.keep(),
            url,
            _supervisor: supervisor,
        }
    }
}

/// The settings that have a service sign every format with `key`.
fn signing(folder: &Path, key: Key) -> Vec<String> {
    let reference = |path: &Path| format!("file:{}", path.display());
    let passphrase = key.passphrase().map(|passphrase| {
        let path = folder.join("passphrase");
        fs::write(&path, passphrase).unwrap();
        path
    });
    let mut settings = Vec::new();
    for setting in ["--signing-deb-key", "--signing-rpm-key"] {
        settings.extend([setting.to_owned(), reference(&key.path())]);
        if let Some(path) = &passphrase {
            settings.extend([format!("{setting}-passphrase"), reference(path)]);
        }
    }
    settings
}

fn repository(folder: &Path) -> PathBuf {
    folder.join("repository")
}

fn repository_url(folder: &Path) -> String {
    format!("file://{}", repository(folder).display())
}

/// Reads the service's log until it says where it listens, and the rest of it for nobody.
fn listening(log: ChildStderr) -> String {
    let mut lines = BufReader::new(log).lines();
    let mut said = String::new();
    let address = loop {
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("the service did not start: {said}"))
            .unwrap();
        let event: Value = serde_json::from_str(&line).unwrap_or_default();
        if event["message"] == "listening" {
            break event["address"].as_str().unwrap().to_owned();
        }
        said = said + &line + "\n";
    };
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    format!("http://{address}")
}
