//! Executables are made by mingw-w64's binutils, and 7-Zip says what their version is.

use std::path::Path;
use std::process::Command;

use super::*;

/// Runs a script in `folder`, which must not fail.
fn tool(folder: &Path, script: &str) -> Vec<u8> {
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(folder)
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {complaint}");
    output.stdout
}

/// A library of nothing but the resources that `script` describes (windres(1)).
fn library(folder: &Path, script: &str) -> Vec<u8> {
    std::fs::write(folder.join("it.rc"), script).unwrap();
    let tools = "x86_64-w64-mingw32-";
    tool(
        folder,
        &format!("{tools}windres it.rc it.o; {tools}ld --shared --entry 0 -o it.dll it.o"),
    );
    std::fs::read(folder.join("it.dll")).unwrap()
}

fn version_script(version: &str, translation: &str) -> String {
    let translation = match translation {
        "" => String::new(),
        values => format!("BLOCK \"VarFileInfo\" BEGIN {values} END"),
    };
    format!(
        r#"
1 VERSIONINFO
FILEVERSION {version}
PRODUCTVERSION 9,9,9,9
FILEOS 0x4
FILETYPE 0x1
BEGIN
  BLOCK "StringFileInfo"
  BEGIN
    BLOCK "040904B0"
    BEGIN
      VALUE "FileVersion", "a text that says something else"
      VALUE "OriginalFilename", "odd"
    END
  END
{translation}
END
"#
    )
}

/// What is found if the file passes by in chunks of `chunk_size`.
fn read(file: &[u8], chunk_size: usize) -> Option<FileVersion> {
    let mut reader = VersionReader::new(file.len() as u64);
    for chunk in file.chunks(chunk_size) {
        reader.look(chunk);
    }
    reader.finish()
}

fn found(version: &str, language: &str) -> FileVersion {
    FileVersion {
        version: version.to_owned(),
        language: language.to_owned(),
    }
}

const ENGLISH: &str = r#"VALUE "Translation", 0x409, 1200"#;

#[test]
fn the_version_is_what_7zip_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = library(folder.path(), &version_script("1,58,0,65535", ENGLISH));
    for chunk_size in [1, 7, 4096, 1 << 20] {
        assert_eq!(read(&file, chunk_size), Some(found("1.58.0.65535", "1033")));
    }
    let seen = seen(folder.path());
    let version = seen.lines().find(|line| line.starts_with("FILEVERSION")).unwrap();
    assert_eq!(version.split_whitespace().nth(1), Some("1,58,0,65535"));
    let translation = seen.lines().find(|line| line.contains("Translation")).unwrap();
    assert_eq!(translation.trim(), "VALUE \"Translation\", 0x409, 1200");
}

/// What 7-Zip reads of the version resource of `it.dll`.
fn seen(folder: &Path) -> String {
    let text = tool(folder, "7z x -so it.dll .rsrc/version.txt");
    let units = text.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    String::from_utf16_lossy(&units.collect::<Vec<_>>())
}

/// The same library with headers of 32 bits, which are shorter (*PE Format*, "Optional Header").
fn of_32_bits(file: &[u8]) -> Vec<u8> {
    let coff = 4 + usize::try_from(u32::from_le_bytes(file[0x3C..0x40].try_into().unwrap())).unwrap();
    let (optional, sizes) = (coff + 20, coff + 20 + 72);
    let mut short = file[..sizes].to_vec();
    short[coff + 16] -= 16;
    short[optional + 1] = 1;
    // Sizes of stack and heap.
    short.extend(file[sizes..sizes + 32].chunks(8).flat_map(|size| &size[..4]));
    // Where data begins, and the image.
    short[optional + 24..optional + 32].copy_from_slice(&[0, 0, 0, 0, 0, 0, 0x40, 0]);
    short.extend(&file[sizes + 32..0x400]);
    short.resize(0x400, 0);
    short.extend(&file[0x400..]);
    short
}

#[test]
fn executables_of_32_bits_have_one_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = of_32_bits(&library(folder.path(), &version_script("2,0,0,1", ENGLISH)));
    std::fs::write(folder.path().join("it.dll"), &file).unwrap();
    assert!(seen(folder.path()).contains("2,0,0,1"));
    assert_eq!(read(&file, 1000), Some(found("2.0.0.1", "1033")));
}

