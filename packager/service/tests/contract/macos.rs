//! Releases for macOS, and requests for them.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{FLEET_URL, World, put_version};

/// The request of somebody with this secret.
pub fn pkg(secret: &str) -> Value {
    json!({"type": "pkg", "fleet_url": FLEET_URL, "enroll_secret": secret})
}

/// The same, for a package that finds its credentials in a profile.
pub fn system_configuration(secret: &str) -> Value {
    let mut request = pkg(secret);
    request["use-system-configuration"] = true.into();
    request
}

/// With a release for macOS.
pub fn world() -> World {
    let mut world = World::new();
    release(&mut world, "1.58.0");
    world
}

/// Publishes a release.
pub fn release(world: &mut World, version: &str) {
    let folder = tempfile::tempdir().unwrap();
    let targets: [(&str, Vec<u8>); 3] = [
        ("orbit/macos/stable/orbit", format!("orbit {version}").into_bytes()),
        (
            "osqueryd/macos-app/stable/osqueryd.app.tar.gz",
            bundle(folder.path(), "osquery.app/Contents/MacOS/osqueryd", version),
        ),
        (
            "desktop/macos/stable/desktop.app.tar.gz",
            bundle(folder.path(), "Fleet Desktop.app/Contents/MacOS/fleet-desktop", version),
        ),
    ];
    for (name, content) in targets {
        put_version(&mut world.repository, name, &content, version);
    }
    world.repository.publish().unwrap();
}

fn bundle(folder: &Path, program: &str, version: &str) -> Vec<u8> {
    let path = folder.join(program);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("{program} {version}").repeat(5000)).unwrap();
    let top = program.split('/').next().unwrap();
    let tar = Command::new("tar")
        .arg("-C")
        .arg(folder)
        .args(["-cz", top])
        .output()
        .unwrap();
    assert!(tar.status.success());
    tar.stdout
}
