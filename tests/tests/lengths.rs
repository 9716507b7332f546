//! Secrets of every length: the stock tools verify each package, whatever its own bytes are.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use packager_tests::agent::AgentFixture;
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;
use packager_tests::request::Request;
use packager_tests::signing::Key;
use tempfile::TempDir;

const KEY: Key = Key::plain("ed25519.asc");
/// Every length that a secret may have.
const LENGTHS: std::ops::RangeInclusive<usize> = 1..=255;
/// How many packages are asked for at a time.
const CLIENTS: usize = 8;

/// Printable, and another text for each length.
fn secret(length: usize) -> String {
    let text = |index: usize| char::from(b'!' + u8::try_from((index * 31 + length * 7) % 94).unwrap());
    (0..length).map(text).collect()
}

/// A package of the type `package_type` for each length of a secret, signed, called by the length.
fn packages(package_type: &str) -> (TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let producer = Producer::signing(&AgentFixture::scripts("1.58.0"), KEY);
    let (next, paths) = (AtomicUsize::new(*LENGTHS.start()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                loop {
                    let length = next.fetch_add(1, Ordering::Relaxed);
                    if !LENGTHS.contains(&length) {
                        break;
                    }
                    let request = Request::deb()
                        .with("type", package_type)
                        .with("enroll_secret", secret(length));
                    let path = folder.path().join(format!("{length}.{package_type}"));
                    let package = producer.build(&request);
                    fs::copy(package.path(), &path).unwrap();
                    if let Some(signature) = package.signature() {
                        fs::write(format!("{}.sig", path.display()), signature).unwrap();
                    }
                    paths.lock().unwrap().push(path);
                }
            });
        }
    });
    let paths = paths.into_inner().unwrap();
    assert_eq!(paths.len(), LENGTHS.count());
    (folder, paths)
}

/// Runs `script` with the folder of packages as `$1`, the public key as `$2` and an empty folder as `$3`.
fn run(folder: &TempDir, script: &str) -> Ran {
    let work = tempfile::tempdir().unwrap();
    let key = work.path().join("key.asc");
    fs::write(&key, KEY.armored_public()).unwrap();
    let empty = work.path().join("work");
    fs::create_dir(&empty).unwrap();
    let mut sh = Command::new("sh");
    sh.args(["-euc", script, "sh"])
        .args([folder.path(), &key, &empty])
        .env("HOME", &empty);
    Ran::new(sh)
}

/// Asserts that `script` wrote each length once.
fn assert_all_lengths(ran: Ran) {
    let output = ran.expect_success();
    let mut lengths: Vec<usize> = output.lines().map(|line| line.trim().parse().unwrap()).collect();
    lengths.sort_unstable();
    assert_eq!(lengths, LENGTHS.collect::<Vec<_>>());
}

/// Writes the length of the secret in the file `environment`, as a shell reads it.
const MEASURE: &str = r#"measure() { (. ./environment && printf %s "$ORBIT_ENROLL_SECRET" | wc -c); }
"#;

/// Every digest and the signature, by rpm; and that what is unpacked is the secret, by cpio.
#[test]
fn rpms_verify() {
    let (folder, paths) = packages("rpm");
    let verify = run(
        &folder,
        r#"rpmkeys --dbpath "$3" --import "$2"; rpmkeys --dbpath "$3" --checksig "$1"/*.rpm"#,
    );
    assert!(verify.succeeded(), "{verify}");
    let good = verify
        .stdout
        .lines()
        .filter(|line| line.ends_with(": digests signatures OK"));
    assert_eq!(good.count(), paths.len(), "{verify}");
    let unpack = r#"
        cd "$3"
        for package in "$1"/*.rpm; do
            rpm2cpio "$package" | cpio --quiet --extract --to-stdout ./etc/default/orbit >environment
            measure
        done"#;
    assert_all_lengths(run(&folder, &[MEASURE, unpack].concat()));
}

/// All that dpkg-deb can read, and the signature by gpgv over what debsig-verify would hand it.
#[test]
fn debs_verify() {
    let (folder, _) = packages("deb");
    let unpack = r#"
        cd "$3"
        gpg --homedir . --batch --quiet --output key --dearmor "$2"
        for package in "$1"/*.deb; do
            ar p "$package" _gpgorigin >signature
            ar p "$package" debian-binary control.tar.gz data.tar.xz >content
            gpgv --quiet --keyring ./key signature content 2>gpgv.log || { cat gpgv.log >&2; exit 1; }
            dpkg-deb --info "$package" >info
            dpkg-deb --fsys-tarfile "$package" >data
            tar --extract --to-stdout --file data ./etc/default/orbit >environment
            measure
        done"#;
    assert_all_lengths(run(&folder, &[MEASURE, unpack].concat()));
}

/// All checksums by bsdtar and 7z, what is unpacked by cpio.
#[test]
fn pkgs_verify() {
    let (folder, _) = packages("pkg");
    let unpack = r#"
        cd "$3"
        for package in "$1"/*.pkg; do
            7z t -bso0 -bsp0 "$package"
            bsdtar -xf "$package"
            gzip --test <base.pkg/Payload
            gzip --decompress --stdout base.pkg/Payload | cpio --quiet --extract --to-stdout ./opt/orbit/secret.txt | wc -c
        done"#;
    assert_all_lengths(run(&folder, unpack));
}

/// The whole frame by zstd, the list of files by bsdtar, and the detached signature by gpgv.
#[test]
fn arch_packages_verify() {
    let (folder, _) = packages("pkg.tar.zst");
    let unpack = r#"
        cd "$3"
        gpg --homedir . --batch --quiet --output key --dearmor "$2"
        for package in "$1"/*.pkg.tar.zst; do
            gpgv --quiet --keyring ./key "$package.sig" "$package" 2>gpgv.log || { cat gpgv.log >&2; exit 1; }
            zstd --quiet --test "$package"
            bsdtar -xOf "$package" .MTREE | gzip -d | grep -q "^./etc/default/orbit time="
            bsdtar -xOf "$package" etc/default/orbit >environment
            measure
        done"#;
    assert_all_lengths(run(&folder, &[MEASURE, unpack].concat()));
}
