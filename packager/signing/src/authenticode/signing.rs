//! One signature, from the package to what the tool made of it.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};

use super::certificate::SignerCertificate;
use super::output::{Output, ToolText};
use super::process::{Ended, Group, run};
use super::room::Turns;
use super::scratch::{Scratch, Workspace};
use super::signature::ReadSignature;
use super::tool::{SIGNED, Tool};
use super::{AuthenticodeError, compound_file, memory_file};
use crate::TimeStamps;

/// One signature on its way.
pub(super) struct Signing<'a> {
    pub(super) tool: &'a Tool,
    pub(super) scratch: &'a Scratch,
    pub(super) turns: &'a Turns,
    pub(super) deadline: Duration,
    pub(super) until: Instant,
}

impl Signing<'_> {
    /// Signs a sample and verifies it. Gives the certificate, which for a token is known only from the signature.
    pub(super) async fn try_out(
        &self,
        known: Option<SignerCertificate>,
        now: Timestamp,
    ) -> Result<SignerCertificate, AuthenticodeError> {
        let (sample, digest) = compound_file::sample().map_err(AuthenticodeError::Write)?;
        let signature = self.sign(move |file| file.write_all(&sample)).await?;
        let signature = ReadSignature::parse(&signature)?;
        let certificate = match known {
            Some(certificate) => certificate,
            None => SignerCertificate::new(signature.signers_certificate()?)?,
        };
        certificate.check(now)?;
        signature.verify(digest.as_bytes(), &certificate, TimeStamps::Without)?;
        Ok(certificate)
    }

    /// Has the tool sign what `write` writes.
    pub(super) async fn sign(
        &self,
        write: impl FnOnce(&mut File) -> io::Result<()> + Send + 'static,
    ) -> Result<Vec<u8>, AuthenticodeError> {
        let begun = Instant::now();
        let package = self
            .blocking(move || written(write))
            .await?
            .map_err(AuthenticodeError::Write)?;
        let bytes = package.metadata().map_err(AuthenticodeError::System)?.len();
        let _turn = self.in_time(self.turns.take(self.scratch, bytes)).await??;
        let output = Output::new().map_err(AuthenticodeError::System)?;
        let has_written = Instant::now();
        let (said, workspace) = self.run_tool(package, &output).await?;
        let has_run = Instant::now();
        let signature = self.blocking(move || compound_file::read_signature(&workspace.path().join(SIGNED)));
        let signature = signature.await?.map_err(|_| AuthenticodeError::NoSignature { said })?;
        tracing::debug!(
            bytes,
            write = ?has_written - begun,
            tool = ?has_run - has_written,
            read = ?has_run.elapsed(),
            "signed a package"
        );
        Ok(signature)
    }

    async fn run_tool(&self, package: File, output: &Output) -> Result<(ToolText, Workspace), AuthenticodeError> {
        let workspace = self.scratch.workspace().map_err(AuthenticodeError::System)?;
        let command = self
            .tool
            .command(package, &workspace, output)
            .map_err(AuthenticodeError::System)?;
        let group = Group::start(command).map_err(|source| match source.kind() {
            // It is the system that has no room for another process.
            io::ErrorKind::WouldBlock | io::ErrorKind::OutOfMemory => AuthenticodeError::System(source),
            _ => AuthenticodeError::ToolMissing {
                path: self.tool.path.clone(),
                source,
            },
        })?;
        let ended = run(group, workspace, self.until).await;
        let (ended, workspace) = ended.map_err(AuthenticodeError::System)?;
        match ended {
            Ended::ByItself(status) => {
                let said = self.tool.check(status, output.text(self.tool.pin()))?;
                Ok((said, workspace))
            }
            Ended::Late => Err(AuthenticodeError::Late(self.deadline)),
        }
    }

    /// What becomes of `work`, if it is done in time.
    pub(super) async fn in_time<T>(&self, work: impl Future<Output = T>) -> Result<T, AuthenticodeError> {
        let done = timeout_at(self.until, work).await;
        done.map_err(|_| AuthenticodeError::Late(self.deadline))
    }

    /// The same, on a thread for what blocks.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AuthenticodeError> {
        let done = self.in_time(spawn_blocking(work)).await?;
        done.map_err(|error| AuthenticodeError::System(io::Error::other(error)))
    }
}

/// A sealed file in memory with what `write` writes.
fn written(write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<File> {
    let mut file = memory_file::create("package.msi")?;
    write(&mut file)?;
    file.flush()?;
    file.rewind()?;
    memory_file::seal(&file)?;
    Ok(file)
}
