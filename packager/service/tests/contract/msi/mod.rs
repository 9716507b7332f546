//! msi packages: builds of small and of large releases, and what signs them when it does not.

mod builds;
mod refused;
mod tools;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use packager_service::Clock;
use packager_test_apple::{Identity, Kind};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{FLEET_URL, World, new_clock, put};

const PKCS12: &str = "signing_msi_pkcs12";
const PASSWORD: &str = "signing_msi_password";
const PASSWORD_TEXT: &str = "marked-pässword-5Rt1";
const SCRATCH: &str = "signing_msi_scratch_dir";
const TOOL: &str = "signing_msi_tool";

/// The request of somebody with this secret.
fn msi(secret: &str) -> Value {
    json!({"type": "msi", "fleet_url": FLEET_URL, "enroll_secret": secret})
}

/// With a release for Windows, whose osqueryd is so long.
fn world(osqueryd_bytes: usize) -> World {
    let mut world = World::new();
    let noise = |bytes: usize| {
        let mut state = 1_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.to_le_bytes()[7]
        };
        (0..bytes).map(|_| next()).collect::<Vec<_>>()
    };
    for (name, bytes) in [
        ("orbit/windows/stable/orbit.exe", 10_000),
        ("osqueryd/windows/stable/osqueryd.exe", osqueryd_bytes),
    ] {
        put(&mut world.repository, name, &noise(bytes));
    }
    world.repository.publish().unwrap();
    world
}

/// A certificate in a file, and a directory in memory, of this test alone.
struct Credentials {
    folder: TempDir,
    scratch: TempDir,
}

impl Credentials {
    fn new(identity: &Identity) -> Self {
        Self::of(&identity.pkcs12(PASSWORD_TEXT, &[]), PASSWORD_TEXT)
    }

    fn of(pkcs12: &[u8], password: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in [(PKCS12, pkcs12), (PASSWORD, password.as_bytes())] {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        Self {
            folder,
            scratch: tempfile::tempdir_in("/dev/shm").unwrap(),
        }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let file = |name: &str| format!("file:{}", self.folder.path().join(name).display());
        vec![
            (PKCS12, file(PKCS12)),
            (PASSWORD, file(PASSWORD)),
            (SCRATCH, self.scratch.path().display().to_string()),
        ]
    }

    /// What lies in the directory in memory.
    fn left(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.scratch.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

fn code_certificate() -> Identity {
    Identity::new(Kind::Code, new_clock().now())
}

/// Settings as the harness takes them.
fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// Runs a script on a package, in a folder with it.
fn sh(script: &str, package: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("it.msi"), package).unwrap();
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