#[test]
fn languages_are_those_of_the_translation() {
    let folder = tempfile::tempdir().unwrap();
    let translations = [
        ("", "0"),
        (r#"VALUE "Translation", 0, 1200"#, "0"),
        (r#"VALUE "Translation", 0x409, 1200, 0x407, 1252"#, "1033,1031"),
        // The column takes 20 characters.
        (
            r#"VALUE "Translation", 1033, 0, 1031, 0, 1036, 0, 1040, 0, 1041, 0"#,
            "1033,1031,1036,1040",
        ),
        (
            r#"VALUE "Translation", 1033, 0, 1031, 0, 10360, 0, 1040, 0"#,
            "1033,1031,10360,1040",
        ),
    ];
    for (translation, language) in translations {
        let file = library(folder.path(), &version_script("1,2,3,4", translation));
        assert_eq!(read(&file, 4096), Some(found("1.2.3.4", language)), "{translation}");
    }
}

#[test]
fn of_several_resources_the_neutral_or_the_english_one_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let in_language =
        |language: &str, version: &str| format!("LANGUAGE {language}\n{}", version_script(version, ENGLISH));
    let (german, english, neutral) = (
        in_language("7, 1", "7,0,0,0"),
        in_language("9, 1", "9,0,0,0"),
        in_language("0, 0", "0,0,0,0"),
    );
    for (script, version) in [
        (german.clone(), "7.0.0.0"),
        (format!("{german}{english}"), "9.0.0.0"),
        (format!("{german}{english}{neutral}"), "0.0.0.0"),
    ] {
        let file = library(folder.path(), &script);
        assert_eq!(read(&file, 4096).unwrap().version, version);
    }
}

/// Beside what is in the way: data in front of the resource, and other resources.
#[test]
fn the_resource_is_found_behind_others() {
    let folder = tempfile::tempdir().unwrap();
    for (size, has_version) in [(200_000, true), (3_000_000, true), (MAX_RESOURCES_SIZE, false)] {
        std::fs::write(folder.path().join("data"), vec![1; size]).unwrap();
        let script = format!("1 10 \"data\"\n{}", version_script("1,2,3,4", ENGLISH));
        let file = library(folder.path(), &script);
        for chunk_size in [1000, 65_536, 100_000, 1 << 23] {
            let want = has_version.then(|| found("1.2.3.4", "1033"));
            assert_eq!(read(&file, chunk_size), want, "{size} {chunk_size}");
        }
    }
}

#[test]
fn what_is_no_executable_with_a_version_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let script = version_script("1,2,3,4", ENGLISH);
    let other_name = script.replace("1 VERSIONINFO", "2 VERSIONINFO");
    std::fs::write(folder.path().join("data"), "x").unwrap();
    for script in ["1 10 \"data\"", &other_name] {
        assert_eq!(read(&library(folder.path(), script), 4096), None, "{script}");
    }
    for file in [
        &b""[..],
        b"M",
        b"MZ",
        b"text",
        &vec![0; 100_000],
        b"MZ\0\0",
        &b"MZ".repeat(50_000),
    ] {
        for chunk_size in [1, 3, 1 << 20] {
            assert_eq!(read(file, chunk_size), None);
        }
    }
}

#[test]
fn what_is_damaged_is_read_without_harm() {
    let folder = tempfile::tempdir().unwrap();
    let file = library(folder.path(), &version_script("1,2,3,4", ENGLISH));
    let info = file.len();
    let mut without = 0;
    for place in 0..info {
        for value in [0, 0x7F, 0x80, 0xFF] {
            let mut file = file.clone();
            file[place] = value;
            without += u32::from(read(&file, 1 << 20).is_none());
        }
        read(&file[..place], 1 << 20);
    }
    // Headers, tree and structure are a few hundred bytes.
    assert!(without > 100, "{without}");
    assert_eq!(read(&file[..file.len() / 4], 1 << 20), None);
}

#[test]
fn a_structure_that_claims_too_much_or_nothing_ends_the_search() {
    let structure = |size: u16, key: &str, rest: &[u8]| {
        let mut bytes = [size.to_le_bytes(), [0; 2], [0; 2]].concat();
        bytes.extend(key.encode_utf16().flat_map(u16::to_le_bytes));
        bytes.extend([0; 2]);
        bytes.extend(rest);
        bytes
    };
    for resource in [
        Vec::new(),
        vec![0; 1000],
        vec![0xFF; 1000],
        structure(0, "VS_VERSION_INFO", &[0; 60]),
        structure(5, "VS_VERSION_INFO", &[0; 60]),
        structure(0xFFFF, "VS_VERSION_INFO", &[0; 60]),
        structure(40, "VS_VERSION_INFO", &[0; 60]),
    ] {
        assert_eq!(VersionInfo::read(&resource), None);
    }
}
