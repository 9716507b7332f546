//! Loading without a process: flags, variables and the file are texts.

use std::ffi::OsString;
use std::path::Path;

use packager_settings::{Environment, InvalidSettings, Loaded, Settings};

pub const FILE: &str = "packager.toml";

pub fn load(flags: &[(&str, &str)], variables: &[(&str, &str)], file: Option<&str>) -> Result<Loaded, InvalidSettings> {
    let lookup = |name: &str| {
        let found = variables.iter().find(|(variable, _)| *variable == name);
        found.map(|(_, value)| OsString::from(*value))
    };
    let names = variables.iter().map(|(name, _)| OsString::from(*name));
    Settings::load(
        flags,
        &Environment::new(&lookup, names),
        file.map(|text| (Path::new(FILE), text)),
    )
}

pub fn flag(key: &str, value: &str) -> Result<Loaded, InvalidSettings> {
    load(&[(key, value)], &[], None)
}

pub fn file(text: &str) -> Result<Loaded, InvalidSettings> {
    load(&[], &[], Some(text))
}

pub fn defaults() -> Settings {
    load(&[], &[], None).unwrap().settings
}

pub fn problems(result: Result<Loaded, InvalidSettings>) -> Vec<String> {
    let problems = result.unwrap_err().problems;
    problems.iter().map(ToString::to_string).collect()
}
