//! What signs is a program of its own: it may be gone, hang, crash or lie.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use super::{Credentials, TOOL, borrowed, code_certificate, msi, world};
use crate::harness::{Service, deb, new_clock};

/// A program that signs until it is told not to.
struct Tool(TempDir);

impl Tool {
    /// What it does when it is told not to: a script for bash. `HERE` in it is a folder, `$last` the output's path.
    fn new(otherwise: &str) -> Self {
        let tool = Self(tempfile::tempdir().unwrap());
        let here = tool.0.path().display().to_string();
        let script = format!(
            "#!/bin/bash\nlast=\"${{@: -1}}\"\nif [ -e {here}/broken ]; then\n{}\nfi\nexec /usr/bin/osslsigncode \"$@\"\n",
            otherwise.replace("HERE", &here)
        );
        fs::write(tool.path(), script).unwrap();
        fs::set_permissions(tool.path(), fs::Permissions::from_mode(0o755)).unwrap();
        // Nobody writes to it: whoever reads it waits.
        let fifo = tool.0.path().join("fifo");
        assert!(Command::new("mkfifo").arg(fifo).status().unwrap().success());
        tool
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("osslsigncode")
    }

    fn break_it(&self) {
        fs::write(self.0.path().join("broken"), "").unwrap();
    }

    fn mend_it(&self) {
        fs::remove_file(self.0.path().join("broken")).unwrap();
    }
}

const FOR_THE_OPERATOR: &str = "the package could not be signed; whoever runs this service finds the reason in its log";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_is_not_signed_fails_and_others_go_on() {
    let credentials = Credentials::new(&code_certificate());
    for (otherwise, logs) in [
        ("echo no >&2; exit 1", FOR_THE_OPERATOR),
        ("kill -SEGV $$", FOR_THE_OPERATOR),
        ("exit 0", FOR_THE_OPERATOR),
        ("head -c 100000 /dev/urandom >\"$last\"; exit 0", FOR_THE_OPERATOR),
        (
            "read -r <HERE/fifo",
            "the package could not be signed: what signs it did not answer in time; it may work if it is tried again",
        ),
    ] {
        let tool = Tool::new(otherwise);
        let mut settings = credentials.settings();
        settings.push((TOOL, tool.path().display().to_string()));
        // Half of it is what signing may take.
        settings.push(("build_timeout", "4s".to_owned()));
        let service = Service::start_in(world(10_000), new_clock(), &borrowed(&settings)).await;
        tool.break_it();
        let status = service.finished(&service.create(&msi("one")).await).await;
        assert_eq!(
            (&status["status"], &status["logs"]),
            (&json!("fail"), &json!(logs)),
            "{otherwise}"
        );
        assert_eq!(credentials.left(), Vec::<PathBuf>::new(), "{otherwise}");
        assert_eq!(service.metric("packager_stored_bytes{kind=\"own\"}").await, 0);
        let (_, status) = service.build(&deb()).await;
        assert_eq!(status["status"], "success", "{status}");
        tool.mend_it();
        let (_, status) = service.build(&msi("another")).await;
        assert_eq!(status["signed"], true, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_that_is_gone_fails_builds_until_it_is_back() {
    let (tool, credentials) = (Tool::new("exit 1"), Credentials::new(&code_certificate()));
    let mut settings = credentials.settings();
    settings.push((TOOL, tool.path().display().to_string()));
    let service = Service::start_in(world(10_000), new_clock(), &borrowed(&settings)).await;
    let away = tool.0.path().join("away");
    fs::rename(tool.path(), &away).unwrap();
    let status = service.finished(&service.create(&msi("one")).await).await;
    assert_eq!(
        (&status["status"], &status["logs"]),
        (&json!("fail"), &json!(FOR_THE_OPERATOR))
    );
    fs::rename(away, tool.path()).unwrap();
    let (_, status) = service.build(&msi("another")).await;
    assert_eq!(status["signed"], true, "{status}");
}
