//! A web server for static files.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Runs a server, as long as somebody holds the other end of standard input.
const SUPERVISE: &str = r#"
"$@" </dev/null &
cat >/dev/null
kill -KILL $!
wait $! 2>/dev/null
"#;

/// Python's, on a free port of this machine. It ends with the process at the latest.
pub struct WebServer {
    url: String,
    _supervisor: Child,
}

impl WebServer {
    /// One that serves `folder`.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        let mut supervisor = Command::new("/bin/sh")
            .args(["-c", SUPERVISE, "sh"])
            .args([
                "/usr/bin/python3",
                "-u",
                "-m",
                "http.server",
                "--bind",
                "127.0.0.1",
                "--directory",
            ])
            .arg(folder)
            .arg("0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // `Serving HTTP on 127.0.0.1 port 41567 (http://127.0.0.1:41567/) ...`
        let mut line = String::new();
        BufReader::new(supervisor.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.split_once('(').and_then(|(_, rest)| rest.split_once("/)"));
        Self {
            url: url.unwrap_or_else(|| panic!("{line}")).0.to_owned(),
            _supervisor: supervisor,
        }
    }

    /// Where it serves, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}
