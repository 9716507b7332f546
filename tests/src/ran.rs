//! What a command did.

use std::process::{Command, Output, Stdio};

/// A command that ended.
#[derive(Debug)]
pub struct Ran {
    command: String,
    /// Its exit status; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Its output.
    pub stdout: String,
    /// Its messages.
    pub stderr: String,
}

impl Ran {
    /// Runs `command` to its end, with nothing to read.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn new(mut command: Command) -> Self {
        let Output { status, stdout, stderr } = command
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self {
            command: format!("{command:?}"),
            code: status.code(),
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
        }
    }

    /// Whether it succeeded.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.code == Some(0)
    }

    /// Its output, if it succeeded.
    ///
    /// # Panics
    /// If it did not.
    #[must_use]
    pub fn expect_success(self) -> String {
        assert!(self.succeeded(), "{self}");
        self.stdout
    }

    /// Its messages, if it failed.
    ///
    /// # Panics
    /// If it did not.
    #[must_use]
    pub fn expect_failure(self) -> String {
        assert!(!self.succeeded(), "{self}");
        self.stderr
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            command,
            code,
            stdout,
            stderr,
        } = self;
        write!(f, "{command}\nexit status {code:?}\n{stdout}\n{stderr}")
    }
}
