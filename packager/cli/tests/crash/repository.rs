//! A sample update repository with programs of a few bytes, so that a cold build takes no time.

use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};
use packager_targets::TargetName;
use packager_targets::sample::{SampleRepository, SampleSettings};
use tempfile::TempDir;

use crate::world::temporary;

/// Channels with programs of their own, so that each needs shared parts of its own.
pub(crate) const CHANNELS: usize = 12;

/// Size of the programs of one more channel: more than all buffers between service and client together, and nothing
/// that could be compressed.
pub(crate) const LARGE_BYTES: usize = 14 << 20;

pub(crate) fn large() -> String {
    "large".to_owned()
}

pub(crate) fn channel(number: usize) -> String {
    format!("channel{}", number % CHANNELS)
}

/// The repository: made once, for it does not change.
pub(crate) fn folder() -> &'static Path {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = temporary();
        publish(folder.path());
        folder
    });
    FOLDER.path()
}

fn publish(folder: &Path) {
    let expires = Timestamp::now()
        .checked_add(SignedDuration::from_hours(24 * 365))
        .unwrap();
    let mut repository = SampleRepository::create(folder, SampleSettings::until(expires)).unwrap();
    let version = "1.58.0".parse().unwrap();
    for number in 0..CHANNELS {
        let channel = channel(number);
        for (component, file) in [("orbit", "orbit"), ("osqueryd", "osqueryd")] {
            let name = TargetName::in_fleet_layout(component, "linux", &channel, file).unwrap();
            let program = format!("#!/bin/sh\necho {component} {channel}\n{}", "# padding\n".repeat(300));
            repository
                .put_target(&name, program.as_bytes(), Some(&version))
                .unwrap();
        }
        let name = TargetName::in_fleet_layout("desktop", "linux", &channel, "desktop.tar.gz").unwrap();
        repository
            .put_target(
                &name,
                &archive("fleet-desktop", "fleet-desktop/fleet-desktop"),
                Some(&version),
            )
            .unwrap();
    }
    for (component, platform, file, program) in [
        ("orbit", "macos", "orbit", b"orbit".to_vec()),
        (
            "osqueryd",
            "macos-app",
            "osqueryd.app.tar.gz",
            archive("osquery.app", "osquery.app/osqueryd"),
        ),
    ] {
        let name = TargetName::in_fleet_layout(component, platform, &channel(0), file).unwrap();
        repository.put_target(&name, &program, Some(&version)).unwrap();
    }
    for (component, file, size) in [("orbit", "orbit", 64), ("osqueryd", "osqueryd", LARGE_BYTES)] {
        let name = TargetName::in_fleet_layout(component, "linux", &large(), file).unwrap();
        repository.put_target(&name, &noise(size), Some(&version)).unwrap();
    }
    // A second root, so that there is one to be remembered.
    repository.sign_root().unwrap();
    repository.publish().unwrap();
}

fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes
}

/// A folder with a program of a few bytes.
fn archive(folder: &str, program: &str) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let mut append = |path: &str, kind, content: &[u8]| {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(0o755);
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, path, content).unwrap();
    };
    append(&format!("{folder}/"), tar::EntryType::Directory, &[]);
    append(program, tar::EntryType::Regular, b"#!/bin/sh\n");
    let mut compressed = archive.into_inner().unwrap();
    compressed.flush().unwrap();
    compressed.finish().unwrap()
}
