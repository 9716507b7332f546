//! Tools that are missing, hang, crash or lie.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::package::{digest, package, with_signature};
use super::{AuthenticodeError, AuthenticodeSettings, AuthenticodeSigner, Concern, identity, list, now, osslsigncode};
use super::{pkcs12, refusal, settings, sign};

/// A script in the place of the tool. `DIR` in it is its folder, `TOOL` the real one.
struct Fake {
    folder: TempDir,
}

impl Fake {
    fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = script
            .replace("DIR", folder.path().to_str().unwrap())
            .replace("TOOL", osslsigncode().to_str().unwrap());
        let path = folder.path().join("osslsigncode");
        std::fs::write(&path, format!("#!/bin/bash\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A FIFO, which nobody writes to.
    fn fifo(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        path
    }

    fn settings(&self) -> (AuthenticodeSettings, TempDir) {
        let (mut settings, scratch) = settings(pkcs12(identity().pkcs12("secret", &[]), Some("secret")));
        settings.tool = self.path("osslsigncode");
        (settings, scratch)
    }

    /// What comes of it, with nothing left behind.
    async fn refusal(&self) -> AuthenticodeError {
        let (settings, scratch) = self.settings();
        let error = refusal(settings).await;
        assert_eq!(list(scratch.path()), [] as [PathBuf; 0], "{error}");
        error
    }
}

#[tokio::test]
async fn a_tool_that_is_not_there_is_named() {
    let fake = Fake::new("");
    for path in ["/nowhere/osslsigncode", "osslsigncode", "/etc/passwd"] {
        let (mut settings, scratch) = fake.settings();
        settings.tool = path.into();
        let error = refusal(settings).await;
        assert!(matches!(error, AuthenticodeError::ToolMissing { .. }), "{error:?}");
        assert!(error.to_string().starts_with(path), "{error}");
        assert_eq!(error.concern(), Concern::Tool);
        assert_eq!(list(scratch.path()).len(), 0);
    }
}

#[tokio::test]
async fn a_tool_that_hangs_is_ended_with_all_that_it_started() {
    // Both it and the process that it leaves in the background hold the FIFO open.
    let fake = Fake::new("exec 9<>DIR/alive; (read -u 9) & read -u 9");
    let alive = fake.fifo("alive");
    let (mut settings, scratch) = fake.settings();
    settings.deadline = Duration::from_millis(300);
    let error = refusal(settings).await;
    assert!(matches!(error, AuthenticodeError::Late(_)), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the package was not signed within 300ms; the tool was ended"
    );
    assert_eq!(list(scratch.path()).len(), 0);
    nobody_writes_to(&alive).await;
}

/// Waits until a FIFO is at its end, which is when all who have it open to write are gone.
async fn nobody_writes_to(fifo: &Path) {
    use std::os::unix::fs::OpenOptionsExt;
    loop {
        let nonblock = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
        let mut reader = File::options().read(true).custom_flags(nonblock).open(fifo).unwrap();
        match reader.read(&mut [0; 16]) {
            Ok(0) => return,
            _ => tokio::task::yield_now().await,
        }
    }
}

#[tokio::test]
async fn a_build_that_is_dropped_ends_the_tool_and_leaves_nothing() {
    // It works while the signer is made, and hangs then.
    let fake = Fake::new(
        "if [ ! -e DIR/used ]; then touch DIR/used; exec TOOL \"$@\"; fi\n\
         exec 9<>DIR/alive; head -c 100000 /dev/zero >signed.msi; echo >DIR/started; read -u 9",
    );
    let (alive, started) = (fake.fifo("alive"), fake.fifo("started"));
    let (settings, scratch) = fake.settings();
    let signer = AuthenticodeSigner::new(settings, now()).await.unwrap();
    let mut build = Box::pin(sign(&signer, b"a package"));
    // Opening it takes until the tool has.
    let hangs = tokio::task::spawn_blocking(move || File::open(started).unwrap().read(&mut [0; 1]).unwrap());
    tokio::select! {
        outcome = &mut build => panic!("{outcome:?}"),
        read = hangs => assert_eq!(read.unwrap(), 1),
    }
    assert_eq!(list(scratch.path()).len(), 1);
    drop(build);
    nobody_writes_to(&alive).await;
    while !list(scratch.path()).is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_tool_that_fails_is_quoted() {
    let error = Fake::new("echo 'so'; printf 'wh\\033[1my\\n' >&2; exit 3")
        .refusal()
        .await;
    let expected = "the tool failed with exit code 3; it printed: so; wh [1my";
    assert_eq!(error.to_string(), expected);
    let error = Fake::new("kill -SEGV $$").refusal().await;
    assert_eq!(error.to_string(), "the tool was ended by signal 11");
    for script in [
        "",
        "echo fine",
        "head -c 5000 /dev/urandom >signed.msi",
        "mkdir signed.msi",
        "mkfifo signed.msi",
    ] {
        let error = Fake::new(script).refusal().await;
        assert!(
            matches!(error, AuthenticodeError::NoSignature { .. }),
            "{script}: {error:?}"
        );
        assert_eq!(error.concern(), Concern::Tool);
    }
    // The package as it was.
    let error = Fake::new("cat /proc/self/fd/3 >signed.msi").refusal().await;
    assert!(matches!(error, AuthenticodeError::NoSignature { .. }), "{error:?}");
}

#[tokio::test]
async fn a_tool_that_prints_without_end_is_quoted_from_the_beginning() {
    let fake = Fake::new("echo the beginning; head -c 300000000 /dev/zero | tr '\\0' x; echo the end; exit 1");
    let text = fake.refusal().await.to_string();
    assert!(
        text.contains("it printed: the beginning; xxxx") && text.len() < 3000,
        "{text}"
    );
}

#[tokio::test]
async fn a_signature_of_another_package_is_noticed() {
    let fake = Fake::new("if [ -e DIR/other ]; then cp DIR/other signed.msi; else exec TOOL \"$@\"; fi");
    let (settings, _scratch) = fake.settings();
    let signer = AuthenticodeSigner::new(settings, now()).await.unwrap();
    let (package, other) = (package("one"), package("other"));
    let signature = sign(&signer, &other).await.unwrap();
    std::fs::write(fake.path("other"), with_signature(&other, &signature)).unwrap();
    let of_other = sign(&signer, &package).await.unwrap();
    let outcome = signer.verify(&digest(&package), &of_other);
    assert!(matches!(outcome, Err(AuthenticodeError::BadSignature)), "{outcome:?}");
    // The service does not start with such a tool either.
    let error = fake.refusal().await;
    assert!(matches!(error, AuthenticodeError::BadSignature), "{error:?}");
}

#[tokio::test]
async fn the_tool_is_told_no_secret() {
    let fake = Fake::new(
        "tr '\\0' '\\n' </proc/$$/cmdline >DIR/arguments; pwd >DIR/directory\n\
         cat /proc/$$/environ >DIR/environment; exec TOOL \"$@\"",
    );
    let (settings, scratch) = fake.settings();
    let place = scratch.path().to_owned();
    AuthenticodeSigner::new(settings, now()).await.unwrap();
    let read = |name: &str| std::fs::read_to_string(fake.path(name)).unwrap();
    let arguments = read("arguments");
    let arguments: Vec<_> = arguments.lines().skip(2).collect();
    assert_eq!(
        arguments,
        [
            "sign",
            "-h",
            "sha256",
            "-n",
            "Fleet osquery",
            "-i",
            "https://fleetdm.com",
            "-pkcs12",
            "/proc/self/fd/4",
            "-readpass",
            "/proc/self/fd/5",
            "-in",
            "/proc/self/fd/3",
            "-out",
            "signed.msi"
        ]
    );
    assert_eq!(read("environment"), "");
    assert!(Path::new(read("directory").trim()).starts_with(place));
}
