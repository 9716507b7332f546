//! docker/compose.yaml, as `docker-compose` reads it.

use std::path::{Path, PathBuf};
use std::process::Command;

use packager_tests::product;
use packager_tests::ran::Ran;
use serde_json::{Value, json};

const TO_JSON: &str = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)";

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docker/compose.yaml")
}

/// `docker-compose config`, which checks the file against the schema and replaces variables.
fn check(variables: &[(&str, &str)]) -> Ran {
    let mut command = Command::new("docker-compose");
    command
        .arg("--file")
        .arg(file())
        .arg("config")
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .envs(variables.iter().copied());
    Ran::new(command)
}

/// What it makes of the file.
fn composed() -> Value {
    let yaml = check(&[("DOMAIN", "packages.example.com")]).expect_success();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compose.yaml");
    std::fs::write(&path, yaml).unwrap();
    let mut convert = Command::new("/bin/sh");
    convert
        .args(["-euc", r#"/usr/bin/python3 -c "$1" <"$2""#, "sh", TO_JSON])
        .arg(path);
    serde_json::from_str(&Ran::new(convert).expect_success()).unwrap()
}

#[test]
fn it_needs_a_name_and_nothing_else() {
    assert!(check(&[]).expect_failure().contains("DOMAIN"));
    let _ = composed();
}

#[test]
fn only_the_proxy_is_reached_from_outside() {
    let services = &composed()["services"];
    assert_eq!(services.as_object().unwrap().len(), 2);
    let (proxy, packager) = (&services["proxy"], &services["packager"]);
    let published = proxy["ports"].as_array().unwrap().iter().map(|port| &port["target"]);
    assert_eq!(published.collect::<Vec<_>>(), [&json!(80), &json!(443)]);
    assert!(packager["ports"].is_null() && packager["expose"].is_null());
    assert_eq!(packager["networks"], json!({"back": null}));
    // Metrics are where only the container itself is.
    assert!(packager["environment"]["PACKAGER_ADMIN_LISTEN"].is_null());
    // What the proxy says of its clients is believed, and nobody else's word.
    let address = &proxy["networks"]["back"]["ipv4_address"];
    assert_eq!(&packager["environment"]["PACKAGER_TRUSTED_PROXIES"], address);
    assert_eq!(proxy["depends_on"]["packager"]["condition"], "service_healthy");
}

#[test]
fn both_are_confined() {
    let services = &composed()["services"];
    for service in services.as_object().unwrap().values() {
        assert_eq!(service["read_only"], true, "{service:#}");
        assert_eq!(service["cap_drop"], json!(["ALL"]));
        assert_eq!(service["security_opt"], json!(["no-new-privileges:true"]));
        for limit in ["mem_limit", "pids_limit", "cpus"] {
            assert!(!service[limit].is_null(), "{limit}: {service:#}");
        }
        assert!(service["logging"]["options"]["max-size"].is_string());
        assert!(service["privileged"].is_null() && service["user"].is_null());
    }
    assert_eq!(services["proxy"]["cap_add"], json!(["NET_BIND_SERVICE"]));
    assert!(services["packager"]["cap_add"].is_null());
    assert_eq!(
        services["packager"]["ulimits"],
        json!({"nofile": 32768, "core": 0, "memlock": -1})
    );
}

/// `packager config check` warns of variables that it does not know.
#[test]
fn the_service_takes_its_settings() {
    let composed = composed();
    let variables = composed["services"]["packager"]["environment"].as_object().unwrap();
    let check = |more: &[(&str, &str)]| {
        let mut command = product::command(&["config", "check"]);
        command
            .envs(variables.iter().map(|(name, value)| (name, value.as_str().unwrap())))
            .envs(more.iter().copied());
        Ran::new(command)
    };
    let ran = check(&[]);
    assert!(ran.succeeded() && ran.stderr.is_empty(), "{ran}");
    assert!(check(&[("PACKAGER_COLOUR", "red")]).stderr.contains("PACKAGER_COLOUR"));
    assert!(!check(&[("PACKAGER_TRUSTED_PROXIES", "the proxy")]).succeeded());
}
