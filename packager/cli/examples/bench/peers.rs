//! What dpkg-deb makes of the same tree, and cp of the same package, in the same run.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::report::{figure, float};

/// Copies the package once.
pub fn copy(from: &Path, to: &Path) -> Duration {
    let _ = std::fs::remove_file(to);
    let started = Instant::now();
    assert!(Command::new("cp").args([from, to]).status().unwrap().success());
    started.elapsed()
}

/// Packs the tree of the package anew.
pub fn dpkg_deb(folder: &Path, deb: &Path) {
    let tree = folder.join("tree");
    let raw = Command::new("dpkg-deb").arg("-R").args([deb, &tree]).status().unwrap();
    assert!(raw.success());
    let ours = size(deb);
    figure("size", ours, "bytes", json!({}));
    for (name, options, goal) in [
        ("dpkg_deb_gzip_6", ["-Zgzip", "-z6"].as_slice(), Some("<= 0.75")),
        ("dpkg_deb_xz", &["-Zxz"], None),
    ] {
        let out = folder.join(format!("{name}.deb"));
        let started = Instant::now();
        let built = Command::new("dpkg-deb")
            .args(options)
            .arg("-b")
            .args([&tree, &out])
            .output()
            .unwrap();
        assert!(built.status.success());
        let more = json!({"size_bytes": size(&out)});
        figure(name, started.elapsed().as_secs_f64(), "s", more);
        let more = goal.map_or(json!({}), |goal| json!({"goal": goal}));
        figure(&format!("size_over_{name}"), ours / size(&out), "ratio", more);
    }
}

fn size(path: &Path) -> f64 {
    float(usize::try_from(std::fs::metadata(path).unwrap().len()).unwrap())
}
