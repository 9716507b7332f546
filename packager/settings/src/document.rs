//! The page about the settings.

use std::fmt::Write as _;

use crate::sample::capitalized;
use crate::table::sections;

const INTRODUCTION: &str = "\
# Settings

<!-- Made from the table in packager/settings/src/table.rs: `cargo run -p packager-settings --example generate`. -->

Every setting has a key, a flag and a variable: `admin_listen` is `--admin-listen` and `PACKAGER_ADMIN_LISTEN`. A flag goes
over a variable, a variable over the file, the file over the default. The file is TOML, without tables, and is named by
`--config` or `PACKAGER_CONFIG`; [packager.sample.toml](../packager.sample.toml) shows all of it.

- `${NAME}` in a string of the file is replaced from the environment, and a name that is not set is an error. `$${` stands
  for `${`. Flags and variables are taken as they are.
- An unknown key or flag is an error; an unknown variable that begins with `PACKAGER_` is warned of. All problems are
  reported together. `packager config check` looks for them, `packager config print` shows what is in force and where it
  comes from, without secrets.
- A duration is whole numbers with the units `d`, `h`, `m`, `s`, `ms`: `90s`, `1h30m`. A size is a whole number with `KiB`,
  `MiB`, `GiB`, `TiB`, or `KB`, `MB`, `GB`, `TB`. A list is separated by commas, or in the file an array; its flag may be
  repeated. The empty value takes back what a weaker source gave, where none is the default.
- A **secret reference** is `file:/path`, `env:NAME`, or `systemd:NAME` for a credential that systemd hands over (see
  systemd.exec(5), `LoadCredential=`). The secret itself is accepted with a warning, for trials. One line break at the end
  of a secret text does not count.
";

/// The page about all settings, in Markdown.
#[must_use]
pub fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    for section in sections() {
        let _ = writeln!(text, "\n## {}\n{}\n", section.title, section.about());
        text.push_str("| setting | default | |\n|---|---|---|\n");
        for setting in section.settings {
            let default = match setting.default {
                "" => "none".to_owned(),
                default => format!("`{default}`"),
            };
            let meaning = format!("{} {}", setting.help(), capitalized(&setting.form()));
            let _ = writeln!(text, "| `{}` | {} | {} |", setting.key, cell(&default), cell(&meaning));
        }
    }
    text
}

/// Text that does not end its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
