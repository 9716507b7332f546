//! lintian finds nothing wrong with the deb, but what the deb itself says not to mind.

use std::process::Command;

use packager_tests::ran::Ran;
use packager_tests::service_deb::service_deb;

/// How many tags debian/fleet-packager.lintian-overrides has.
const OVERRIDES: usize = 2;

#[test]
fn no_error_no_warning_and_no_needless_override() {
    let deb = service_deb("0.1.0");
    let mut command = Command::new("/usr/bin/lintian");
    command
        .args(["--allow-root", "--no-cfg", "--show-overrides"])
        .arg(deb.path());
    let ran = Ran::new(command);
    let (overridden, found): (Vec<_>, Vec<_>) = ran
        .stdout
        .lines()
        .filter(|line| !line.starts_with("N: "))
        .partition(|line| line.starts_with("O: "));
    assert!(found.is_empty(), "{ran}");
    assert_eq!(overridden.len(), OVERRIDES, "{ran}");
}
