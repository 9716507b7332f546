//! docs/operate.md, the alerts and the dashboard, held against what a running service says of itself, and against the tools that
//! read them: promtool, and Grafana's own types of a dashboard.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail like tests"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use packager_tests::agent::AgentFixture;
use packager_tests::docs;
use packager_tests::metrics::Metrics;
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;
use packager_tests::request::Request;
use serde_json::{Value, json};

fn workspace() -> PathBuf {
    docs::folder().join("..").canonicalize().unwrap()
}

fn service() -> Arc<Producer> {
    Producer::of(&AgentFixture::scripts("1.58.0"))
}

/// What a service has where it speaks TLS itself: the tests of its contract find it there.
const WITH_TLS: &str = "packager_tls_certificate_expires_timestamp_seconds";

/// The names of samples that a service has.
fn served() -> BTreeSet<String> {
    // Answers are counted when they have been given: the first of these makes the second complete.
    let _ = Metrics::of(service().admin_url());
    let mut names = Metrics::of(service().admin_url()).sample_names();
    assert!(names.len() > 10, "{names:?}");
    names.insert(WITH_TLS.to_owned());
    names
}

/// The names of this product's metrics in `text`.
fn named(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("packager_"))
        .map(str::to_owned)
        .collect()
}

fn promtool(arguments: &[&str], folder: &Path) -> Ran {
    let mut promtool = Command::new("/usr/bin/promtool");
    promtool.args(arguments).current_dir(folder);
    Ran::new(promtool)
}

fn dashboard() -> Value {
    serde_json::from_slice(&fs::read(workspace().join("docker/grafana/dashboard.json")).unwrap()).unwrap()
}

/// All queries of the dashboard's panels, with values for what Grafana fills in.
fn queries(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().unwrap();
    panels
        .iter()
        .filter_map(|panel| panel["targets"].as_array())
        .flatten()
        .map(|target| target["expr"].as_str().unwrap())
        .map(|query| query.replace("$__rate_interval", "5m").replace("$instance", ".*"))
        .collect()
}

#[test]
fn the_page_has_every_metric_and_no_other() {
    let page = docs::text("operate.md");
    let table = page.split_once("| metric |").unwrap().1.split_once("\n\n").unwrap().0;
    let mut described = named(table);
    // `packager_build_seconds_bucket`, `_sum`, `_count`
    assert!(table.contains("`packager_build_seconds_bucket`, `_sum`, `_count`"));
    described.extend(["sum", "count"].map(|suffix| format!("packager_build_seconds_{suffix}")));
    assert_eq!(described, served());
}

#[test]
fn its_labels_are_those_that_are_served() {
    let service = service();
    let _ = service.build(&Request::deb());
    let text = Metrics::of(service.admin_url()).into_text();
    let page = docs::text("operate.md");
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, rest) = line.split_once(['{', ' ']).unwrap();
        let row = page.lines().find(|row| row.starts_with(&format!("| `{name}`")));
        let Some(row) = row else {
            assert!(name.starts_with("packager_build_seconds"), "{name}");
            continue;
        };
        let labels = rest.split_once('}').map_or("", |(labels, _)| labels);
        for label in labels.split("\",").filter_map(|label| Some(label.split_once("=\"")?.0)) {
            assert!(row.contains(&format!("`{label}`")), "{row} does not have {label}");
        }
    }
}

#[test]
fn a_line_of_the_log_looks_as_the_page_says() {
    let service = service();
    let _ = service.build(&Request::deb());
    let page = docs::text("operate.md");
    let shown = page.lines().find(|line| line.starts_with("{\"timestamp\"")).unwrap();
    let log = service.log();
    let real = log.lines().find(|line| line.contains("\"answered\"")).unwrap();
    let keys = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        line.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>()
    };
    assert_eq!(keys(shown), keys(real));
}

