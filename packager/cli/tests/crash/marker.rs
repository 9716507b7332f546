//! A secret and a URL that can be found wherever they are.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::world::World;

const SECRET: &str = "Mark3d-enroll-s3cret-9f1c7e";
const HOST: &str = "marked-host-7b3d.fleet.example";

/// The body of a request that carries both marks.
pub(crate) fn request(number: usize, channel: &str, desktop: bool) -> String {
    serde_json::json!({
        "type": "deb",
        "fleet_url": format!("https://{HOST}/{number}"),
        "enroll_secret": format!("{SECRET}-{number}"),
        "orbit-channel": channel,
        "osqueryd-channel": channel,
        "desktop-channel": channel,
        "fleet-desktop": desktop,
    })
    .to_string()
}

/// The marks in every form in which they could be written.
pub(crate) fn forms() -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for mark in [SECRET, HOST] {
        let bytes = mark.as_bytes();
        forms.push(bytes.to_vec());
        forms.push(hex::encode(bytes).into_bytes());
        forms.push(hex::encode_upper(bytes).into_bytes());
        forms.push(mark.encode_utf16().flat_map(u16::to_le_bytes).collect());
        forms.push(mark.encode_utf16().flat_map(u16::to_be_bytes).collect());
        // Reversed, as a number might be.
        forms.push(bytes.iter().rev().copied().collect());
        // Percent-encoded and escaped throughout; neither mark has a character that must be.
        forms.push(
            bytes
                .iter()
                .flat_map(|byte| format!("%{byte:02X}").into_bytes())
                .collect(),
        );
        forms.push(
            bytes
                .iter()
                .flat_map(|byte| format!("\\u{byte:04x}").into_bytes())
                .collect(),
        );
        // In base64 a text begins at one of three places within a group.
        for skipped in 0..3 {
            let padded = [&b"xx"[..skipped], bytes].concat();
            let whole = padded.len() / 3 * 3;
            for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
                let text = engine.encode(&padded[..whole]);
                forms.push(text.as_bytes()[(skipped * 4).div_ceil(3)..].to_vec());
            }
        }
    }
    forms
}

/// Files among `paths` that hold a mark, in the clear or in gzip or xz.
pub(crate) fn find(paths: &[PathBuf]) -> Vec<PathBuf> {
    let forms = forms();
    let holds = |bytes: &[u8]| forms.iter().any(|form| contains(bytes, form));
    let found = |path: &&PathBuf| {
        // Files may go while they are looked for.
        let Ok(bytes) = fs::read(path) else { return false };
        holds(&bytes) || unpacked(&bytes).iter().any(|bytes| holds(bytes))
    };
    paths.iter().filter(found).cloned().collect()
}

/// Fails if a process left a mark anywhere.
pub(crate) fn assert_none_left(world: &World) {
    assert_eq!(
        find(&world.left()),
        Vec::<PathBuf>::new(),
        "a marked secret or URL was left behind"
    );
}

/// What any gzip or xz stream in the bytes holds, as far as it can be read.
fn unpacked(bytes: &[u8]) -> Vec<Vec<u8>> {
    use std::io::Read;
    let mut all = Vec::new();
    for at in memchr::memmem::find_iter(bytes, b"\x1f\x8b\x08") {
        let mut text = Vec::new();
        let _ = flate2::read::GzDecoder::new(&bytes[at..]).read_to_end(&mut text);
        all.push(text);
    }
    for at in memchr::memmem::find_iter(bytes, b"\xfd7zXZ\0") {
        let mut text = Vec::new();
        let _ = liblzma::read::XzDecoder::new(&bytes[at..]).read_to_end(&mut text);
        all.push(text);
    }
    all
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

#[test]
fn a_mark_is_found_in_every_form() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let planted = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        !find(std::slice::from_ref(&path)).is_empty()
    };
    assert!(!planted(b"nothing of it"));
    for form in forms() {
        assert!(planted(&[b"before", form.as_slice(), b"after"].concat()));
    }
    for text in [SECRET, HOST] {
        for skipped in 0..3 {
            let encoded = STANDARD_NO_PAD.encode(format!("{}{text} and more", "abc".split_at(skipped).0));
            assert!(planted(encoded.as_bytes()), "{encoded}");
        }
        let mut gzip = flate2::write::GzEncoder::new(b"in front".to_vec(), flate2::Compression::best());
        gzip.write_all(text.repeat(2).as_bytes()).unwrap();
        assert!(planted(&gzip.finish().unwrap()));
        let mut xz = liblzma::write::XzEncoder::new(b"in front".to_vec(), 6);
        xz.write_all(text.repeat(2).as_bytes()).unwrap();
        assert!(planted(&xz.finish().unwrap()));
    }
}

/// Whether a downloaded package holds the marks: otherwise nothing was searched for.
pub(crate) fn package_holds_marks(deb: &[u8]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let path: &Path = &folder.path().join("deb");
    fs::write(path, deb).unwrap();
    !find(&[path.to_owned()]).is_empty()
}
