//! Each release's own tools read the composed stream, whichever way it is compressed.

use std::fs;
use std::process::Command;

use packager_tests::agent::AgentFixture;
use packager_tests::chroot::Chroot;
use packager_tests::host::Host;
use packager_tests::listing::Listing;
use packager_tests::producer::{Compression, Options, Producer};
use packager_tests::ran::Ran;
use packager_tests::request::Request;
use packager_tests::suite::Suite;

use super::{host_and_repository, installed_version, on_each_suite, run};
use crate::contents::{ALWAYS, DESKTOP, assert_same};

on_each_suite!(both_compressions_are_read);

/// `$1` is a deb, `$2` a folder for its members.
const TAKE_APART: &str = r#"
mkdir "$2"
cd "$2"
ar x "$1"
"#;

fn both_compressions_are_read(suite: Suite) {
    let request = Request::deb().with("fleet-desktop", true);
    for (compression, test) in [(Compression::Xz, "xz"), (Compression::Gzip, "gzip")] {
        let agent = AgentFixture::scripts("1.58.0");
        let options = Options {
            compression,
            ..Options::default()
        };
        let deb = Producer::with(&agent, options).build(&request);
        let (host, _repository) = host_and_repository(suite, &[&deb]);
        assert_same(
            &Listing::of_deb(&host, &deb),
            &Listing::table(&[ALWAYS, DESKTOP].concat()),
        );
        assert_members(&host, &deb.path().display().to_string(), compression, test);
        run(&host, "install");
        assert_eq!(installed_version(&host), "1.58.0");
        assert_eq!(host.sh("dpkg --verify fleet-osquery; dpkg --audit", &[]), "");
    }
}

/// That the members are those that deb(5) names, and the program `test` finds them whole.
fn assert_members(host: &Chroot, deb: &str, compression: Compression, test: &str) {
    let (folder, inside) = host.exchange();
    let mut take_apart = Command::new("/bin/sh");
    take_apart
        .args(["-euc", TAKE_APART, "sh", deb])
        .arg(folder.join("members"));
    let _ = Ran::new(take_apart).expect_success();
    let ending = compression.ending();
    let control = ("gzip", "control.tar.gz".to_owned());
    let data = (test, format!("data.tar.{ending}"));
    assert_eq!(fs::read_dir(folder.join("members")).unwrap().count(), 3);
    for (test, member) in [control, data] {
        let member = format!("{inside}/members/{member}");
        host.sh(
            r#""$1" --test "$2" && "$1" --decompress --stdout "$2" | tar --list >/dev/null"#,
            &[test, &member],
        );
    }
}
