//! What `osslsigncode` is asked, and what its answers mean.
//!
//! Options and texts are those of `osslsigncode` 2.5 and 2.9, and of libp11's engine 0.4, which both versions talk to tokens with.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use command_fds::{CommandFdExt, FdMapping};
use tokio::process::Command;
use zeroize::Zeroizing;

use super::key_file::KeyFile;
use super::output::{Output, ToolText};
use super::scratch::Workspace;
use super::{AuthenticodeError, Pkcs11Token, memory_file};

/// The descriptors that the tool inherits.
const PACKAGE: i32 = 3;
const KEY_FILE: i32 = 4;
const PASSWORD: i32 = 5;
const ISSUERS: i32 = 6;

/// The output's name in the directory of the run.
pub(super) const SIGNED: &str = "signed.msi";

/// How the tool is called.
pub(super) struct Tool {
    pub(super) path: PathBuf,
    pub(super) description: String,
    pub(super) description_url: String,
    pub(super) key: Key,
}

/// Where the tool finds the key.
pub(super) enum Key {
    File(KeyFile),
    Token(Pkcs11Token),
}

impl Tool {
    /// The call that signs `package` into the workspace.
    pub(super) fn command(&self, package: File, workspace: &Workspace, output: &Output) -> io::Result<Command> {
        let mut command = Command::new(&self.path);
        command
            .env_clear()
            .current_dir(workspace.path())
            .stdin(Stdio::null())
            .stdout(output.handle()?)
            .stderr(output.handle()?)
            .args(["sign", "-h", "sha256"]);
        for (option, value) in [("-n", &self.description), ("-i", &self.description_url)] {
            if !value.is_empty() {
                command.args([option, value]);
            }
        }
        let mut inherited = vec![mapping(PACKAGE, package)];
        match &self.key {
            Key::File(key) => {
                let (file, password) = key.handles()?;
                command.args([
                    "-pkcs12",
                    &inherited_path(KEY_FILE),
                    "-readpass",
                    &inherited_path(PASSWORD),
                ]);
                inherited.extend([mapping(KEY_FILE, file), mapping(PASSWORD, password)]);
            }
            Key::Token(token) => {
                // OpenSSL finds the engine where it was installed.
                let uri = OsStr::new(&token.uri);
                command
                    .envs(token.environment.iter().map(|(name, value)| (name, value)))
                    .args([OsStr::new("-pkcs11module"), token.module.as_os_str()])
                    .args([OsStr::new("-pkcs11cert"), uri, OsStr::new("-key"), uri]);
                if !token.issuers_pem.is_empty() {
                    command.args(["-ac", &inherited_path(ISSUERS)]);
                    let issuers = memory_file::holding("issuers", &token.issuers_pem)?;
                    inherited.push(mapping(ISSUERS, issuers));
                }
                if let Some(pin) = &token.pin {
                    command.args(["-readpass", &inherited_path(PASSWORD)]);
                    inherited.push(mapping(PASSWORD, memory_file::pipe_with(pin.as_bytes())?));
                }
            }
        }
        command.args(["-in", &inherited_path(PACKAGE), "-out", SIGNED]);
        command.fd_mappings(inherited).map_err(io::Error::other)?;
        Ok(command)
    }

    /// What must not be quoted of what it prints.
    pub(super) const fn pin(&self) -> Option<&Zeroizing<String>> {
        match &self.key {
            Key::Token(token) => token.pin.as_ref(),
            Key::File(_) => None,
        }
    }

    /// Whether it says that it has signed.
    pub(super) fn check(&self, status: ExitStatus, said: ToolText) -> Result<ToolText, AuthenticodeError> {
        if status.success() {
            return Ok(said);
        }
        if let Some(signal) = status.signal() {
            return Err(AuthenticodeError::Killed { signal, said });
        }
        let failed = |said| AuthenticodeError::ToolFailed {
            code: status.code().unwrap_or_default(),
            said,
        };
        Err(match self.key {
            Key::File(_) => failed(said),
            Key::Token(_) => match diagnosis(&said) {
                Some(of_token) => of_token(said),
                None => failed(said),
            },
        })
    }
}

type OfToken = fn(ToolText) -> AuthenticodeError;

/// What the engine's words mean, the more telling ones first: a PIN that is refused is also a key that is not found.
const DIAGNOSES: &[(&str, OfToken)] = &[
    (
        "Failed to find and load 'pkcs11' engine",
        AuthenticodeError::EngineMissing,
    ),
    ("Unable to load module", AuthenticodeError::ModuleUnusable),
    ("Unable to load PKCS#11 module", AuthenticodeError::ModuleUnusable),
    ("Failed to initialize pkcs11 engine", AuthenticodeError::ModuleUnusable),
    ("PIN locked", AuthenticodeError::PinLocked),
    ("PIN incorrect", AuthenticodeError::PinWrong),
    ("PIN invalid", AuthenticodeError::PinWrong),
    ("PIN len range", AuthenticodeError::PinWrong),
    ("PIN length out of range", AuthenticodeError::PinWrong),
    ("No PIN code was entered", AuthenticodeError::PinMissing),
    ("was not found at", AuthenticodeError::NoSuchObject),
    ("object not found", AuthenticodeError::NoSuchObject),
    ("No matching initialized token", AuthenticodeError::NoSuchObject),
    ("Failed to load certificate", AuthenticodeError::NoSuchObject),
    ("Failed to load private key", AuthenticodeError::NoSuchObject),
];

fn diagnosis(said: &ToolText) -> Option<OfToken> {
    DIAGNOSES
        .iter()
        .find(|(words, _)| said.has(words))
        .map(|(_, of_token)| *of_token)
}

fn mapping(child_fd: i32, handle: impl Into<OwnedFd>) -> FdMapping {
    FdMapping {
        parent_fd: handle.into(),
        child_fd,
    }
}

/// The path by which a process opens what it has inherited.
fn inherited_path(descriptor: i32) -> String {
    format!("/proc/self/fd/{descriptor}")
}
