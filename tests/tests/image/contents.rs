//! What the image is made of, and what it tells an engine.

use packager_tests::engine::{Engine, IMAGE};
use packager_tests::product;
use packager_tests::ran::Ran;
use serde_json::{Value, json};

/// All but the program. Debian 12 without its manuals takes 82 MB, and what signs msi packages 31 MB.
const MOST_BYTES_BENEATH: u64 = 125_000_000;

#[test]
fn the_image_says_how_it_is_run() {
    let engine = Engine::shared();
    let inspected = engine.podman(&["image", "inspect", IMAGE]).expect_success();
    let image: Value = serde_json::from_str::<Value>(&inspected).unwrap()[0].take();
    let config = &image["Config"];
    assert_eq!(config["User"], "10001:10001");
    assert_eq!(config["StopSignal"], "SIGTERM");
    assert_eq!(config["Entrypoint"], json!(["packager"]));
    assert_eq!(config["Cmd"], json!(["serve"]));
    assert_eq!(config["Volumes"], json!({"/var/lib/packager": {}}));
    assert_eq!(config["ExposedPorts"], json!({"8080/tcp": {}}));
    assert_eq!(image["Healthcheck"]["Test"], json!(["CMD", "packager", "healthcheck"]));
    assert_eq!(
        config["Labels"]["org.opencontainers.image.licenses"],
        "MIT OR Apache-2.0"
    );
    for label in ["title", "description"] {
        let label = format!("org.opencontainers.image.{label}");
        assert!(config["Labels"][&label].is_string(), "{label}: {config:#}");
    }
    let version = Ran::new(product::command(&["--version"])).expect_success();
    let labelled = config["Labels"]["org.opencontainers.image.version"].as_str().unwrap();
    assert_eq!(version, format!("packager {labelled}\n"));
}

#[test]
fn the_image_has_what_the_service_needs_and_little_else() {
    let engine = Engine::shared();
    let script = r#"
        test $(id -u):$(id -g) = 10001:10001
        test ! -w /
        test ! -w /usr/bin/packager
        test -w /var/lib/packager
        osslsigncode --version | grep '^osslsigncode 2'
        test -s /etc/ssl/certs/ca-certificates.crt
        find / -xdev -name pkcs11.so -path '*engines*' | grep .
        packager --version
        # No compiler, no sources, no lists of what could be installed.
        test -z "$(command -v cc cargo)"
        test ! -e /src
        test -z "$(ls /var/lib/apt/lists)"
        stat --format=%s /usr/bin/packager
    "#;
    let said = engine.podman(&["run", "--rm", "--entrypoint", "/bin/sh", IMAGE, "-euc", script]);
    let said = said.expect_success();
    let program: u64 = said.lines().last().unwrap().parse().unwrap();
    let size = engine.podman(&["image", "inspect", "--format", "{{.Size}}", IMAGE]);
    let size: u64 = size.expect_success().trim().parse().unwrap();
    let beneath = size.checked_sub(program).unwrap();
    assert!(beneath < MOST_BYTES_BENEATH, "{beneath}");
}

/// The default way, but for the compiler: what it is given, and where it puts the program.
#[test]
fn sources_are_compiled_without_what_is_no_source() {
    let engine = Engine::shared();
    let cargo = r#"
        test "$*" = 'build --release --locked -p packager'
        test -s Cargo.lock
        test -s packager/cli/src/main.rs
        test ! -e .git
        test ! -e target
        mkdir -p target/release
        printf '#!/bin/sh\necho stands in\n' >target/release/packager
        chmod 0755 target/release/packager
    "#;
    let image = "localhost/fleet-packager:compiled";
    engine.build_from_sources(image, cargo);
    let said = engine.podman(&["run", "--rm", image]).expect_success();
    assert_eq!(said, "stands in\n");
}
