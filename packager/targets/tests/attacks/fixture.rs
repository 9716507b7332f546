//! The fixtures, and the server that answers with them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Deserialize;
use tokio::sync::Notify;

use crate::common::server::{Answer, Server, file};

pub fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tuf")
}

/// All files below a folder, by path.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

/// What a server does beyond answering with files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Behaviour {
    path: String,
    kind: Kind,
    /// How long a huge document is.
    size_bytes: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Endless,
    Trickle,
    HugeJson,
}

/// A server that is honest until the attack begins.
pub struct AttackedServer {
    pub server: Server,
    /// Told each time that a trickle begins.
    pub trickles: Arc<Notify>,
    attacks: Arc<AtomicBool>,
}

impl AttackedServer {
    pub async fn start(attack: &str) -> Self {
        let folder = fixtures().join("attacks").join(attack);
        let behaviour: Option<Behaviour> = fs::read_to_string(folder.join("behaviour.toml"))
            .ok()
            .map(|text| toml::from_str(&text).unwrap());
        let (honest, attacker) = (fixtures().join("honest"), folder.join("repository"));
        let (attacks, trickles) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
        let (on, told) = (Arc::clone(&attacks), Arc::clone(&trickles));
        let server = Server::start(move |path| {
            if !on.load(Ordering::SeqCst) {
                return file(&honest, path);
            }
            match &behaviour {
                Some(behaviour) if behaviour.path == path => match behaviour.kind {
                    Kind::Endless => Answer::Endless,
                    Kind::Trickle => Answer::Trickle(Arc::clone(&told)),
                    Kind::HugeJson => Answer::HugeJson(behaviour.size_bytes.unwrap()),
                },
                _ => match file(&attacker, path) {
                    Answer::Status(_) => file(&honest, path),
                    answer => answer,
                },
            }
        })
        .await;
        Self {
            server,
            trickles,
            attacks,
        }
    }

    pub fn attack(&self, begins: bool) {
        self.attacks.store(begins, Ordering::SeqCst);
    }
}
