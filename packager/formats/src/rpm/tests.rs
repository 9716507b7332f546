//! `rpm`, `rpm2cpio` and `cpio` decide.

mod sample;

use std::io::Read;
use std::path::Path;
use std::process::Command;

use packager_artifact::{Part, Sha256Digest, SharedBytes, SharedPart, Unsigned};

use self::sample::{
    BOTH, Memos, Shelf, agent_tree, composed, content, long_directory, metadata_tree, own_tree, package,
};
use super::*;
use crate::{Compression, Error, Package, Position, Tree};

/// Writes the package into `folder` and runs a script there.
fn tool(folder: &Path, bytes: &[u8], script: &str) -> String {
    std::fs::write(folder.join("it.rpm"), bytes).unwrap();
    let output = Command::new("sh")
        .args(["-ec", script])
        .current_dir(folder)
        .env("HOME", folder)
        .env("TZ", "UTC")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {text}{complaint}");
    text
}

#[test]
fn rpm_reads_every_field_and_file() {
    for compression in BOTH {
        let (shelf, package) = composed(compression, "hunter2");
        assert_eq!(package.file_name, "sample-agent-1.2.3~rc1-1.aarch64.rpm");
        let bytes = shelf.bytes(&package);
        let folder = tempfile::tempdir().unwrap();
        let ask = |script: &str| tool(folder.path(), &bytes, script);

        assert_eq!(ask("rpm --dbpath $PWD/db -K it.rpm"), "it.rpm: digests OK\n");
        let verbose = ask("rpm --dbpath $PWD/db -Kv it.rpm");
        for line in [
            "Header SHA256 digest: OK",
            "Header SHA1 digest: OK",
            "Payload SHA256 digest: OK",
        ] {
            assert!(verbose.contains(line), "{verbose}");
        }
        let fields = "%{NAME} %{VERSION} %{RELEASE} %{ARCH} %{OS}\\n%{SUMMARY}|%{DESCRIPTION}|%{LICENSE}|%{VENDOR}|%{URL}\\n\
                      %{BUILDTIME} %{SIZE} %{SOURCERPM} %{PAYLOADFORMAT} %{ENCODING}\\n";
        assert_eq!(
            ask(&format!("rpm -qp --qf '{fields}' it.rpm")),
            "sample-agent 1.2.3~rc1 1 aarch64 linux\na sample|a sample|MIT|Nobody|https://example.com\n\
             1700000001 380028 sample-agent-1.2.3~rc1-1.src.rpm cpio utf-8\n"
        );
        let listing =
            ask("rpm -qp --qf '[%{FILENAMES} %{FILEMODES:octal} %{FILESIZES} %{FILEUSERNAME} %{FILEFLAGS}\\n]' it.rpm");
        let long = long_directory();
        assert_eq!(
            listing,
            format!(
                "/opt/agent 100755 300000 root 0\n/opt/flags 100600 7 root 17\n/opt/link 120777 10 root 0\n\
                 /{long} 40750 0 root 0\n/{long}/a file 100644 4 root 0\n\
                 /opt/metadata.json 100600 80000 root 0\n/opt/secret 100600 7 root 0\n"
            )
        );

        // What cpio unpacks is what the header says.
        ask("mkdir out && cd out && rpm2cpio ../it.rpm | cpio --quiet -idm");
        let read = |name: &str| std::fs::read(folder.path().join("out/opt").join(name)).unwrap();
        assert_eq!(read("agent"), "agent ".repeat(50_000).as_bytes());
        assert_eq!(read("secret"), b"hunter2");
        assert_eq!(ask("readlink out/opt/link"), "/opt/agent\n");
        assert_eq!(ask("stat -c '%a %Y' out/opt/agent"), "755 1700000001\n");
        ask(r"rpm -qp --qf '[%{FILEDIGESTS}  out%{FILENAMES}\n]' it.rpm | grep '^[0-9a-f]' | sha256sum -c --quiet");
        assert_eq!(ask("rpm2cpio it.rpm | cpio --quiet -t | wc -l").trim(), "7");
        // Both digests of the payload, and its length.
        let unpacked = ask("rpm2cpio it.rpm | sha256sum | cut -c 1-64");
        assert_eq!(ask("rpm -qp --qf '%{PAYLOADDIGESTALT}\\n' it.rpm"), unpacked);
        let size = ask("rpm2cpio it.rpm | wc -c");
        assert_eq!(ask("rpm -qp --qf '%{ARCHIVESIZE}\\n' it.rpm"), size);
        let header = signed_ranges(&package).unwrap().remove(0);
        let behind = bytes.len() - usize::try_from(header.start).unwrap();
        assert_eq!(ask("rpm -qp --qf '%{SIGSIZE}' it.rpm"), behind.to_string());
    }
}

