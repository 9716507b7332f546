//! Signed pkgs, judged by openssl in the way that docs/macos-signing.md shows, and by apple-xar's verifier.

mod apple_xar;
mod chain;
mod openssl;
mod own_part;
mod secrecy;
mod time_stamp;
mod unsigned;

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::ops::Range;
use std::process::Command;
use std::sync::Arc;

use ::apple_xar::reader::XarReader;
use ::apple_xar::table_of_contents::SignatureStyle;
use packager_tests::agent::AgentFixture;
use packager_tests::docs::commands_of;
use packager_tests::installer_certificate::{InstallerCertificate, authority_certificate_pem, identity};
use packager_tests::pkg::Pkg;
use packager_tests::producer::{Options, Producer};
use packager_tests::ran::Ran;
use packager_tests::request::Request;
use tempfile::TempDir;

const ALL: [InstallerCertificate; 3] = [
    InstallerCertificate::PEM,
    InstallerCertificate::STAMPED,
    InstallerCertificate::PKCS12,
];

fn signing_with(certificate: InstallerCertificate) -> Arc<Producer> {
    let options = Options {
        certificate: Some(certificate),
        ..Options::default()
    };
    Producer::with(&AgentFixture::scripts("1.58.0"), options)
}

fn signed_with(certificate: InstallerCertificate) -> Pkg {
    signing_with(certificate).build(&Request::pkg())
}

/// Somebody who checks packages, in a folder of their own, without a Mac.
struct Checker(TempDir);

impl Checker {
    /// One who trusts the test's root as others trust Apple's.
    fn new() -> Self {
        Self::trusting(&[&identity().root_pem, &authority_certificate_pem()])
    }

    fn trusting(roots: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("AppleIncRootCertificate.pem"), roots.concat()).unwrap();
        Self(folder)
    }

    /// Follows docs/macos-signing.md.
    fn check(&self, package: &[u8]) -> Ran {
        self.write("fleet-osquery.pkg", package);
        self.sh(&commands_of("macos-signing.md", "check-signature"))
    }

    fn sh(&self, script: &str) -> Ran {
        let mut sh = Command::new("sh");
        sh.args(["-euc", script]).current_dir(self.0.path());
        Ran::new(sh)
    }

    fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.0.path().join(name), content).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.path().join(name)).unwrap()
    }
}

/// Where things lie in a package, as apple-xar reads the table of contents.
struct Places {
    checksum: Range<usize>,
    rsa: Range<usize>,
    cms: Range<usize>,
    files: BTreeMap<String, Range<usize>>,
}

impl Places {
    fn of(package: &[u8]) -> Self {
        let xar = XarReader::new(Cursor::new(package)).unwrap();
        let place = |offset: u64, size: u64| {
            let begin = usize::try_from(xar.heap_start_offset() + offset).unwrap();
            begin..begin + usize::try_from(size).unwrap()
        };
        let table = xar.table_of_contents();
        let signature = |style| {
            let signature = table.find_signature(style).unwrap();
            place(signature.offset, signature.size)
        };
        let files = xar.files().unwrap().into_iter();
        Self {
            checksum: place(table.checksum.offset, table.checksum.size),
            rsa: signature(SignatureStyle::Rsa),
            cms: signature(SignatureStyle::Cms),
            files: files
                .filter_map(|(name, file)| Some((name, file.data?)))
                .map(|(name, data)| (name, place(data.offset, data.length)))
                .collect(),
        }
    }
}

/// The place of `what` in `bytes`, in which it is once.
fn place_of(what: &[u8], bytes: &[u8]) -> usize {
    let mut places = (0..bytes.len()).filter(|place| bytes[*place..].starts_with(what));
    let place = places.next().unwrap();
    assert!(places.next().is_none(), "it is there twice");
    place
}

fn flipped(bytes: &[u8], place: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[place] ^= 1;
    flipped
}
