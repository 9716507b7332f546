//! From settings to bounds on the update repository.

use packager_settings::UpdateLimits;
use packager_targets::Limits;

/// The bounds that the settings ask for.
#[must_use]
pub fn update_limits(settings: &UpdateLimits) -> Limits {
    let mut limits = Limits::default();
    limits.root_bytes = settings.update_root_limit;
    limits.timestamp_bytes = settings.update_timestamp_limit;
    limits.snapshot_bytes = settings.update_snapshot_limit;
    limits.targets_bytes = settings.update_targets_limit;
    limits.target_bytes = settings.update_target_limit;
    limits.root_rotations = u32::try_from(settings.update_root_rotations).unwrap_or(u32::MAX);
    limits.pace.grace = settings.update_grace;
    limits.pace.bytes_per_second = settings.update_throughput;
    limits.retry.attempts = u32::try_from(settings.update_attempts).unwrap_or(u32::MAX);
    limits.cache_bytes = settings.update_cache_limit;
    limits.archive.stream_bytes = settings.update_archive_limit;
    limits.archive.entries = settings.update_archive_entries;
    limits.archive.path_bytes = settings.update_archive_path;
    limits.archive.path_depth = settings.update_archive_depth;
    limits
}

#[cfg(test)]
mod tests {
    use packager_settings::{Environment, Settings, sections};

    use super::*;

    fn limits(flags: &[(&str, &str)]) -> String {
        let loaded = Settings::load(flags, &Environment::empty(), None).unwrap();
        format!("{:?}", update_limits(&loaded.settings.update_limits))
    }

    #[test]
    fn the_defaults_are_those_of_the_library() {
        assert_eq!(limits(&[]), format!("{:?}", Limits::default()));
    }

    #[test]
    fn every_setting_reaches_a_bound_of_its_own() {
        let section = sections()
            .iter()
            .find(|section| section.title() == "Update limits")
            .unwrap();
        let mut seen = vec![limits(&[])];
        for setting in section.settings() {
            let value = match setting.key() {
                "update_cache_limit" | "update_target_limit" | "update_archive_limit" => "7654321",
                "update_grace" => "77s",
                "update_attempts" => "7",
                _ => "777",
            };
            let changed = limits(&[(setting.key(), value)]);
            assert!(!seen.contains(&changed), "{}", setting.key());
            seen.push(changed);
        }
    }
}
