//! What the package carries: every path of section 3.4 with its type, mode, owner and target, and no other but those of the
//! host's own directories.

use std::process::Command;

use packager_tests::agent::AgentFixture;
use packager_tests::chroot::Chroot;
use packager_tests::installers::{ALWAYS, DESKTOP, everything};
use packager_tests::listing::{Listing, assert_same};
use packager_tests::ran::Ran;
use packager_tests::request::Request;
use packager_tests::rpm::{Rpm, RpmHost, build_rpm};

/// Directories that a deb carries and an rpm does not: other packages have them, with modes of their own.
const OF_THE_HOST: [&str; 8] = [
    "/etc",
    "/etc/default",
    "/usr",
    "/usr/lib",
    "/usr/lib/systemd",
    "/usr/lib/systemd/system",
    "/var",
    "/var/log",
];

/// What an rpm carries of a table of what there must be.
pub fn carried(table: &str) -> Listing {
    let is_the_hosts = |line: &&str| OF_THE_HOST.iter().any(|path| line.ends_with(&format!(" {path}")));
    let lines: Vec<_> = table.lines().filter(|line| !is_the_hosts(line)).collect();
    Listing::table(&lines.join("\n"))
}

fn assert_carries(request: &Request, expected: &str) {
    let host = Chroot::fresh();
    let rpm = build_rpm(request, &AgentFixture::scripts("1.58.0"));
    assert_same(&host.carried(&rpm), &carried(expected));
    // The payload has what the header lists.
    let paths: Vec<_> = carried(expected).paths().map(|path| format!(".{path}")).collect();
    let mut in_payload: Vec<_> = in_payload(&rpm).lines().map(str::to_owned).collect();
    in_payload.sort();
    assert_eq!(in_payload, paths);
}

fn in_payload(rpm: &Rpm) -> String {
    let mut list = Command::new("sh");
    list.args(["-euc", r#"rpm2cpio "$1" | cpio --quiet --list"#, "sh"])
        .arg(rpm.path());
    Ran::new(list).expect_success()
}

#[test]
fn amd64() {
    assert_carries(&Request::rpm(), ALWAYS);
}

#[test]
fn amd64_with_fleet_desktop() {
    let request = Request::rpm().with("fleet-desktop", true);
    assert_carries(&request, &[ALWAYS, DESKTOP].concat());
}

#[test]
fn arm64_of_other_channels_with_everything() {
    let (request, carried) = everything(Request::rpm());
    assert_carries(&request, &carried);
}

/// What a package of the same request has as a deb, it has as an rpm, to the byte.
#[test]
fn files_are_the_debs() {
    let request = Request::deb().with_everything();
    let agent = AgentFixture::scripts("1.58.0");
    let (deb, rpm) = (
        build_rpm(&request, &agent),
        build_rpm(&request.with("type", "rpm"), &agent),
    );
    let folder = tempfile::tempdir().unwrap();
    let mut compare = Command::new("sh");
    let script = r#"
        mkdir deb rpm
        dpkg-deb --extract "$1" deb
        (cd rpm && rpm2cpio "$2" | cpio --quiet --extract --make-directories --preserve-modification-time)
        diff --recursive --no-dereference deb rpm
        for format in deb rpm; do
            (cd "$format" && find . -type f -printf '%p %m %T@\n' -o -type l -printf '%p %l\n' | sort >"../$format.list")
        done
        diff deb.list rpm.list
        test -s rpm.list"#;
    compare
        .args(["-euc", script, "sh"])
        .args([deb.path(), rpm.path()])
        .current_dir(folder.path());
    let _ = Ran::new(compare).expect_success();
}

#[test]
fn names_are_rpms() {
    let agent = AgentFixture::scripts("1.58.0");
    assert_eq!(
        build_rpm(&Request::rpm(), &agent).file_name(),
        "fleet-osquery-1.58.0-1.x86_64.rpm"
    );
    let arm64 = build_rpm(&Request::rpm().with("arch", "arm64"), &agent);
    assert_eq!(arm64.file_name(), "fleet-osquery-1.58.0-1.aarch64.rpm");
    let early = build_rpm(&Request::rpm(), &AgentFixture::scripts("1.58.0-rc1"));
    assert_eq!(early.file_name(), "fleet-osquery-1.58.0~rc1-1.x86_64.rpm");
    let mut file = Command::new("sh");
    file.args([
        "-euc",
        r#"rpm --query --queryformat '%{NVRA}.rpm' --package "$1""#,
        "sh",
    ])
    .arg(early.path());
    assert_eq!(Ran::new(file).expect_success(), early.file_name());
}
