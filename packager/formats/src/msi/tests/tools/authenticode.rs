//! osslsigncode signs packages and verifies them. The signature that it makes over a package is attached here, too, and is good in the
//! package that comes of it, which is laid out otherwise than the one that osslsigncode wrote.

use std::io::{Cursor, Read};
use std::sync::LazyLock;

use packager_artifact::Unsigned;
use tempfile::TempDir;

use super::super::sample::compose_with;
use super::*;

/// An authority, and a certificate of it for code.
static AUTHORITY: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let script = "
        openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=Authority -keyout ca.key -out ca.pem
        openssl req -new -newkey rsa:2048 -nodes -subj /CN=Signer -keyout signer.key -out signer.csr
        printf 'extendedKeyUsage=codeSigning\\nkeyUsage=digitalSignature\\n' >extensions
        openssl x509 -req -in signer.csr -CA ca.pem -CAkey ca.key -days 30 -extfile extensions -out signer.pem
    ";
    let output = run(folder.path(), script);
    assert!(output.status.success(), "{output:?}");
    folder
});

/// A package in a folder as `it.msi`, and as osslsigncode signed it as `signed.msi`.
fn signed_by_osslsigncode(shelf: &Shelf, package: &Unsigned) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("it.msi"), shelf.bytes(package)).unwrap();
    let authority = AUTHORITY.path().display();
    let script = format!(
        "osslsigncode sign -certs {authority}/signer.pem -key {authority}/signer.key -h sha256 -n Sample \
         -i https://example.com -in it.msi -out signed.msi"
    );
    let output = run(folder.path(), &script);
    assert!(output.status.success(), "{output:?}");
    folder
}

fn is_good(folder: &Path, file: &str) -> bool {
    let authority = AUTHORITY.path().display();
    let script = format!("osslsigncode verify -CAfile {authority}/ca.pem -in {file}");
    let output = run(folder, &script);
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    // The exit status alone is not believed.
    let is_good = output.status.success();
    assert!(!is_good || said.contains("Signature verification: ok"), "{said}");
    is_good
}

/// The signature that osslsigncode put into a file.
fn signature(folder: &Path) -> Vec<u8> {
    let file = std::fs::read(folder.join("signed.msi")).unwrap();
    let mut reader = cfb::CompoundFile::open(Cursor::new(file)).unwrap();
    let mut signature = Vec::new();
    let mut stream = reader.open_stream("/\u{5}DigitalSignature").unwrap();
    stream.read_to_end(&mut signature).unwrap();
    signature
}

/// A package with the signature that osslsigncode made over it, in a folder as `attached.msi`.
fn attached(text: &str) -> (TempDir, Vec<u8>) {
    let (shelf, package) = compose_with(&sample(), text);
    let folder = signed_by_osslsigncode(&shelf, &package);
    let signed = attach_signature(package, &signature(folder.path())).unwrap();
    let bytes = shelf.bytes(&signed);
    std::fs::write(folder.path().join("attached.msi"), &bytes).unwrap();
    (folder, bytes)
}

#[test]
fn a_signature_of_osslsigncode_is_good_where_it_is_attached() {
    let (folder, _) = attached("hunter2");
    for file in ["signed.msi", "attached.msi"] {
        assert!(is_good(folder.path(), file), "{file}");
    }
    assert!(!is_good(folder.path(), "it.msi"));
    // Readers take either for the same package.
    tool(
        folder.path(),
        "for it in it signed attached; do
            msiextract -C $it $it.msi >/dev/null
            for table in $(msiinfo tables $it.msi); do msiinfo export $it.msi $table; done >$it.tables
         done
         diff -r it signed; diff -r it attached; cmp it.tables signed.tables; cmp it.tables attached.tables",
    );
}

/// One whose streams take another sector of the directory, and one whose FAT has more sectors.
#[test]
fn packages_of_all_sizes_can_be_signed() {
    let noise =
        (0..700_000_u64).flat_map(|number| number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31).to_le_bytes());
    let mut large = base_tree();
    large
        .file("Agent/large", 0o644, content(noise.collect::<Vec<_>>()))
        .unwrap();
    for base in [base_tree(), large] {
        for scripts in 0..4 {
            let mut package = sample();
            let product = package.product.as_mut().unwrap();
            for number in 0..scripts {
                let name = format!("More{number}");
                product.scripts.push(Script {
                    name,
                    ..product.scripts[0].clone()
                });
            }
            let mut shelf = Shelf::default();
            let package = shelf.compose(&package, &[base.clone(), program_tree("1.58.0")], &own_tree("x"));
            let folder = signed_by_osslsigncode(&shelf, &package);
            let signed = attach_signature(package, &signature(folder.path())).unwrap();
            std::fs::write(folder.path().join("attached.msi"), shelf.bytes(&signed)).unwrap();
            assert!(is_good(folder.path(), "attached.msi"), "{scripts}");
        }
    }
}

#[test]
fn a_byte_that_flips_is_noticed() {
    let (folder, bytes) = attached("hunter2");
    let places = {
        let mut reader = Reader::new(bytes.clone());
        // Where a stream's bytes lie.
        let mut of = |stream: &str| {
            let content = reader.stream(stream);
            let found = bytes.windows(content.len()).position(|window| window == content);
            (stream.to_owned(), found.unwrap() + content.len() / 2)
        };
        let cabinets = ["shared1.cab", "shared2.cab", "own.cab", "Binary.Tell"].map(&mut of);
        let text = |text: &str| {
            let found = bytes.windows(text.len()).position(|window| window == text.as_bytes());
            (text.to_owned(), found.unwrap())
        };
        // In the texts of the tables, and in the summary.
        let texts = ["https://example.com", "SYSTEM\\CurrentControlSet", "Fleet Packager"].map(text);
        [cabinets.to_vec(), texts.to_vec()].concat()
    };
    for (what, place) in places {
        let mut damaged = bytes.clone();
        damaged[place] ^= 1;
        std::fs::write(folder.path().join("damaged.msi"), damaged).unwrap();
        assert!(!is_good(folder.path(), "damaged.msi"), "{what}");
    }
}

#[test]
fn a_signature_is_good_in_its_own_package_alone() {
    let (folder, _) = attached("hunter2");
    let (shelf, other) = compose_with(&sample(), "hunter3");
    let signed = attach_signature(other, &signature(folder.path())).unwrap();
    std::fs::write(folder.path().join("other.msi"), shelf.bytes(&signed)).unwrap();
    assert!(!is_good(folder.path(), "other.msi"));
}
