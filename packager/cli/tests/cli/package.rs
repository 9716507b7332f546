use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{FLEET_URL, Place, SECRET, holds, mode, names, stderr, stdout};

const NAME: &str = "fleet-osquery_1.58.0_amd64.deb";
const DPKG_DEB: &str = "/usr/bin/dpkg-deb";

fn arguments<'a>(repository: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["package", "--type", "deb", "--fleet-url", FLEET_URL];
    arguments.extend(repository.iter().map(String::as_str));
    arguments.extend(more);
    arguments
}

/// `/etc/default/orbit` of a package, if this machine can look into it.
fn environment_file(package: &Path) -> Option<String> {
    if !Path::new(DPKG_DEB).exists() {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new(DPKG_DEB)
        .arg("--extract")
        .arg(package)
        .arg(folder.path())
        .status()
        .unwrap();
    assert!(status.success());
    Some(std::fs::read_to_string(folder.path().join("etc/default/orbit")).unwrap())
}

#[test]
fn a_package_is_built_here_under_its_conventional_name() {
    let place = Place::new();
    let repository = place.repository();
    let output = place.run(&arguments(&repository, &["--enroll-secret", SECRET, "--verify"]));
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output), format!("{NAME}\n"));
    assert!(stderr(&output).contains("verified: SHA-256 "), "{}", stderr(&output));
    assert_eq!(place.work(), [NAME]);
    let package = place.path("work").join(NAME);
    assert_eq!(mode(&package), 0o600);
    if let Some(file) = environment_file(&package) {
        assert!(file.contains(SECRET) && file.contains(FLEET_URL), "{file}");
    }
    assert!(!stderr(&output).contains(SECRET));
    // What stays behind is nobody's.
    let cache = place.path("home/.cache/fleet-packager");
    assert_eq!(mode(&cache), 0o700);
    assert!(!holds(&cache, SECRET) && !holds(&cache, "fleet.example.com"));
    assert!(names(&place.path("tmp")).is_empty());
}

#[test]
fn the_same_flags_give_the_same_bytes_and_the_cache_is_used_again() {
    let place = Place::new();
    let repository = place.repository();
    let cache = place.path("cache").display().to_string();
    let build = |outfile: &str| {
        let more = [
            "--enroll-secret",
            SECRET,
            "--outfile",
            outfile,
            "--cache-dir",
            &cache,
            "--verbose",
        ];
        let output = place.run(&arguments(&repository, &more));
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(stdout(&output), format!("{outfile}\n"));
        (
            std::fs::read(place.path("work").join(outfile)).unwrap(),
            stderr(&output).to_owned(),
        )
    };
    let (first, log) = build("first.deb");
    assert!(log.contains("made a shared part"), "{log}");
    let (second, log) = build("second.deb");
    assert!(!log.contains("made a shared part"), "{log}");
    assert!(first == second);
    assert!(!log.contains(SECRET), "{log}");
}

#[test]
fn the_cache_does_while_the_repository_is_away() {
    let place = Place::new();
    let repository = place.repository();
    let cache = place.path("cache").display().to_string();
    // The trusted root does not go away with the rest.
    let [_, _, _, roots] = &repository;
    let pinned = place.path("pinned.json").display().to_string();
    std::fs::copy(roots, &pinned).unwrap();
    let given = repository
        .each_ref()
        .map(|given| if given == roots { pinned.clone() } else { given.clone() });
    let build = || place.run(&arguments(&given, &["--enroll-secret", SECRET, "--cache-dir", &cache]));
    let output = build();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!stderr(&output).contains("does not answer"), "{}", stderr(&output));

    std::fs::rename(place.path("repository"), place.path("elsewhere")).unwrap();
    let output = build();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("the update repository does not answer as it should"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_cache_in_use_is_no_obstacle() {
    let place = Place::new();
    let repository = place.repository();
    let cache = place.path("cache");
    std::fs::create_dir(&cache).unwrap();
    let lock = std::fs::File::create(cache.join("lock")).unwrap();
    lock.try_lock().unwrap();
    let cache_dir = cache.display().to_string();
    let output = place.run(&arguments(
        &repository,
        &["--enroll-secret", SECRET, "--cache-dir", &cache_dir],
    ));
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("another process uses the cache folder"),
        "{}",
        stderr(&output)
    );
    assert_eq!(names(&cache), ["lock"]);
    assert!(names(&place.path("tmp")).is_empty());
}

