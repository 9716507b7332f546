//! An update repository behind HTTP that can fail in many ways.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

/// How the server answers.
#[derive(Debug, Clone)]
pub enum Mode {
    /// As it should.
    Well,
    /// It hangs up.
    Away,
    /// With a status that says that it failed.
    Failing(u16),
    /// With these bytes for every file of metadata.
    Garbage(Vec<u8>),
    /// With the first half of every file, as if it were the whole.
    Halves,
}

pub struct UpdateServer {
    address: String,
    state: Arc<Mutex<State>>,
}

struct State {
    mode: Mode,
    asked: Vec<String>,
}

impl UpdateServer {
    /// Serves a folder.
    pub fn start(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State {
            mode: Mode::Well,
            asked: Vec::new(),
        }));
        let (folder, shared) = (folder.to_owned(), Arc::clone(&state));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // A client that hangs up is no failure of the server.
                let _ = answer(stream, &folder, &shared);
            }
        });
        Self { address, state }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub fn turn(&self, mode: Mode) {
        self.state.lock().unwrap().mode = mode;
    }

    /// How often the timestamp was asked for.
    pub fn timestamps(&self) -> usize {
        let state = self.state.lock().unwrap();
        state.asked.iter().filter(|path| *path == "/timestamp.json").count()
    }
}

fn answer(stream: TcpStream, folder: &Path, state: &Mutex<State>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let mode = {
        let mut state = state.lock().unwrap();
        state.asked.push(path.clone());
        state.mode.clone()
    };
    let file = std::fs::read(folder.join(PathBuf::from(path.trim_start_matches('/'))));
    let (status, body) = match (mode, file) {
        (Mode::Away, _) => return Ok(()),
        (Mode::Failing(status), _) => (status, Vec::new()),
        (Mode::Garbage(garbage), _) if !path.starts_with("/targets/") => (200, garbage),
        (Mode::Halves, Ok(content)) => (200, content[..content.len() / 2].to_vec()),
        (_, Ok(content)) => (200, content),
        (_, Err(_)) => (404, Vec::new()),
    };
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)
}
