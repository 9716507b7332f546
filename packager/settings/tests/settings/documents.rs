//! The sample file and the page say what the table says.

use packager_settings::{Setting, document, sample, sections, settings};

use crate::support::{defaults, file};

const SAMPLE: &str = include_str!("../../../../packager.sample.toml");
const PAGE: &str = include_str!("../../../../docs/settings.md");

#[test]
fn the_committed_texts_are_those_of_the_table() {
    let hint = "run `cargo run -p packager-settings --example generate`";
    assert!(SAMPLE == sample(), "packager.sample.toml is stale: {hint}");
    assert!(PAGE == document(), "docs/settings.md is stale: {hint}");
}

#[test]
fn the_sample_changes_nothing() {
    assert_eq!(file(SAMPLE).unwrap().settings, defaults());
}

#[test]
fn every_line_of_the_sample_shows_a_default() {
    let is_setting = |line: &&str| {
        line.strip_prefix('#')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()))
    };
    let shown: Vec<&str> = SAMPLE.lines().filter(is_setting).map(|line| &line[1..]).collect();
    let keys: Vec<&str> = shown.iter().filter_map(|line| line.split(' ').next()).collect();
    let all: Vec<&str> = settings().map(Setting::key).collect();
    assert_eq!(keys, all);

    let loaded = file(&shown.join("\n")).unwrap();
    assert_eq!(loaded.settings, defaults());
    assert_eq!(loaded.warnings, Vec::<String>::new());
}

#[test]
fn every_setting_is_explained() {
    for section in sections() {
        assert!(section.about().ends_with('.'), "{}", section.title());
        for setting in section.settings() {
            assert!(setting.help().ends_with('.'), "{}", setting.key());
            assert!(
                PAGE.contains(&format!("\n| `{}` |", setting.key())),
                "{}",
                setting.key()
            );
        }
    }
}

#[test]
fn every_bound_names_the_abuse_that_it_stops() {
    let bounds = [
        "remember_expired",
        "storage_limit",
        "workers",
        "queue",
        "build_timeout",
        "compression_threads",
        "rate_create",
        "rate_status",
        "rate_download",
        "rate_keys",
        "body_limit",
        "bodies_limit",
        "max_connections",
        "max_connections_per_client",
        "client_timeout",
        "keep_alive",
        "download_idle_timeout",
        "download_least_rate",
        "shutdown_timeout",
    ];
    let section = sections()
        .iter()
        .find(|section| section.title() == "Update limits")
        .unwrap();
    let on_updates: Vec<&str> = section.settings().iter().map(Setting::key).collect();
    for setting in settings() {
        assert_eq!(
            setting.help().contains("Stops "),
            bounds.contains(&setting.key()) || on_updates.contains(&setting.key()),
            "{}",
            setting.key()
        );
    }
}
