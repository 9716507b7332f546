//! Packages of a release that is known.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use jiff::Timestamp;
use packager_test_apple::{Identity, Kind};
use serde_json::json;

use crate::client::Client;
use crate::package_type::{PackageType, Signing};
use crate::report::{Summary, figure};
use crate::service::Service;
use crate::{crowd, peers};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");
const COPIES: usize = 21;

/// The time from asking for a package of a known release to its success, beside that of copying it. `number` names the
/// package that nobody has asked for.
pub async fn one_by_one(
    folder: &Path,
    package: &Path,
    package_type: &PackageType,
    client: &Client,
    number: &mut usize,
    suffix: &str,
) {
    // Once before: what a process has to find out once is no part of it.
    client.build(*number).await;
    *number += 1;
    let mut times = Vec::new();
    for _ in 0..package_type.warm {
        let started = Instant::now();
        client.build(*number).await;
        times.push(started.elapsed());
        *number += 1;
    }
    let times = Summary::of(times);
    let suffix = format!("{}{suffix}", package_type.suffix);
    times.print(&format!("warm_create_to_success{suffix}"));
    let copies = Summary::of(
        (0..COPIES)
            .map(|_| peers::copy(package, &folder.join("copy")))
            .collect(),
    );
    copies.print(&format!("cp_of_the_same_package{suffix}"));
    let name = format!("warm_create_to_success_over_cp{suffix}");
    figure(&name, times.p50() / copies.p50(), "ratio", json!({"goal": "<= 0.2"}));
}

/// The same with signatures, by services of their own on top of what the folder `data` has.
pub async fn signed(folder: &Path, data: &str, package: &Path, package_type: &PackageType, number: &mut usize) {
    for (signer, settings) in signers(folder, &package_type.signing) {
        let mut all = vec!["--prepare", "off"];
        all.extend(settings.iter().map(String::as_str));
        let service = Service::start(folder, data, &all);
        let client = Client::new(&service).asking_for(package_type.name);
        client.ready().await;
        let suffix = format!("_signed_{signer}");
        one_by_one(folder, package, package_type, &client, number, &suffix).await;
    }
}

/// What signs, by its name, and the settings that say so.
fn signers(folder: &Path, signing: &Signing) -> Vec<(&'static str, Vec<String>)> {
    match signing {
        Signing::Authenticode => {
            let path = folder.join("authenticode.p12");
            certificate(&path);
            let pkcs12 = format!("file:{}", path.display());
            let settings = ["--signing-msi-pkcs12", &pkcs12, "--signing-msi-password", "bench"];
            Vec::from([("rsa3072", settings.map(str::to_owned).into())])
        }
        Signing::OpenPgp(setting) => ["ed25519", "rsa4096"]
            .map(|key| {
                let file = format!("file:{FIXTURES}/openpgp/{key}.asc");
                (key, Vec::from([(*setting).to_owned(), file]))
            })
            .into(),
        // Without time stamps: how long one takes is up to the server that gives it.
        Signing::Installer => {
            let identity = Identity::new(Kind::Installer, Timestamp::now());
            let keep = |name: &str, content: String| {
                let path = folder.join(name);
                std::fs::write(&path, content).unwrap();
                std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
                format!("file:{}", path.display())
            };
            let certificate = keep("installer.pem", identity.chain_pem());
            let key = keep("installer.key", identity.key_pem);
            let settings = ["--signing-pkg-certificate", &certificate, "--signing-pkg-key", &key];
            Vec::from([("rsa2048", settings.map(str::to_owned).into())])
        }
    }
}

/// Makes a certificate for Windows programs, with its key.
fn certificate(path: &Path) {
    const MAKE: &str = r#"
umask 077
openssl req -x509 -newkey rsa:3072 -noenc -keyout "$1.key" -out "$1.pem" -subj /CN=Bench -days 2 \
    -addext extendedKeyUsage=codeSigning -addext keyUsage=digitalSignature 2>/dev/null
openssl pkcs12 -export -inkey "$1.key" -in "$1.pem" -out "$1" -passout pass:bench
"#;
    let mut make = Command::new("bash");
    make.args(["-euc", MAKE, "bash"]).arg(path);
    assert!(make.status().unwrap().success());
}

/// How many are made in a second, and what each of them has on the disk for itself.
pub async fn many(client: &Client, package_type: &PackageType, number: &mut usize) {
    let suffix = package_type.suffix;
    let to = *number + package_type.crowd;
    let rate = crowd::fill(client, *number, to).await;
    *number = to;
    let more = json!({"clients": crowd::CLIENTS, "packages": package_type.crowd, "goal": ">= 500"});
    figure(&format!("distinct_packages{suffix}"), rate, "1/s", more);
    let live = client.metric("packager_packages{state=\"succeeded\"}").await;
    let own = client.metric("packager_stored_bytes{kind=\"own\"}").await;
    let goal = json!({"goal": "<= 65536", "live": live});
    figure(&format!("own_bytes_per_package{suffix}"), own / live, "bytes", goal);
}
