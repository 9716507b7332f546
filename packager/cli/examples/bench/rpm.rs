//! rpms, beside what `rpmbuild` makes of the same tree.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::json;

use crate::client::Client;
use crate::report::{Summary, figure, float};
use crate::{COPIES, peers};

/// Each is hashed whole, so a tenth of the debs' will do.
const WARM: usize = 30;

/// Has `rpmbuild` pack the tree `$2` as `$1` says, in the folder `$3`, called `$4`. Nothing is stripped, compressed or looked
/// into, so that both do the same work.
const RPMBUILD: &str = r#"
cd "$3"
{
  printf '%s\n' 'Name: peer' 'Version: 1' 'Release: 1' 'Summary: peer' 'License: MIT' 'AutoReqProv: no' \
    "%global _binary_payload $1" '%global _build_id_links none' '%define __os_install_post %nil' '%description' peer \
    '%install' "cp -al $2/. %{buildroot}/" '%files'
  (cd "$2" && find . -mindepth 1 -type d -printf '%%dir "/%P"\n' -o -printf '"/%P"\n')
} >"$4.spec"
rpmbuild -bb --quiet --target x86_64 --define "_topdir $3/$4.top" --define "_rpmdir $3" --define "_rpmfilename $4" \
  --dbpath "$3/rpmdb" "$4.spec"
"#;

/// Measures packages of `client`'s service, whose rpms are signed.
pub async fn compare(folder: &Path, client: &Client) {
    let started = Instant::now();
    let id = client.build_of("rpm", 0).await;
    figure(
        "rpm_cold_create_to_success",
        started.elapsed().as_secs_f64(),
        "s",
        json!({}),
    );
    let rpm = folder.join("package.rpm");
    std::fs::write(&rpm, client.download(&id).await).unwrap();

    let mut times = Vec::new();
    for number in 1..=WARM {
        let started = Instant::now();
        client.build_of("rpm", number).await;
        times.push(started.elapsed());
    }
    let times = Summary::of(times);
    times.print("rpm_warm_create_to_success");
    let copy = folder.join("copy.rpm");
    let copies = Summary::of((0..COPIES).map(|_| peers::copy(&rpm, &copy)).collect());
    copies.print("rpm_cp_of_the_same_package");
    let goal = json!({"goal": "<= 0.2"});
    figure(
        "rpm_warm_create_to_success_over_cp",
        times.p50() / copies.p50(),
        "ratio",
        goal,
    );
    rpmbuild(folder, &rpm);
}

fn rpmbuild(folder: &Path, rpm: &Path) {
    let tree = folder.join("rpm-tree");
    std::fs::create_dir(&tree).unwrap();
    let unpack = r#"cd "$2" && rpm2cpio "$1" | cpio --quiet --extract --make-directories"#;
    sh(unpack, &[rpm, &tree]);
    let ours = size(rpm);
    figure("rpm_size", ours, "bytes", json!({}));
    for (name, payload, goal) in [
        ("rpmbuild_gzip_6", "w6.gzdio", Some("<= 0.75")),
        ("rpmbuild_xz_6", "w6.xzdio", None),
    ] {
        let out = format!("{name}.rpm");
        let started = Instant::now();
        sh(RPMBUILD, &[Path::new(payload), &tree, folder, Path::new(&out)]);
        let theirs = size(&folder.join(&out));
        figure(
            name,
            started.elapsed().as_secs_f64(),
            "s",
            json!({"size_bytes": theirs}),
        );
        let more = goal.map_or(json!({}), |goal| json!({"goal": goal}));
        figure(&format!("size_over_{name}"), ours / theirs, "ratio", more);
    }
}

fn sh(script: &str, arguments: &[&Path]) {
    let ran = Command::new("sh")
        .args(["-euc", script, "sh"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
}

fn size(path: &Path) -> f64 {
    float(usize::try_from(std::fs::metadata(path).unwrap().len()).unwrap())
}
