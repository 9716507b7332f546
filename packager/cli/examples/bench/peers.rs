//! What others make of the same tree, and cp of the same package, in the same run.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::package_type::{PackageType, Peer};
use crate::report::{figure, float};

/// Copies the package once.
pub fn copy(from: &Path, to: &Path) -> Duration {
    let _ = std::fs::remove_file(to);
    let started = Instant::now();
    assert!(Command::new("cp").args([from, to]).status().unwrap().success());
    started.elapsed()
}

/// Packs the tree of the package anew.
pub fn compare(folder: &Path, package_type: &PackageType, package: &Path) {
    let folder = folder.join(format!("peers{}", package_type.suffix));
    std::fs::create_dir(&folder).unwrap();
    let tree = folder.join("tree");
    sh(package_type.unpack, [package, &tree]);
    let ours = size(package);
    figure(&format!("size{}", package_type.suffix), ours, "bytes", json!({}));
    for Peer { name, pack, goal } in package_type.peers {
        let out = folder.join(name);
        let started = Instant::now();
        sh(pack, [&tree, &out]);
        let more = json!({"size_bytes": size(&out)});
        figure(name, started.elapsed().as_secs_f64(), "s", more);
        let more = goal.map_or(json!({}), |goal| json!({"goal": goal}));
        let name = format!("size{}_over_{name}", package_type.suffix);
        figure(&name, ours / size(&out), "ratio", more);
    }
}

fn sh(script: &str, arguments: [&Path; 2]) {
    let mut sh = Command::new("bash");
    sh.args(["-euo", "pipefail", "-c", script, "bash"]).args(arguments);
    assert!(sh.status().unwrap().success(), "{script}");
}

fn size(path: &Path) -> f64 {
    float(usize::try_from(std::fs::metadata(path).unwrap().len()).unwrap())
}
