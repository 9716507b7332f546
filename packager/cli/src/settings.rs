//! The settings of the service as flags, and where the rest of them comes from.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use packager_settings::{
    CONFIG_FLAG, CONFIG_VARIABLE, Environment, Loaded, MAX_FILE_BYTES, Section, Setting, Settings, sections,
};
use packager_targets::embedded_root;

use crate::error::Error;
use crate::package::read_file;

/// The settings that the command line gives. Their flags come from the table of all settings.
#[derive(Debug, Default)]
pub(crate) struct SettingsFlags {
    config: Option<PathBuf>,
    /// Keys with their values.
    given: Vec<(&'static str, String)>,
}

impl SettingsFlags {
    /// The settings in force: flags over variables over the file over defaults.
    pub(crate) fn load(&self) -> Result<Loaded, Error> {
        let text = match &self.config {
            None => None,
            Some(path) => {
                let text = read_file(&format!("--{CONFIG_FLAG}"), path, MAX_FILE_BYTES)?;
                Some((path.as_path(), text))
            }
        };
        let given: Vec<_> = self.given.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let lookup = |name: &str| std::env::var_os(name);
        let environment = Environment::new(&lookup, std::env::vars_os().map(|(name, _)| name));
        let file = text.as_ref().map(|(path, text)| (*path, text.expose_secret()));
        Settings::load(&given, &environment, file).map_err(Error::failed("the configuration cannot be used"))
    }

    /// The same, refused when the update repository could not be verified.
    pub(crate) fn load_for_service(&self) -> Result<Loaded, Error> {
        let loaded = self.load()?;
        loaded
            .require_trusted_root(|url| embedded_root(url).is_some())
            .map_err(Error::failed("the configuration cannot be used"))?;
        Ok(loaded)
    }
}

impl Args for SettingsFlags {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new(CONFIG_FLAG)
            .long(CONFIG_FLAG)
            .value_name("FILE")
            .env(CONFIG_VARIABLE)
            .value_parser(clap::value_parser!(PathBuf))
            .help("The configuration file, in TOML");
        let mut command = command.next_line_help(true).arg(config);
        for section in sections() {
            for setting in section.settings() {
                command = command.arg(flag(setting).help_heading(section.title()));
            }
        }
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingsFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.config = matches.get_one::<PathBuf>(CONFIG_FLAG).cloned();
        self.given = all()
            .flat_map(|setting| {
                let values = matches.get_many::<String>(setting.key()).into_iter().flatten();
                values.map(|value| (setting.key(), value.clone()))
            })
            .collect();
        Ok(())
    }
}

fn all() -> impl Iterator<Item = &'static Setting> {
    sections().iter().flat_map(Section::settings)
}

fn flag(setting: &'static Setting) -> Arg {
    let default = match setting.default_text() {
        "" => String::new(),
        default => format!(" [default: {default}]"),
    };
    let help = format!(
        "{} [{}]{default} [env: {}]",
        setting.help(),
        setting.form(),
        setting.variable()
    );
    Arg::new(setting.key())
        .long(setting.flag())
        .value_name("VALUE")
        .help(help)
        .action(if setting.is_list() {
            ArgAction::Append
        } else {
            ArgAction::Set
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<SettingsFlags, clap::Error> {
        let command = SettingsFlags::augment_args(Command::new("serve"));
        let matches = command.try_get_matches_from([&["serve"], arguments].concat())?;
        SettingsFlags::from_arg_matches(&matches)
    }

    #[test]
    fn every_setting_has_its_flag() {
        for setting in all() {
            let flags = parse(&[&format!("--{}", setting.flag()), "text"]).unwrap();
            assert_eq!(flags.given, [(setting.key(), "text".to_owned())]);
        }
    }

    #[test]
    fn nothing_given_is_nothing_given() {
        assert!(parse(&[]).unwrap().given.is_empty());
    }

    #[test]
    fn lists_may_be_given_in_pieces_and_others_once() {
        let flags = parse(&["--trusted-proxies", "10.0.0.0/8", "--trusted-proxies", "::1"]).unwrap();
        assert_eq!(flags.given.len(), 2);
        assert!(parse(&["--listen", "[::1]:1", "--listen", "[::1]:2"]).is_err());
    }

    #[test]
    fn flags_reach_the_settings_and_problems_name_them() {
        let flags = parse(&["--listen", "127.0.0.1:0", "--admin-listen", "off"]).unwrap();
        let loaded = flags.load().unwrap();
        assert_eq!(loaded.settings.network.listen.port(), 0);
        assert_eq!(loaded.settings.network.admin_listen, None);
        let error = parse(&["--queue", "many"]).unwrap().load().unwrap_err();
        assert!(crate::terminal::with_causes(&error).contains("--queue"), "{error}");
    }

    #[test]
    fn the_file_is_read_and_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("packager.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:1234\"\n").unwrap();
        let arguments = ["--config", path.to_str().unwrap()];
        let loaded = parse(&arguments).unwrap().load().unwrap();
        assert_eq!(loaded.settings.network.listen.port(), 1234);
        std::fs::write(&path, " ".repeat(MAX_FILE_BYTES + 1)).unwrap();
        assert!(parse(&arguments).unwrap().load().is_err());
    }
}
