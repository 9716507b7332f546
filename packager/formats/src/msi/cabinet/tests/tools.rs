//! cabextract, 7-Zip and gcab decide.

use std::path::Path;
use std::process::Command;

use super::*;

/// Runs a script in `folder`, which must have nothing to complain about.
fn tool(folder: &Path, script: &str) -> String {
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(folder)
        .env("TZ", "UTC")
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && complaint.is_empty(),
        "{script}: {text}{complaint}"
    );
    text
}

/// Text, code, noise, and what is beside them in an agent: an executable at two places, an empty file.
fn agent() -> Vec<File> {
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let program = program[..program.len().min(1_200_000)].to_vec();
    vec![
        file("orbit.exe", program.clone()),
        file("secret.txt", "hunter2"),
        file("osqueryd.exe", noise(9, 1_000_000, 50)),
        file("empty", ""),
        file("noise", noise(4, 200_000, 256)),
        file("block", noise(5, 32_768, 30)),
        file("orbit.copy", program),
        file("_last", "x".repeat(70_000)),
    ]
}

#[test]
fn stock_tools_unpack_every_byte() {
    let methods = packings().into_iter().zip(["None", "MSZip", "MSZip"]);
    for ((packing, method), granule) in methods.flat_map(|method| [(method.clone(), 1), (method, 4096)]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let files = agent();
        let (cabinet, _) = write_granular(&files, &packing, granule);
        std::fs::write(path.join("it.cab"), &cabinet).unwrap();
        std::fs::create_dir(path.join("want")).unwrap();
        for file in &files {
            std::fs::write(path.join("want").join(&file.key), &*file.content).unwrap();
        }
        for unpack in [
            "cabextract --quiet --directory got it.cab",
            "7z x -ogot it.cab >/dev/null",
            "gcab --extract --nopath --directory=got it.cab",
        ] {
            tool(path, &format!("rm -rf got; mkdir got; {unpack}; diff -r want got"));
        }
        // Checksums and lengths.
        let tested = tool(path, "cabextract --test it.cab");
        assert_eq!(tested.matches("  OK ").count(), files.len(), "{tested}");
        tool(path, "7z t it.cab");
        let seen = tool(path, "7z l -slt it.cab");
        for line in [
            &format!("Physical Size = {}", cabinet.len()),
            &format!("Method = {method}"),
            "Volumes = 1",
            "Blocks = 1",
            "Path = orbit.copy",
            "Modified = 2023-11-14 22:13:20",
            "Attributes = A",
        ] {
            assert!(seen.lines().any(|seen| seen == line), "{line}: {seen}");
        }
        let order: Vec<_> = files.iter().map(|file| file.key.as_str()).collect();
        assert_eq!(tool(path, "gcab --list it.cab").lines().collect::<Vec<_>>(), order);
    }
}

/// A package may have no file but empty ones, and then its cabinet has no data.
#[test]
fn stock_tools_read_cabinets_of_nothing() {
    for packing in packings() {
        let folder = tempfile::tempdir().unwrap();
        let (cabinet, _) = write(&[file("a", ""), file("b", "")], &packing);
        std::fs::write(folder.path().join("it.cab"), &cabinet).unwrap();
        tool(
            folder.path(),
            "cabextract --quiet --directory one it.cab; 7z x -otwo it.cab; diff -r one two; test -f one/a -a -f one/b",
        );
    }
}

#[test]
fn stock_tools_notice_a_flipped_bit() {
    for packing in packings() {
        let folder = tempfile::tempdir().unwrap();
        let (mut cabinet, _) = write(&agent(), &packing);
        let middle = cabinet.len() / 2;
        cabinet[middle] ^= 1;
        std::fs::write(folder.path().join("it.cab"), &cabinet).unwrap();
        tool(
            folder.path(),
            "! cabextract --test it.cab >/dev/null 2>&1; ! 7z t it.cab >/dev/null 2>&1",
        );
    }
}
