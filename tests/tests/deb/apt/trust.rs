//! What the repository's signature protects from.

use std::fs;

use packager_tests::apt::apt;
use packager_tests::chroot::Chroot;
use packager_tests::host::Host;
use packager_tests::suite::Suite;

use super::{host_and_repository, on_each_suite, run};
use crate::upgrade::release;

on_each_suite!(another_key_and_changed_packages_are_refused);

fn another_key_and_changed_packages_are_refused(suite: Suite) {
    let older = release("1.58.0");
    let (host, mut repository) = host_and_repository(suite, &[&older]);

    // A package that changed after it was published.
    let path = repository.folder().join(older.file_name());
    let mut bytes = older.bytes();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    let refused = apt(&host, "install", "");
    assert!(
        refused.stderr.contains("Failed to fetch") && !refused.succeeded(),
        "{refused}"
    );
    assert_eq!(host.status(), "");
    repository.publish(&[&older]);
    run(&host, "install");

    // A repository signed with another key. What apt knew before is still there, and still good.
    repository.change_key();
    repository.publish(&[&release("1.58.1")]);
    let update = host.run(&["apt-get", "update"]);
    let says_so = |word: &str| update.stderr.contains(word) || update.stdout.contains(word);
    assert!(says_so("NO_PUBKEY") || says_so("Missing key"), "{update}");
    run(&host, "install");
    assert!(host.read("/usr/local/bin/orbit").contains("1.58.0"));
}

/// Where a repository is trusted because of where it lies, as in an image that is being built.
#[test]
fn an_unsigned_repository_of_this_machine_takes_a_word() {
    let host = Chroot::fresh();
    host.put(&release("1.58.0"));
    let (folder, inside) = host.exchange();
    let scan = "cd \"$1\" && dpkg-scanpackages --multiversion . >Packages";
    let mut command = std::process::Command::new("/bin/sh");
    command.args(["-euc", scan, "sh"]).arg(&folder);
    let _ = packager_tests::ran::Ran::new(command).expect_success();
    let source = |options: &str| {
        let line = format!("deb {options} file:{inside} ./\n");
        host.sh(r#"printf %s "$1" >/etc/apt/sources.list.d/local.list"#, &[&line]);
        host.run(&["apt-get", "update"])
    };
    let refused = source("");
    assert!(!refused.succeeded(), "{refused}");
    let _ = source("[trusted=yes]").expect_success();
    run(&host, "install");
    assert_eq!(host.status(), "install ok installed");
}
