//! A run of the tool, which ends in time.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout};

use super::scratch::Workspace;

/// How long a process is waited for that was killed. One that the kernel holds cannot end.
const AFTER_KILL: Duration = Duration::from_secs(5);

/// How a run ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ended {
    /// By itself.
    ByItself(ExitStatus),
    /// It was killed, for its time was over.
    Late,
}

/// A process that leads a group. The group does not outlive it.
pub(super) struct Group(Child);

impl Group {
    /// Starts `command` in a process group of its own.
    ///
    /// # Errors
    /// That it cannot be started.
    pub(super) fn start(mut command: Command) -> io::Result<Self> {
        // What the process inherits is open here as long as the command is there.
        command.process_group(0).kill_on_drop(true).spawn().map(Self)
    }

    /// Kills all processes of the group, if the one that leads it has not been waited for: its number is its own until then.
    fn kill(&self) {
        let leader = self.0.id().and_then(|id| i32::try_from(id).ok());
        if let Some(leader) = leader.and_then(Pid::from_raw) {
            // There is nobody left, or there is nothing more to be done.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

/// When the service stops in the middle of a run.
impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits for a process, whose group is killed when it is not done at `until`, or when nobody waits for it any more. Its
/// workspace comes back, or is removed once the process has ended.
pub(super) async fn run(mut group: Group, workspace: Workspace, until: Instant) -> io::Result<(Ended, Workspace)> {
    let (mut done, waiting) = oneshot::channel();
    tokio::spawn(async move {
        let ended = tokio::select! {
            status = group.0.wait() => status.map(Ended::ByItself),
            () = sleep_until(until) => Ok(Ended::Late),
            () = done.closed() => Ok(Ended::Late),
        };
        if !matches!(ended, Ok(Ended::ByItself(_))) {
            group.kill();
            let _ = timeout(AFTER_KILL, group.0.wait()).await;
        }
        // Where nobody waits, it comes back in the error and is removed.
        let _ = done.send(ended.map(|ended| (ended, workspace)));
    });
    waiting.await.map_err(io::Error::other)?
}
