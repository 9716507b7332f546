//! The bounds on the update repository, for a local build.

use std::ffi::OsString;

use packager_service::update_limits;
use packager_settings::{Environment, Settings, sections};
use packager_targets::Limits;

use crate::error::Error;

const SECTION: &str = "Update limits";

/// The bounds that the service has by default, changed by its variables (`PACKAGER_UPDATE_…`) of the section "Update
/// limits" alone: the other settings are of no concern to a local build, and need not be valid.
pub(super) fn limits(variable: impl Fn(&str) -> Option<OsString>) -> Result<Limits, Error> {
    let section = || sections().iter().filter(|section| section.title() == SECTION);
    let lookup = |name: &str| {
        let mut settings = section().flat_map(packager_settings::Section::settings);
        settings
            .any(|setting| setting.variable() == name)
            .then(|| variable(name))
            .flatten()
    };
    let environment = Environment::new(&lookup, []);
    let loaded = Settings::load(&[], &environment, None);
    let loaded = loaded.map_err(Error::failed("the limits on the update repository cannot be used"))?;
    Ok(update_limits(&loaded.settings.update_limits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_the_section_count_and_no_others() {
        let found = |name: &str| match name {
            "PACKAGER_UPDATE_TARGET_LIMIT" => Some("3MiB".into()),
            "PACKAGER_UPDATE_CACHE_LIMIT" => None,
            _ => Some("nonsense".into()),
        };
        let only = |name: &str| name.ends_with("_TARGET_LIMIT").then(|| found(name)).flatten();
        assert_eq!(limits(only).unwrap().target_bytes, 3 << 20);
        assert_eq!(limits(|_| None).unwrap().target_bytes, Limits::default().target_bytes);
        let outside = |name: &str| (!name.starts_with("PACKAGER_UPDATE_")).then(|| found(name)).flatten();
        assert!(limits(outside).is_ok());
        let error = limits(|name| (name == "PACKAGER_UPDATE_ATTEMPTS").then(|| "many".into())).unwrap_err();
        assert!(
            crate::terminal::with_causes(&error).contains("PACKAGER_UPDATE_ATTEMPTS"),
            "{error}"
        );
    }
}