#[test]
fn dependencies_are_rpmbuilds() {
    let (shelf, package) = composed(Compression::Xz, "hunter2");
    let bytes = shelf.bytes(&package);
    let folder = tempfile::tempdir().unwrap();
    let ask = |script: &str| tool(folder.path(), &bytes, script);
    assert_eq!(
        ask("rpm -qp --provides it.rpm"),
        "config(sample-agent) = 1.2.3~rc1-1\nsample-agent = 1.2.3~rc1-1\nsample-agent(aarch-64) = 1.2.3~rc1-1\n"
    );
    assert_eq!(
        ask(r"rpm -qp --qf '[%{REQUIRENAME} %{REQUIREFLAGS:deptype} %{REQUIREVERSION}\n]' it.rpm"),
        "/bin/sh interp,posttrans \n/bin/sh post,interp \nconfig(sample-agent) config 1.2.3~rc1-1\n\
         rpmlib(CompressedFileNames) rpmlib 3.0.4-1\nrpmlib(FileDigests) rpmlib 4.6.0-1\n\
         rpmlib(PayloadFilesHavePrefix) rpmlib 4.0-1\nrpmlib(PayloadIsXz) rpmlib 5.2-1\n\
         rpmlib(TildeInVersions) rpmlib 4.10.0-1\n"
    );
    let scripts = ask("rpm -qp --scripts it.rpm");
    assert!(
        scripts.contains("postinstall scriptlet (using /bin/sh):\nset -e\necho installed\n"),
        "{scripts}"
    );
    assert!(
        scripts.contains("posttrans scriptlet (using /bin/sh):\nset -e\necho done\n"),
        "{scripts}"
    );
}

#[test]
fn customers_share_the_parts_and_the_same_request_gives_the_same_bytes() {
    for compression in BOTH {
        let (shelf, one) = composed(compression, "secret one");
        let (_, two) = composed(compression, "a much longer secret, of another customer");
        assert_eq!(one.parts[1..3], two.parts[1..3]);
        assert!(matches!(one.parts[1], Part::Shared(_)) && one.parts.len() == 4);
        assert_ne!(one.parts[0], two.parts[0]);
        assert_ne!(one.parts[3], two.parts[3]);
        let (_, again) = composed(compression, "secret one");
        assert!(shelf.bytes(&one) == shelf.bytes(&again));
    }
}

#[test]
fn shared_parts_are_read_once_for_both_digests() {
    /// Counts what is opened.
    struct Counting(Shelf, std::cell::Cell<usize>);
    impl SharedBytes for Counting {
        fn open(&self, part: &SharedPart) -> std::io::Result<Box<dyn Read + Send + '_>> {
            self.1.set(self.1.get() + 1);
            self.0.open(part)
        }
    }
    let mut shelf = Shelf::default();
    let agent = shelf.add(&agent_tree(), Position::First, Compression::Xz);
    let old = shelf.add(&metadata_tree(), Position::Later, Compression::Xz);
    let mut newer = Tree::new();
    newer.file("opt/metadata.json", 0o600, content("newer")).unwrap();
    let new = shelf.add(&newer, Position::Later, Compression::Xz);
    let shelf = Counting(shelf, std::cell::Cell::new(0));
    let memos = Memos::default();
    let digests = memos.over(&shelf);
    // Each part for both digests; then nothing; then the new metadata alone; then nothing, though the old is between.
    for (metadata, secret, opened) in [(&old, "one", 4), (&old, "two", 4), (&new, "two", 6), (&old, "six", 6)] {
        let shared = [(agent.0, &agent.1), (metadata.0, &metadata.1)];
        let package = compose(&package(), &shared, &own_tree(secret), Compression::Xz, &digests).unwrap();
        assert_eq!(shelf.1.get(), opened);
        let folder = tempfile::tempdir().unwrap();
        let bytes = shelf.0.bytes(&package);
        tool(folder.path(), &bytes, "rpm --dbpath $PWD/db -K it.rpm");
    }
}

