//! An update repository with an agent of realistic size.

use std::path::Path;
use std::process::{Command, Stdio};

use packager_targets::sample::{SampleRepository, SampleSettings};

const MB: usize = 1_000_000;
/// What a repository lists that has released for years.
const ENTRIES: usize = 3000;

pub fn publish(folder: &Path) {
    let settings = SampleSettings::until("2036-01-01T00:00:00Z".parse().unwrap());
    let mut repository = SampleRepository::create(folder, settings).unwrap();
    let executables = executables(170 * MB);
    let (osqueryd, rest) = executables.split_at(100 * MB);
    let (orbit, rest) = rest.split_at(25 * MB);
    let mut put = |name: &str, content: &[u8]| {
        repository
            .put_target(&name.parse().unwrap(), content, Some(&"1.58.0".parse().unwrap()))
            .unwrap();
    };
    put("orbit/linux/stable/orbit", orbit);
    put("osqueryd/linux/stable/osqueryd", osqueryd);
    put("desktop/linux/stable/desktop.tar.gz", &archive("fleet-desktop", rest));
    put("orbit/macos/stable/orbit", orbit);
    let osquery_app = archive("osquery.app/Contents/MacOS", osqueryd);
    put("osqueryd/macos-app/stable/osqueryd.app.tar.gz", &osquery_app);
    let desktop_app = archive("Fleet Desktop.app/Contents/MacOS", rest);
    put("desktop/macos/stable/desktop.app.tar.gz", &desktop_app);
    put("orbit/windows/stable/orbit.exe", orbit);
    put("osqueryd/windows/stable/osqueryd.exe", osqueryd);
    put("desktop/windows/stable/fleet-desktop.exe", rest);
    for number in 0..ENTRIES {
        put(
            &format!("orbit/linux/1.0.{number}/orbit"),
            number.to_string().as_bytes(),
        );
    }
    repository.publish().unwrap();
    std::fs::write(folder.join("root.json"), repository.root()).unwrap();
}

/// So many bytes of this machine's executables and libraries.
fn executables(size: usize) -> Vec<u8> {
    let mut all = Vec::with_capacity(size);
    for folder in [
        "/usr/bin",
        "/usr/sbin",
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib/gcc",
    ] {
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|e| e.path())
            .collect();
        paths.sort();
        for path in paths {
            if let Ok(bytes) = std::fs::read(&path)
                && bytes.starts_with(b"\x7fELF")
            {
                all.extend_from_slice(&bytes);
            }
            if all.len() >= size {
                all.truncate(size);
                return all;
            }
        }
    }
    let mut number = 0_u32;
    while all.len() < size {
        // A small machine: what is there, made different by a step that keeps its entropy.
        let piece: Vec<u8> = all
            .iter()
            .take(size - all.len())
            .map(|byte| byte.rotate_left(1))
            .collect();
        all.extend_from_slice(&piece);
        number += 1;
        assert!(number < 100, "there are no executables on this machine");
    }
    all
}

/// A tar.gz with a program in a directory.
fn archive(directory: &str, program: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path().join(directory);
    std::fs::create_dir_all(&within).unwrap();
    std::fs::write(within.join("program"), program).unwrap();
    let top = directory.split('/').next().unwrap();
    let output = Command::new("tar")
        .args(["-C", folder.path().to_str().unwrap(), "-cz", top])
        .stdout(Stdio::piped())
        .output()
        .unwrap();
    assert!(output.status.success());
    output.stdout
}
