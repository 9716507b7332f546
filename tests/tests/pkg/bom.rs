//! The bill of materials against the payload: apple-bom reads it, `find` and `cksum` say what it must say.

use std::collections::BTreeMap;
use std::process::Command;

use apple_bom::{BomPathType, ParsedBom};
use packager_tests::agent::AgentFixture;
use packager_tests::pkg::{UnpackedPkg, build_pkg};
use packager_tests::ran::Ran;

use crate::contents::everything;

/// Path, type and mode, owner, time; of files and links also checksum and size, a link's of its target.
const LIST: &str = r"
# cpio sets the times of files alone.
built=1704067200.0
tab=$(printf '\t')
find . -mindepth 1 -printf '%p\t%y\t%#m\t%U:%G\t%T@\t%l\n' | while IFS=$tab read -r path kind mode owner time target; do
    case $kind in
        f) sum=$(cksum <$path) ;;
        l) sum=$(printf %s $target | cksum) time=$built ;;
        d) sum='0 0' time=$built ;;
    esac
    echo $path$tab$kind $mode $owner ${time%.*} $sum $target
done
";

#[test]
fn every_entry_agrees_with_the_payload() {
    let package = build_pkg(&everything(), &AgentFixture::scripts("1.58.0"));
    let unpacked = UnpackedPkg::of(&package);
    let mut sh = Command::new("bash");
    // Nothing is split at spaces, and nothing is a pattern.
    sh.args(["-eufc", &format!("IFS=\n{LIST}")])
        .current_dir(unpacked.payload());
    let listed = Ran::new(sh).expect_success();
    let entry = |line: &str| {
        let (path, rest) = line.split_once('\t').unwrap();
        (path.to_owned(), rest.trim_end().to_owned())
    };
    let mut wanted: BTreeMap<String, String> = listed.lines().map(entry).collect();
    // cpio leaves the folder that it unpacks to as it is.
    wanted.insert(".".to_owned(), "d 0755 0:80 1704067200 0 0".to_owned());

    let bytes = unpacked.read("base.pkg/Bom");
    let bom = ParsedBom::parse(&bytes).unwrap();
    let found: BTreeMap<String, String> = bom
        .paths()
        .unwrap()
        .iter()
        .map(|path| {
            let kind = match path.path_type() {
                BomPathType::File => 'f',
                BomPathType::Directory => 'd',
                BomPathType::Link => 'l',
                other => panic!("{other:?}"),
            };
            let line = format!(
                "{kind} {:04o} {}:{} {} {} {} {}",
                path.file_mode() & 0o7777,
                path.user_id(),
                path.group_id(),
                path.modified_time().timestamp(),
                path.crc32().unwrap_or(0),
                path.size(),
                path.link_name().unwrap_or_default(),
            );
            (path.path().to_owned(), line.trim_end().to_owned())
        })
        .collect();
    assert_eq!(found, wanted);
    assert!(found.len() > 40, "{}", found.len());
}
