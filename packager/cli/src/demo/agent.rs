//! The sample agent: small programs that run wherever there is a shell, and behave like the real ones from outside.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

/// One release of one part of the agent.
pub(super) struct Release {
    /// The first component of the target's name.
    pub(super) component: &'static str,
    /// Its file name.
    pub(super) file: &'static str,
    pub(super) version: &'static str,
    pub(super) content: Vec<u8>,
}

/// Versions of orbit, osqueryd and Fleet Desktop in a channel.
pub(super) struct Versions {
    pub(super) channel: &'static str,
    orbit: &'static str,
    osqueryd: &'static str,
    desktop: &'static str,
}

/// The channels of the sample repository.
pub(super) const CHANNELS: [Versions; 2] = [
    Versions {
        channel: "stable",
        orbit: "1.58.0",
        osqueryd: "5.20.0",
        desktop: "1.58.0",
    },
    Versions {
        channel: "edge",
        orbit: "1.59.0-rc.1",
        osqueryd: "5.21.0",
        desktop: "1.59.0-rc.1",
    },
];

/// The releases of a channel, for Linux on any architecture.
pub(super) fn linux(versions: &Versions) -> io::Result<[Release; 3]> {
    let desktop = program(include_str!("agent/fleet-desktop.sh"), versions.desktop);
    Ok([
        Release {
            component: "orbit",
            file: "orbit",
            version: versions.orbit,
            content: program(include_str!("agent/orbit.sh"), versions.orbit),
        },
        Release {
            component: "osqueryd",
            file: "osqueryd",
            version: versions.osqueryd,
            content: program(include_str!("agent/osqueryd.sh"), versions.osqueryd),
        },
        Release {
            component: "desktop",
            file: "desktop.tar.gz",
            version: versions.desktop,
            content: desktop_archive(&desktop)?,
        },
    ])
}

fn program(script: &str, version: &str) -> Vec<u8> {
    script.replace("@VERSION@", version).into_bytes()
}

fn desktop_archive(program: &[u8]) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    let mut append = |path: &str, kind: tar::EntryType, content: &[u8]| {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(0o755);
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, path, content)
    };
    append("fleet-desktop/", tar::EntryType::Directory, &[])?;
    append("fleet-desktop/fleet-desktop", tar::EntryType::Regular, program)?;
    let mut compressed = archive.into_inner()?;
    compressed.flush()?;
    compressed.finish()
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::io::Read;
    use std::os::unix::fs::PermissionsExt;
    use std::process::{Command, Output, Stdio};

    use super::*;

    fn run(release: &Release, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(release.file);
        std::fs::write(&path, &release.content).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        let command = Command::new("/bin/sh")
            .arg(&path)
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .output();
        command.unwrap()
    }

    #[test]
    fn programs_say_their_version_and_how_they_are_used() {
        let [orbit, osqueryd, _] = linux(&CHANNELS[0]).unwrap();
        for (release, version) in [(&orbit, "orbit 1.58.0"), (&osqueryd, "osqueryd version 5.20.0")] {
            let output = run(release, &["--version"], &[]);
            assert!(output.status.success());
            assert!(output.stdout.starts_with(version.as_bytes()), "{output:?}");
            let output = run(release, &["--help"], &[]);
            assert!(
                output.status.success() && output.stdout.starts_with(b"usage: "),
                "{output:?}"
            );
        }
    }

    #[test]
    fn orbit_names_its_settings_and_not_their_values() {
        let [orbit, ..] = linux(&CHANNELS[0]).unwrap();
        // Without a URL it says so and ends.
        let output = run(
            &orbit,
            &[],
            &[("ORBIT_ENROLL_SECRET", "hunter2"), ("ORBIT_FLEET_URL", "")],
        );
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.contains("  ORBIT_ENROLL_SECRET\n") && !text.contains("hunter2"),
            "{text}"
        );
    }

    #[test]
    fn desktop_is_an_archive_with_one_program() {
        let [_, _, desktop] = linux(&CHANNELS[1]).unwrap();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(desktop.content.as_slice()));
        let mut paths = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().display().to_string();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            assert_eq!(entry.header().mode().unwrap(), 0o755);
            assert!(text.is_empty() || text.contains("version=1.59.0-rc.1"), "{text}");
            paths.push(path);
        }
        assert_eq!(paths, ["fleet-desktop/", "fleet-desktop/fleet-desktop"]);
    }
}