#[test]
fn the_secret_comes_from_standard_input_a_file_or_the_environment() {
    let place = Place::new();
    let repository = place.repository();
    let file = place.path("secret");
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    let path = file.display().to_string();
    let mut packages = Vec::new();
    for (name, more) in [
        ("a.deb", &["--enroll-secret", "-", "--outfile", "a.deb"][..]),
        ("b.deb", &["--enroll-secret-file", &path, "--outfile", "b.deb"]),
        ("c.deb", &["--outfile", "c.deb"]),
    ] {
        let mut command = place.packager(&arguments(&repository, more));
        if name == "c.deb" {
            command.env("FLEET_ENROLL_SECRET", SECRET);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        // Who does not read it may have closed it already.
        let _ = writeln!(child.stdin.take().unwrap(), "{SECRET}");
        assert!(child.wait().unwrap().success(), "{name}");
        packages.push(std::fs::read(place.path("work").join(name)).unwrap());
    }
    assert!(packages[0] == packages[1] && packages[1] == packages[2]);
}

#[test]
fn what_cannot_be_built_is_said_on_one_line_and_leaves_nothing() {
    let place = Place::new();
    let repository = place.repository();
    let with_secret = |more: &[&str]| {
        let more = [&["--enroll-secret", SECRET], more].concat();
        place.run(&arguments(&repository, &more))
    };
    let bare = [
        "package",
        "--type",
        "deb",
        "--fleet-url",
        FLEET_URL,
        "--enroll-secret",
        SECRET,
    ];
    for (output, code, text) in [
        (
            place.run(&arguments(&repository, &[])),
            2,
            "--enroll-secret is required",
        ),
        (with_secret(&["--outfile", "x.rpm"]), 2, "--outfile must be"),
        (with_secret(&["--notarize"]), 2, "--notarize has no effect"),
        (with_secret(&["--orbit-channel", "beta"]), 4, "orbit/linux/beta/orbit"),
        (with_secret(&["--arch", "arm64"]), 4, "orbit/linux-arm64/stable/orbit"),
        (
            place.run(&[&bare[..], &["--update-url", "https://127.0.0.1:9/x"]].concat()),
            2,
            "--update-roots",
        ),
        (
            place.run(
                &[
                    &bare[..],
                    &repository.each_ref().map(String::as_str)[..2],
                    &["--update-roots", "{}"],
                ]
                .concat(),
            ),
            1,
            "root",
        ),
    ] {
        let log = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{log}");
        assert!(
            log.lines().last().unwrap().starts_with("error: ") && log.contains(text),
            "{text}: {log}"
        );
        assert!(output.stdout.is_empty() && !log.contains(SECRET), "{log}");
        assert!(place.work().is_empty());
    }
}

#[test]
fn environment_variables_of_fleetctl_count() {
    let place = Place::new();
    let repository = place.repository();
    let mut command = place.packager(&arguments(&repository, &["--enroll-secret", SECRET]));
    let output = command
        .env("FLEETCTL_ENABLE_SCRIPTS", "true")
        .env("FLEETCTL_HOST_IDENTIFIER", "instance")
        .env("FLEETCTL_END_USER_EMAIL", "u@example.com")
        .env("FLEETCTL_OSQUERY_DB", "/var/osquery.db")
        .env("FLEETCTL_NATIVE_TOOLING", "true")
        .env("FLEETCTL_DISABLE_KEYSTORE", "")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    if let Some(file) = environment_file(&place.path("work").join(NAME)) {
        for line in [
            "ORBIT_ENABLE_SCRIPTS=true",
            "ORBIT_HOST_IDENTIFIER=instance",
            "ORBIT_END_USER_EMAIL=",
            "ORBIT_OSQUERY_DB=/var/osquery.db",
        ] {
            assert!(file.contains(line), "{file}");
        }
    }
}
