//! The service in a container: with a read-only root, without capabilities, as nobody.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use packager_tests::agent::AgentFixture;
use packager_tests::code_certificate::{PASSWORD, identity};
use packager_tests::container::Container;
use packager_tests::docs::commands_of;
use packager_tests::engine::{Engine, IMAGE};
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;
use packager_tests::request::{ENROLL_SECRET, FLEET_URL};

/// The user that the image names.
const USER: u32 = 10001;
/// Nothing is under way when the service is told to stop.
const STOPS_WITHIN: Duration = Duration::from_secs(20);

/// The flags that docs/install.md confines the service with.
fn confined() -> Vec<String> {
    let command = commands_of("install.md", "run-image");
    let flags = command.split_whitespace().filter(|word| word.contains('='));
    let flags: Vec<_> = flags.map(str::to_owned).collect();
    assert!(flags.contains(&"--cap-drop=all".to_owned()), "{flags:?}");
    flags
}

/// Keeps a secret as compose does: a file that only the service's user can read.
fn keep(folder: &Path, name: &str, secret: &[u8]) {
    let path = folder.join(name);
    fs::write(&path, secret).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    chown(path, Some(USER), Some(USER)).unwrap();
}

/// The flags that give a container a sample update repository.
pub(crate) fn repository_flags(producer: &Producer) -> Vec<String> {
    // The service's user reads it as anybody may.
    let repository = Engine::shared().folder();
    let mut copy = Command::new("/bin/sh");
    copy.args(["-euc", r#"cp -R "$1/." "$2"; chmod -R a+rX "$2""#, "sh"])
        .args([&producer.repository(), &repository]);
    let _ = Ran::new(copy).expect_success();
    vec![
        format!("--volume={}:/repository:ro", repository.display()),
        "--env=PACKAGER_UPDATE_URL=file:///repository".to_owned(),
        "--env=PACKAGER_UPDATE_ROOTS=/repository/root.json".to_owned(),
    ]
}

/// The flags that give a container a sample update repository and the certificate that msi packages are signed with.
fn flags(producer: &Producer) -> Vec<String> {
    let secrets = Engine::shared().folder();
    keep(&secrets, "code.p12", &identity().pkcs12(PASSWORD, &[]));
    keep(&secrets, "password", PASSWORD.as_bytes());
    let mut make_key = Command::new("/bin/sh");
    make_key
        .args(["-euc", &commands_of("install.md", "master-key")])
        .current_dir(&secrets);
    let _ = Ran::new(make_key).expect_success();
    let key = fs::metadata(secrets.join("master.key")).unwrap();
    assert_eq!((key.uid(), key.permissions().mode() & 0o777), (USER, 0o400));
    let mut flags = repository_flags(producer);
    flags.extend([
        format!("--volume={}:/run/secrets:ro", secrets.display()),
        "--env=PACKAGER_MASTER_KEY=file:/run/secrets/master.key".to_owned(),
        "--env=PACKAGER_SIGNING_MSI_PKCS12=file:/run/secrets/code.p12".to_owned(),
        "--env=PACKAGER_SIGNING_MSI_PASSWORD=file:/run/secrets/password".to_owned(),
    ]);
    flags
}

/// Makes a deb and an msi, which is signed.
fn make_packages(container: &Container) {
    let folder = Engine::shared().folder();
    let secret = folder.join("secret");
    fs::write(&secret, ENROLL_SECRET).unwrap();
    let secret = secret.to_str().unwrap();
    let make = |package_type: &str| {
        let outfile = folder.join(format!("made.{package_type}"));
        let request = ["--type", package_type, "--fleet-url", FLEET_URL];
        let arguments = [&request[..], &["--enroll-secret-file", secret]].concat();
        let _ = Ran::new(container.package("http://127.0.0.1:8080", &arguments, &outfile)).expect_success();
        outfile
    };
    let mut field = Command::new("dpkg-deb");
    field.arg("--field").arg(make("deb")).arg("Package");
    assert_eq!(Ran::new(field).expect_success(), "fleet-osquery\n");
    let mut verify = Command::new("osslsigncode");
    let authority = folder.join("authority.pem");
    fs::write(&authority, &identity().root_pem).unwrap();
    verify.arg("verify").arg("-in").arg(make("msi"));
    let _ = Ran::new({
        verify.arg("-CAfile").arg(authority);
        verify
    })
    .expect_success();
}

/// A line of `/proc/…/status`.
fn field<'status>(status: &'status str, name: &str) -> Vec<&'status str> {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("{name}: {status}"))
        .split_whitespace()
        .collect()
}

#[test]
fn packages_are_made_and_signed_with_a_read_only_root_and_without_rights() {
    let producer = Producer::of(&AgentFixture::scripts("1.58.0"));
    let flags = flags(&producer);
    let confined = [&["--read-only".to_owned()][..], &confined(), &flags].concat();
    let confined: Vec<&str> = confined.iter().map(String::as_str).collect();
    let container = Container::run("confined", &confined);

    let status = container.proc("status");
    assert_eq!(field(&status, "Uid:"), ["10001"; 4]);
    assert_eq!(field(&status, "Gid:"), ["10001"; 4]);
    assert_eq!(field(&status, "Groups:"), ["10001"]);
    for set in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
        assert_eq!(field(&status, set), ["0000000000000000"], "{set}");
    }
    assert_eq!(field(&status, "NoNewPrivs:"), ["1"]);
    assert_eq!(field(&status, "Seccomp:"), ["2"]);
    let mounts = container.proc("mounts");
    assert!(
        mounts.lines().any(|line| line.starts_with("overlay / overlay ro,")),
        "{mounts}"
    );

    make_packages(&container);
    let _ = Engine::shared()
        .podman(&["healthcheck", "run", "confined"])
        .expect_success();

    let stopping = Instant::now();
    let (code, log) = container.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(stopping.elapsed() < STOPS_WITHIN, "{log}");
    for secret in [ENROLL_SECRET, PASSWORD] {
        assert!(!log.contains(secret), "{log}");
    }
}

/// With a root that can be written nothing is, either.
#[test]
fn nothing_is_written_outside_the_volume() {
    let producer = Producer::of(&AgentFixture::scripts("1.58.0"));
    let flags = flags(&producer);
    let mut arguments: Vec<&str> = vec![
        "--cap-drop=all",
        "--shm-size=256m",
        "--volume=unconfined:/var/lib/packager",
    ];
    arguments.extend(flags.iter().map(String::as_str));
    let container = Container::run("unconfined", &arguments);
    make_packages(&container);
    let diff = Engine::shared().podman(&["diff", "unconfined"]).expect_success();
    // What mounts lie on, and what the engine itself puts there.
    let own = [
        "C /etc",
        "C /run",
        "A /run/secrets",
        "A /repository",
        "C /var",
        "C /var/lib",
    ];
    let written: Vec<_> = diff.lines().filter(|line| !own.contains(line)).collect();
    assert!(written.is_empty(), "{diff}");
    let (code, log) = container.stop();
    assert_eq!(code, Some(0), "{log}");
}

#[test]
fn a_container_without_the_service_is_not_healthy() {
    let idle = [
        "run",
        "--detach",
        "--name",
        "idle",
        "--entrypoint",
        "sleep",
        IMAGE,
        "infinity",
    ];
    let engine = Engine::shared();
    let _ = engine.podman(&idle).expect_success();
    let said = engine.podman(&["healthcheck", "run", "idle"]);
    assert!(!said.succeeded(), "{said}");
}
