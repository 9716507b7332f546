//! A running Debian 12 with a sample update repository, for the service to be installed on.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use packager_tests::agent::AgentFixture;
use packager_tests::booted::Booted;
use packager_tests::chroot::Chroot;
use packager_tests::code_certificate::{PASSWORD, identity};
use packager_tests::deb::Deb;
use packager_tests::docs::commands_of;
use packager_tests::host::Host;
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;
use packager_tests::request::{ENROLL_SECRET, FLEET_URL};
use packager_tests::service_deb::SERVICE_PACKAGE;

/// The settings' file.
pub(crate) const SETTINGS: &str = "/etc/packager/packager.toml";
/// The variables' file.
pub(crate) const VARIABLES: &str = "/etc/default/packager";
/// The master key.
pub(crate) const MASTER_KEY: &str = "/etc/packager/master.key";
/// Where the service listens.
pub(crate) const URL: &str = "http://127.0.0.1:8080";

/// Has the service take the repository in the folder of exchanged files.
const CONFIGURE: &str = r#"
cat >/etc/packager/packager.toml <<END
update_url = "file:///mnt/repository"
update_roots = "/mnt/repository/root.json"
END
install -m 0600 /mnt/msi.p12 /mnt/msi.password /etc/packager
"#;

/// What an administrator does as docs/install.md says.
pub(crate) fn follow(host: &Booted, commands: &str) -> String {
    host.sh(&format!("cd /mnt\n{}", commands_of("install.md", commands)), &[])
}

/// A fresh system, with files to exchange.
pub(crate) fn system() -> Booted {
    let host = Chroot::fresh();
    let (exchange, _) = host.exchange();
    let producer = Producer::of(&AgentFixture::scripts("1.58.0"));
    let mut copy = Command::new("/bin/sh");
    copy.args([
        "-euc",
        r#"cp -R "$1" "$2/repository"; chmod -R a+rX "$2/repository""#,
        "sh",
    ])
    .args([producer.repository(), exchange.clone()]);
    let _ = Ran::new(copy).expect_success();
    for (name, content) in [
        ("msi.p12", &identity().pkcs12(PASSWORD, &[])[..]),
        ("msi.password", PASSWORD.as_bytes()),
        ("enroll-secret", ENROLL_SECRET.as_bytes()),
    ] {
        let path = exchange.join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    fs::write(exchange.join("authority.pem"), &identity().root_pem).unwrap();
    host.boot()
}

/// Installs the deb on a system that never had it, as docs/install.md says.
pub(crate) fn install_first(host: &Booted, deb: &Deb) {
    let _ = host.put(deb);
    let _ = follow(host, "install-deb");
    wait_until_ready(host);
}

/// `dpkg --install`, as an administrator does it who has edited files.
pub(crate) fn install(host: &Booted, deb: &Deb) {
    let path = host.put(deb);
    let _ = host
        .run(&["dpkg", "--force-confold", "--install", &path])
        .expect_success();
    let status = [
        "dpkg-query",
        "--show",
        "--showformat=${Status} ${Version}",
        SERVICE_PACKAGE,
    ];
    let status = host.run(&status).expect_success();
    let version = deb.file_name().split('_').nth(1).unwrap();
    assert_eq!(status, format!("install ok installed {version}"));
}

/// Has the service use the sample repository and the certificate for msi packages.
pub(crate) fn configure(host: &Booted) {
    host.sh(CONFIGURE, &[]);
    let _ = follow(host, "credential");
    wait_until_ready(host);
}

/// Waits for the line with which the service says that it listens.
pub(crate) fn wait_until_ready(host: &Booted) {
    let script = r#"
        id=$(systemctl show --value --property InvocationID packager.service)
        timeout 60 journalctl --quiet --follow --lines=all --output=cat _SYSTEMD_INVOCATION_ID=$id |
            grep --quiet --max-count=1 '"message":"listening"'
        packager healthcheck
    "#;
    host.sh(script, &[]);
}

/// Makes a package with the installed command, and returns its path on the host.
pub(crate) fn package(host: &Booted, package_type: &str) -> String {
    let outfile = format!("/root/made.{package_type}");
    let script = r#"
        packager package --remote "$1" --type "$2" --fleet-url "$3" --enroll-secret-file /mnt/enroll-secret --outfile "$4"
    "#;
    host.sh(script, &[URL, package_type, FLEET_URL, &outfile]);
    outfile
}

/// A property of the service's unit.
pub(crate) fn property(host: &Booted, name: &str) -> String {
    let show = ["systemctl", "show", "--value", "--property", name, "packager.service"];
    host.run(&show).expect_success().trim_end().to_owned()
}

/// What the service's unit logged.
pub(crate) fn log(host: &Booted) -> String {
    host.sh(
        "journalctl --quiet --sync; journalctl --quiet --output=cat --unit=packager.service",
        &[],
    )
}