#[test]
fn the_alerts_are_right_and_fire_when_they_should() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["docker/prometheus-rules.yaml", "fixtures/prometheus/rules_test.yaml"] {
        let name = Path::new(file).file_name().unwrap();
        fs::copy(workspace().join(file), folder.path().join(name)).unwrap();
    }
    let _ = promtool(
        &["check", "rules", "--lint-fatal", "prometheus-rules.yaml"],
        folder.path(),
    )
    .expect_success();
    let _ = promtool(&["test", "rules", "rules_test.yaml"], folder.path()).expect_success();

    // Without one of its alerts the same test fails.
    let rules = fs::read_to_string(folder.path().join("prometheus-rules.yaml")).unwrap();
    fs::write(
        folder.path().join("prometheus-rules.yaml"),
        rules.replace("== 0\n        for: 1h", "== 2\n        for: 1h"),
    )
    .unwrap();
    let failure = promtool(&["test", "rules", "rules_test.yaml"], folder.path());
    assert!(!failure.succeeded(), "{failure}");
}

#[test]
fn the_page_says_what_to_do_about_each_alert_and_each_is_tested() {
    let rules = fs::read_to_string(workspace().join("docker/prometheus-rules.yaml")).unwrap();
    let tests = fs::read_to_string(workspace().join("fixtures/prometheus/rules_test.yaml")).unwrap();
    let page = docs::text("operate.md");
    let alerts: BTreeSet<_> = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
        .collect();
    let rows: BTreeSet<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `Packager")?.split_once('`'))
        .map(|(name, _)| format!("Packager{name}"))
        .collect();
    assert_eq!(alerts.iter().map(ToString::to_string).collect::<BTreeSet<_>>(), rows);
    for alert in alerts {
        let fires = format!("alertname: {alert}\n        exp_alerts:");
        assert!(tests.contains(&fires), "{alert} is not seen to fire");
    }
    assert!(
        named(&rules).is_subset(&served()),
        "{:?}",
        named(&rules).difference(&served())
    );
}

#[test]
fn every_query_of_the_dashboard_is_one_and_asks_for_what_is_served() {
    let dashboard = dashboard();
    let queries = queries(&dashboard);
    assert!(queries.len() > 15, "{}", queries.len());
    let asked: BTreeSet<_> = queries.iter().flat_map(|query| named(query)).collect();
    let served = served();
    assert!(asked.is_subset(&served), "{:?}", asked.difference(&served));
    assert_eq!(asked, served, "not on the dashboard");

    let folder = tempfile::tempdir().unwrap();
    let check = |queries: &[String]| {
        let rules: Vec<_> = queries
            .iter()
            .enumerate()
            .map(|(number, query)| json!({"record": format!("panel:query:{number}"), "expr": query}))
            .collect();
        // JSON is YAML.
        let rules = json!({"groups": [{"name": "dashboard", "rules": rules}]});
        fs::write(folder.path().join("rules.json"), rules.to_string()).unwrap();
        promtool(&["check", "rules", "rules.json"], folder.path())
    };
    let _ = check(&queries).expect_success();
    let failure = check(&["rate(packager_builds_total[5m]".to_owned()]).expect_failure();
    assert!(failure.contains("unclosed left parenthesis"), "{failure}");
}

#[test]
fn grafana_knows_everything_in_the_dashboard() {
    let folder = tempfile::tempdir().unwrap();
    let check = |dashboard: &Value| {
        let path = folder.path().join("dashboard.json");
        fs::write(&path, dashboard.to_string()).unwrap();
        let mut check = Command::new(workspace().join(".venv/bin/python"));
        check.arg(workspace().join("fixtures/grafana/check.py")).arg(path);
        check.env("PYTHONDONTWRITEBYTECODE", "1");
        Ran::new(check)
    };
    let mut dashboard = dashboard();
    let _ = check(&dashboard).expect_success();
    dashboard["panels"][1]["options"]["colourMode"] = json!("value");
    let ran = check(&dashboard);
    assert!(
        !ran.succeeded() && ran.stdout.contains("/panels/1/options/colourMode is not known"),
        "{ran}"
    );
}