#[test]
fn a_shared_part_that_is_gone_is_an_error_of_its_own() {
    let mut shelf = Shelf::default();
    let agent = shelf.add(&agent_tree(), Position::First, Compression::Xz);
    let (memos, empty) = (Memos::default(), Shelf::default());
    let digests = memos.over(&empty);
    let result = compose(
        &package(),
        &[(agent.0, &agent.1)],
        &own_tree("x"),
        Compression::Xz,
        &digests,
    );
    assert!(matches!(result, Err(Error::Shared(_))));
}

#[test]
fn a_signature_is_over_the_header_and_attached_once() {
    // A signature packet by an RSA key, as far as rpm's tag for it asks.
    let signature = [&[0xC2, 20, 4, 0, 1, 8][..], &[7; 16]].concat();
    let (shelf, package) = composed(Compression::Xz, "hunter2");
    let range = signed_ranges(&package).unwrap().remove(0);
    let before = shelf.bytes(&package);
    let header = &before[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()];
    let folder = tempfile::tempdir().unwrap();
    let digest = tool(folder.path(), &before, "rpm -qp --qf '%{SHA256HEADER}' it.rpm");
    assert_eq!(Sha256Digest::of(header).to_string(), digest);

    let signed = attach_signature(package, &signature).unwrap();
    let bytes = shelf.bytes(&signed);
    assert!(bytes.ends_with(&before[usize::try_from(range.start).unwrap()..]));
    assert_eq!(
        tool(
            folder.path(),
            &bytes,
            "rpm -qp --nosignature --qf '%{SHA256HEADER}' it.rpm"
        ),
        digest
    );
    for again in [
        signed_ranges(&signed).map(drop),
        attach_signature(signed.clone(), &signature).map(drop),
    ] {
        assert!(matches!(again, Err(Error::Mismatch(_))));
    }
    let (_, package) = composed(Compression::Xz, "hunter2");
    let result = attach_signature(package.clone(), b"no signature");
    assert!(matches!(result, Err(Error::Invalid(_))));
    let tail_alone = Unsigned {
        parts: package.parts[1..].to_vec(),
        ..package
    };
    assert!(matches!(signed_ranges(&tail_alone), Err(Error::Mismatch(_))));
}

#[test]
fn trees_that_do_not_fit_are_refused() {
    let mut shelf = Shelf::default();
    let agent = shelf.add(&agent_tree(), Position::First, Compression::Xz);
    let memos = Memos::default();
    let digests = memos.over(&shelf);
    let compose_own = |path: &str, compression| {
        let mut own = Tree::new();
        own.file(path, 0o644, content("x")).unwrap();
        compose(&package(), &[(agent.0, &agent.1)], &own, compression, &digests).map(|_| ())
    };
    assert!(compose_own("opt/new", Compression::Xz).is_ok());
    for (path, compression) in [
        ("opt/agent", Compression::Xz),
        ("opt/agent/below-a-file", Compression::Xz),
        ("elsewhere/new", Compression::Xz),
        ("opt/new", Compression::Gzip),
    ] {
        assert!(
            matches!(compose_own(path, compression), Err(Error::Mismatch(_))),
            "{path}"
        );
    }
}

#[test]
fn texts_that_do_not_fit_are_refused() {
    type Change = fn(&mut Package);
    let changes: [Change; 7] = [
        |p| p.name = "a b".to_owned(),
        |p| p.name = String::new(),
        |p| p.version = "1.0\n".to_owned(),
        |p| p.maintainer = "a\nb".to_owned(),
        |p| p.license = " ".to_owned(),
        |p| p.scripts.pre_remove = Some("\0".to_owned()),
        |p| p.build_time = 1 << 32,
    ];
    let shelf = Shelf::default();
    let memos = Memos::default();
    let digests = memos.over(&shelf);
    for change in changes {
        let mut package = package();
        change(&mut package);
        let result = compose(&package, &[], &Tree::new(), Compression::Xz, &digests);
        assert!(matches!(result, Err(Error::Invalid(_))), "{package:?}");
    }
}

#[test]
fn notes_survive_being_stored() {
    let (_, notes) = Shelf::default().add(&agent_tree(), Position::First, Compression::Xz);
    let text = serde_json::to_string(&notes).unwrap();
    assert_eq!(serde_json::from_str::<SharedNotes>(&text).unwrap(), notes);
}
