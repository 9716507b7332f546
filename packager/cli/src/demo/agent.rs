//! The sample agent: small programs that behave like the real ones from outside. For Linux and macOS they are scripts, which
//! run wherever there is a shell.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use packager_sample_agent::{Architecture, Program};

/// One release of one part of the agent.
pub(super) struct Release {
    /// The first component of the target's name.
    pub(super) component: &'static str,
    /// The platforms that it is for, as Fleet's repository names them.
    pub(super) platforms: &'static [&'static str],
    /// Its file name.
    pub(super) file: &'static str,
    pub(super) version: &'static str,
    pub(super) content: Vec<u8>,
}

/// Linux on any architecture: the programs are scripts.
const LINUX: &[&str] = &["linux", "linux-arm64"];
const MACOS: &[&str] = &["macos"];
/// Where osqueryd is a bundle.
const MACOS_APP: &[&str] = &["macos-app"];
const WINDOWS: &[&str] = &[Architecture::X64.platform()];
const WINDOWS_ARM64: &[&str] = &[Architecture::Arm64.platform()];

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

/// The releases of a channel.
pub(super) fn releases(versions: &Versions) -> io::Result<Vec<Release>> {
    let mut releases = windows(versions)?;
    releases.extend(linux(versions)?);
    releases.extend(macos(versions)?);
    Ok(releases)
}

fn linux(versions: &Versions) -> io::Result<[Release; 3]> {
    let desktop = program(include_str!("agent/fleet-desktop.sh"), versions.desktop);
    Ok([
        Release {
            component: "orbit",
            platforms: LINUX,
            file: "orbit",
            version: versions.orbit,
            content: program(include_str!("agent/orbit.sh"), versions.orbit),
        },
        Release {
            component: "osqueryd",
            platforms: LINUX,
            file: "osqueryd",
            version: versions.osqueryd,
            content: program(include_str!("agent/osqueryd.sh"), versions.osqueryd),
        },
        Release {
            component: "desktop",
            platforms: LINUX,
            file: "desktop.tar.gz",
            version: versions.desktop,
            content: archive(&[
                ("fleet-desktop/", None),
                ("fleet-desktop/fleet-desktop", Some(&desktop)),
            ])?,
        },
    ])
}

/// The same programs in bundles. A script runs on either processor, as the universal executables of the real agent do.
fn macos(versions: &Versions) -> io::Result<[Release; 3]> {
    let osqueryd = program(include_str!("agent/osqueryd.sh"), versions.osqueryd);
    let desktop = program(include_str!("agent/fleet-desktop.sh"), versions.desktop);
    let bundle = |name: &str, executable: &str, program: &[u8], version: &str| {
        let info = include_str!("agent/Info.plist")
            .replace("@VERSION@", version)
            .replace("@EXECUTABLE@", executable);
        archive(&[
            (&format!("{name}.app/"), None),
            (&format!("{name}.app/Contents/"), None),
            (&format!("{name}.app/Contents/Info.plist"), Some(info.as_bytes())),
            (&format!("{name}.app/Contents/MacOS/"), None),
            (&format!("{name}.app/Contents/MacOS/{executable}"), Some(program)),
        ])
    };
    Ok([
        Release {
            component: "orbit",
            platforms: MACOS,
            file: "orbit",
            version: versions.orbit,
            content: program(include_str!("agent/orbit.sh"), versions.orbit),
        },
        Release {
            component: "osqueryd",
            platforms: MACOS_APP,
            file: "osqueryd.app.tar.gz",
            version: versions.osqueryd,
            content: bundle("osquery", "osqueryd", &osqueryd, versions.osqueryd)?,
        },
        Release {
            component: "desktop",
            platforms: MACOS,
            file: "desktop.app.tar.gz",
            version: versions.desktop,
            content: bundle("Fleet Desktop", "fleet-desktop", &desktop, versions.desktop)?,
        },
    ])
}

/// Executables, which the service manager can start.
fn windows(versions: &Versions) -> io::Result<Vec<Release>> {
    let mut releases = Vec::new();
    for (architecture, platforms) in [(Architecture::X64, WINDOWS), (Architecture::Arm64, WINDOWS_ARM64)] {
        for program in Program::ALL {
            let version = match program {
                Program::Orbit => versions.orbit,
                Program::Osqueryd => versions.osqueryd,
                Program::FleetDesktop => versions.desktop,
            };
            releases.push(Release {
                component: program.component(),
                platforms,
                file: program.file_name(),
                version,
                content: program
                    .release(architecture, version)
                    .ok_or_else(|| io::Error::other(format!("the sample agent cannot have the version {version}")))?,
            });
        }
    }
    Ok(releases)
}

fn program(script: &str, version: &str) -> Vec<u8> {
    script.replace("@VERSION@", version).into_bytes()
}

/// Directories and files in a tar.gz.
fn archive(entries: &[(&str, Option<&[u8]>)]) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    for (path, content) in entries {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(match content {
            Some(_) => tar::EntryType::Regular,
            None => tar::EntryType::Directory,
        });
        header.set_mode(0o755);
        let content = content.unwrap_or_default();
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, path, content)?;
    }
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
    fn bundles_have_their_program_where_the_agent_looks_for_it() {
        let [_, osqueryd, desktop] = macos(&CHANNELS[0]).unwrap();
        for (release, program) in [
            (&osqueryd, "osquery.app/Contents/MacOS/osqueryd"),
            (&desktop, "Fleet Desktop.app/Contents/MacOS/fleet-desktop"),
        ] {
            let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(release.content.as_slice()));
            let mut paths = archive
                .entries()
                .unwrap()
                .map(|entry| entry.unwrap().path().unwrap().display().to_string());
            assert!(paths.any(|path| path == program), "{program}");
        }
    }

    #[test]
    fn programs_for_windows_are_executables_of_their_release() {
        let releases = windows(&CHANNELS[1]).unwrap();
        let names: Vec<_> = releases
            .iter()
            .map(|release| format!("{}/{}/{}", release.component, release.platforms[0], release.file))
            .collect();
        assert_eq!(
            names,
            [
                "orbit/windows/orbit.exe",
                "osqueryd/windows/osqueryd.exe",
                "desktop/windows/fleet-desktop.exe",
                "orbit/windows-arm64/orbit.exe",
                "osqueryd/windows-arm64/osqueryd.exe",
                "desktop/windows-arm64/fleet-desktop.exe",
            ]
        );
        for release in &releases {
            let version: Vec<_> = release.version.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert!(release.content.starts_with(b"MZ"));
            assert!(
                memchr::memmem::find(&release.content, &version).is_some(),
                "{}",
                release.file
            );
        }
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
