//! Readers of packages: msitools (`msiinfo`, `msiextract`) and 7-Zip.

use std::io::Read;

use super::super::sample::{base_tree, own_tree, program_tree};
use super::*;
use crate::{Kind, Tree};

/// Has `folder` hold the package as `it.msi`.
fn write(folder: &Path, package: &Package, shared: &[Tree], own: &Tree) {
    let mut shelf = Shelf::default();
    let composed = shelf.compose(package, shared, own);
    std::fs::write(folder.join("it.msi"), shelf.bytes(&composed)).unwrap();
}

fn write_sample(folder: &Path) {
    write(
        folder,
        &sample(),
        &[base_tree(), program_tree("1.58.0")],
        &own_tree("hunter2"),
    );
}

/// Writes the files of `trees` below `folder`.
fn unpack(folder: &Path, trees: &[Tree]) {
    for entry in trees.iter().flat_map(Tree::entries) {
        let path = folder.join(entry.path.as_str());
        if let Kind::File { content, .. } = &entry.kind {
            let mut bytes = Vec::new();
            content.open().unwrap().read_to_end(&mut bytes).unwrap();
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}

#[test]
fn msiextract_and_7zip_give_every_byte_back() {
    let mut base = base_tree();
    base.file("Agent/staging/é 日本語.txt", 0o644, content("text")).unwrap();
    let noise =
        (0..700_000_u64).flat_map(|number| number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31).to_le_bytes());
    let mut large = base.clone();
    large
        .file("Agent/large", 0o644, content(noise.collect::<Vec<_>>()))
        .unwrap();
    for base in [base_tree(), base, large] {
        let folder = tempfile::tempdir().unwrap();
        let (shared, own) = ([base, program_tree("1.58.0")], own_tree("hunter2"));
        write(folder.path(), &sample(), &shared, &own);
        unpack(&folder.path().join("want"), &shared);
        unpack(&folder.path().join("want"), &[own]);
        tool(folder.path(), "msiextract -C got it.msi >/dev/null; diff -r want got");
        tool(
            folder.path(),
            "7z t it.msi; 7z x -ostreams it.msi; for c in streams/*.cab; do cabextract --test $c; done",
        );
    }
}

#[test]
fn msiinfo_lists_tables_and_streams() {
    let folder = tempfile::tempdir().unwrap();
    write_sample(folder.path());
    let ask = |script: &str| tool(folder.path(), script);
    let tables = ask("msiinfo tables it.msi");
    for table in [
        "File",
        "Component",
        "MsiLockPermissionsEx",
        "_Validation",
        "Upgrade",
        "Signature",
    ] {
        assert!(tables.lines().any(|line| line == table), "{table}: {tables}");
    }
    let streams = ask("msiinfo streams it.msi | sort");
    assert_eq!(
        streams,
        "\u{5}SummaryInformation\nBinary.Leave\nBinary.Tell\nown.cab\nshared1.cab\nshared2.cab\n"
    );
    assert_eq!(ask("msiinfo extract it.msi Binary.Tell"), "// Does nothing.\n");
    // Every table, with or without rows.
    ask("for table in $(msiinfo tables it.msi); do msiinfo export it.msi $table >>exported; done; test -s exported");
    assert_eq!(
        ask("msiinfo export it.msi Media | tr '\\t\\r' ' @'"),
        "DiskId LastSequence DiskPrompt Cabinet VolumeLabel Source@\n\
         i2 i4 L64 S255 S32 S72@\n\
         Media DiskId@\n\
         1 3  #shared1.cab  @\n\
         2 5  #shared2.cab  @\n\
         3 7  #own.cab  @\n"
    );
    assert_eq!(
        ask("msiinfo export it.msi CreateFolder | sed -n 1,3p | tr '\\t\\r' ' @'"),
        "Directory_ Component_@\ns72 s72@\nCreateFolder Directory_ Component_@\n"
    );
}

#[test]
fn msiinfo_reads_the_summary() {
    let folder = tempfile::tempdir().unwrap();
    write_sample(folder.path());
    assert_eq!(
        tool(folder.path(), "msiinfo suminfo it.msi"),
        "Title: Installation Database\n\
         Subject: Sample <agent> & more\n\
         Author: Nobody\n\
         Keywords: Installer\n\
         Comments: This installer database contains the logic and data required to install Sample <agent> & more.\n\
         Template: x64;1033\n\
         Revision number (UUID): {00000000-0000-0000-0000-000000000002}\n\
         Created: Tue Nov 14 22:13:21 2023\n\
         Last saved: Tue Nov 14 22:13:21 2023\n\
         Version: 500 (1f4)\n\
         Source: 2 (2)\n\
         Application: Fleet Packager\n\
         Security: 2 (2)\n"
    );
}

/// In a database and a summary that are not ASCII.
#[test]
fn msiinfo_reads_texts_of_any_script() {
    let folder = tempfile::tempdir().unwrap();
    let mut package = Package {
        title: "Sämple 日本語".to_owned(),
        ..sample()
    };
    package.product.as_mut().unwrap().properties[0].default = Some("é[TOKEN]{x}\\".to_owned());
    write(
        folder.path(),
        &package,
        &[base_tree(), program_tree("1.58.0")],
        &own_tree("x"),
    );
    let properties = tool(folder.path(), "msiinfo export it.msi Property | tr -d '\\r'");
    for line in ["ProductName\tSämple 日本語", "SERVER\té[TOKEN]{x}\\"] {
        assert!(properties.lines().any(|seen| seen == line), "{properties}");
    }
    assert_eq!(
        tool(
            folder.path(),
            "msiinfo export it.msi _ForceCodepage | tr -d '\\0\\r' | tail -1"
        ),
        "65001\t_ForceCodepage\n"
    );
    let summary = tool(folder.path(), "msiinfo suminfo it.msi");
    assert!(summary.contains("Subject: Sämple 日本語\n"), "{summary}");
}

#[test]
fn what_is_damaged_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    write_sample(folder.path());
    let path = folder.path().join("it.msi");
    let mut bytes = std::fs::read(&path).unwrap();
    let cabinet = bytes.windows(4).position(|window| window == b"MSCF").unwrap();
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    // The one folder's header is in front of the files' list and says where its data is, which begins with a checksum and two lengths.
    let header = cabinet + number(cabinet + 16) - 8;
    let data = cabinet + number(header) + 12;
    bytes[data] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    tool(
        folder.path(),
        "7z x -ostreams it.msi >/dev/null; ! cabextract --test streams/shared1.cab >/dev/null 2>&1",
    );
}
