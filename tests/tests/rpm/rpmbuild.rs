//! What `rpmbuild` makes of the same tree, header by header: every tag that rpm knows is asked for of both packages, and
//! those that differ are those of `fixtures/rpmbuild`, each with a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use packager_tests::agent::AgentFixture;
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;
use packager_tests::request::Request;
use packager_tests::rpm::Rpm;
use packager_tests::signing::Key;
use tempfile::TempDir;

fn sh(folder: &Path, script: &str, arguments: &[&Path]) -> String {
    let mut command = Command::new("sh");
    command
        .args(["-euc", script, "sh"])
        .args(arguments)
        .env("HOME", folder)
        .current_dir(folder);
    Ran::new(command).expect_success()
}

/// What `rpm` says of a package.
fn query(folder: &Path, rpm: &Path, format: &str) -> String {
    let format_file = folder.join("format");
    fs::write(&format_file, format).unwrap();
    let script = r#"rpm --nosignature --query --queryformat "$(cat "$2")" --package "$1""#;
    sh(folder, script, &[rpm, &format_file])
}

/// Has `rpmbuild` make a package of the files and fields of ours.
fn rebuild(folder: &Path, ours: &Rpm) {
    let field = |format: &str| query(folder, &ours.path(), format);
    let preamble = field(
        "Name: %{NAME}\\nVersion: %{VERSION}\\nRelease: %{RELEASE}\\nSummary: %{SUMMARY}\\nLicense: %{LICENSE}\\n\
         URL: %{URL}\\nVendor: %{VENDOR}\\nPackager: %{PACKAGER}\\n",
    );
    // A flag of 17 is that of `%config(noreplace)`.
    let files = field("[%{FILEMODES:octal} %{FILEFLAGS} %{FILENAMES}\\n]");
    let mut list = String::new();
    for line in files.lines() {
        let [mode, flags, path] = line.splitn(3, ' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let (kind, mode) = mode.split_at(mode.len() - 4);
        let kind = if kind.starts_with('4') { "%dir " } else { "" };
        let config = if flags == "17" { "%config(noreplace) " } else { "" };
        let mode = if line.starts_with("12") { "-" } else { mode };
        writeln!(list, "{kind}{config}%attr({mode},root,root) \"{path}\"").unwrap();
    }
    let script = |section: &str, tag: &str| format!("%{section}\n{}\n", field(&format!("%{{{tag}}}")));
    let spec = format!(
        "{preamble}%global __requires_exclude .*\n%global __provides_exclude .*\n%global _binary_payload w6.xzdio\n%global _build_id_links none\n\
         %define __os_install_post %nil\n%global source_date_epoch_from_changelog 0\n\
         %global use_source_date_epoch_as_buildtime 1\n%global clamp_mtime_to_source_date_epoch 1\n\
         %global _buildhost reproducible\n%description\n%{{summary}}\n%install\ncp -a {}/. %{{buildroot}}/\n{}{}{}{}\
         %files\n{list}",
        folder.join("root").display(),
        script("post", "POSTIN"),
        script("preun", "PREUN"),
        script("postun", "POSTUN"),
        script("posttrans", "POSTTRANS"),
    );
    fs::write(folder.join("it.spec"), spec).unwrap();
    let script = r#"
        mkdir root
        (cd root && rpm2cpio "$1" | cpio --quiet --extract --make-directories --preserve-modification-time)
        export SOURCE_DATE_EPOCH=$(rpm --nosignature --query --queryformat '%{BUILDTIME}' --package "$1")
        target=$(rpm --nosignature --query --queryformat '%{ARCH}' --package "$1")
        rpmbuild -bb --quiet --target "$target" --define "_topdir $PWD/top" --define "_rpmdir $PWD/out" \
            --define '_rpmfilename theirs.rpm' --dbpath "$PWD/db" it.spec"#;
    sh(folder, script, &[&ours.path()]);
}

/// What stands between the answers.
const MARK: &str = "@@";

/// What a package says for each tag that rpm knows, those that it derives from others included. Tags that it has not are
/// left out.
fn tags(folder: &Path, rpm: &Path) -> BTreeMap<String, String> {
    let names = sh(folder, "rpm --querytags", &[]);
    let mut format = String::new();
    for name in names.lines() {
        write!(format, "[{MARK}{name}\\n%{{{name}}}\\n]").unwrap();
    }
    let mut tags: BTreeMap<String, String> = BTreeMap::new();
    for answer in query(folder, rpm, &format).split(MARK).skip(1) {
        let (name, value) = answer.split_once('\n').unwrap();
        tags.entry(name.to_owned()).or_default().push_str(value);
    }
    tags
}

/// `| TAG, TAG | reason |` of the table.
fn explained() -> BTreeMap<String, String> {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/rpmbuild/README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let rows = readme.lines().filter_map(|line| {
        let (tags, reason) = line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | ")?;
        Some((tags, reason))
    });
    rows.flat_map(|(tags, reason)| tags.split("`, `").map(move |tag| (tag.to_owned(), reason.to_owned())))
        .collect()
}

#[test]
fn tags_that_differ_are_explained() {
    let agent = AgentFixture::executables("1.58.0-rc1");
    let request = Request::rpm().with("fleet-desktop", true);
    let mut differing = BTreeSet::new();
    for arch in ["amd64", "arm64"] {
        let ours = Producer::signing(&agent, Key::plain("rsa4096.asc")).build(&request.clone().with("arch", arch));
        let folder: TempDir = tempfile::tempdir().unwrap();
        rebuild(folder.path(), &ours);
        let mine = tags(folder.path(), &ours.path());
        let theirs = tags(folder.path(), &folder.path().join("out/theirs.rpm"));
        for tag in mine.keys().chain(theirs.keys()) {
            if mine.get(tag) != theirs.get(tag) && differing.insert(tag.clone()) {
                let [mine, theirs] = [&mine, &theirs].map(|tags| tags.get(tag).map_or("-", String::as_str));
                println!("{tag}\n  ours {mine:.300}\n  theirs {theirs:.300}");
            }
        }
        // The comparison is one: there is something to compare.
        assert!(mine["FILEDIGESTS"].lines().count() > 20 && mine["REQUIRENAME"].contains("rpmlib(PayloadIsXz)"));
        assert_eq!(mine["POSTTRANSPROG"], "/bin/sh\n");
    }
    let explained = explained();
    let unexplained: Vec<_> = differing.iter().filter(|tag| !explained.contains_key(*tag)).collect();
    let outdated: Vec<_> = explained.keys().filter(|tag| !differing.contains(*tag)).collect();
    assert!(
        unexplained.is_empty() && outdated.is_empty(),
        "{unexplained:?} {outdated:?}"
    );
    for (tag, reason) in explained {
        assert!(reason.split_whitespace().count() >= 6, "{tag}: {reason}");
    }
}
