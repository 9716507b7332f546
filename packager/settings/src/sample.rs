//! The sample of a configuration file.

use std::fmt::Write as _;

use crate::table::sections;
use crate::toml_text::assignment;

const INTRODUCTION: &str = "\
Settings of `packager serve`. Every line below that begins with `#` and a key shows the default: remove the `#` to change it.
The same settings can be given as flags (`--admin-listen`) and as variables (`PACKAGER_ADMIN_LISTEN`); a flag goes over a \
variable, and a variable over this file. `${NAME}` in a string is replaced from the environment; `$${` stands for `${`.
Secrets are best referred to: `file:/path`, `env:NAME`, or `systemd:NAME` for a credential that systemd hands over.";

const MOST_COLUMNS: usize = 100;

/// A configuration file that shows every setting with its default, commented out.
#[must_use]
pub fn sample() -> String {
    let mut text = String::new();
    for paragraph in INTRODUCTION.lines() {
        comment(&mut text, paragraph);
    }
    for section in sections() {
        let _ = writeln!(text, "\n\n# ---- {} ----", section.title);
        comment(&mut text, &section.about());
        for setting in section.settings {
            text.push('\n');
            comment(&mut text, &setting.help());
            comment(&mut text, &capitalized(&setting.form()));
            let _ = writeln!(text, "#{}", assignment(setting, setting.default));
        }
    }
    text
}

/// Lines of a comment, broken between words.
fn comment(text: &mut String, paragraph: &str) {
    let mut line = String::from("#");
    for word in paragraph.split(' ') {
        if line.len() + 1 + word.len() > MOST_COLUMNS {
            let _ = writeln!(text, "{line}");
            line = String::from("#");
        }
        let _ = write!(line, " {word}");
    }
    let _ = writeln!(text, "{line}");
}

/// The form of a value as a sentence.
pub(crate) fn capitalized(form: &str) -> String {
    let mut characters = form.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).chain(['.']).collect()
}
