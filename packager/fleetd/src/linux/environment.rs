//! `/etc/default/orbit`: the agent's configuration as a systemd environment file.
//!
//! systemd.exec(5), `EnvironmentFile=`: a line is `NAME=value`; a value may stand in double quotes, in which a backslash
//! escapes `"`, `\`, `` ` `` and `$`. The same form means the same to `/bin/sh`, which administrators source such files
//! with. A value of plain characters stands unquoted, as in the original; any other is quoted, so that no value is cut,
//! changed or read as more than itself. Control characters do not come this far (`packager-spec` refuses them), and a
//! line break in particular is refused here once more.

use packager_spec::PackageSpec;
use zeroize::Zeroizing;

use crate::Error;
use crate::variables::Variables;

/// Room for a file: the longest values are a URL of 2 KiB twice and a path of 1 KiB, escaped.
const CAPACITY: usize = 16 << 10;

/// The file. `update_url` is the repository that the builder uses, for a request that names none.
///
/// # Errors
/// [`Error::Tree`] if a value has a control character.
pub(super) fn environment(spec: &PackageSpec, update_url: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    // Sized beforehand: a string that grows leaves copies of the secret behind.
    let mut file = File(Zeroizing::new(String::with_capacity(CAPACITY)));
    for (name, value) in Variables::of(spec, update_url).texts() {
        file.set(name, value)?;
    }
    Ok(Zeroizing::new(file.0.as_bytes().to_vec()))
}

struct File(Zeroizing<String>);

impl File {
    fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        if value.chars().any(char::is_control) {
            // The message names the variable, never the value.
            let message = format!("the value of {name} has a control character");
            return Err(packager_formats::Error::Invalid(message).into());
        }
        self.0.push_str(name);
        self.0.push('=');
        if value.chars().all(is_plain) {
            self.0.push_str(value);
        } else {
            self.0.push('"');
            for c in value.chars() {
                if matches!(c, '"' | '\\' | '`' | '$') {
                    self.0.push('\\');
                }
                self.0.push(c);
            }
            self.0.push('"');
        }
        self.0.push('\n');
        Ok(())
    }
}

/// Characters that mean themselves to systemd and to `/bin/sh`, wherever they stand in a value.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// `/bin/sh` decides; systemd itself reads the file in the scenario with a booted system.
    #[test]
    fn every_printable_value_survives() {
        let folder = tempfile::tempdir().unwrap();
        let all: String = (' '..='~').collect();
        let values = [
            "plain-value_1.2:3/4",
            &all,
            " a  b ",
            "#not a comment",
            "a\\",
            "\\",
            "\"",
            "'",
            "$HOME",
            "`id`",
            "$(id)",
            "a;id",
            "é ü \u{1F600}",
            "!x",
            "a=b",
            "~",
        ];
        for value in values {
            let mut file = File(Zeroizing::new(String::new()));
            file.set("ORBIT_TEST", value).unwrap();
            let path = folder.path().join("env");
            std::fs::write(&path, file.0.as_bytes()).unwrap();
            let output = Command::new("/bin/sh")
                .args(["-ec", ". \"$0\"; printf %s \"$ORBIT_TEST\""])
                .arg(&path)
                .output()
                .unwrap();
            assert!(output.status.success());
            assert_eq!(String::from_utf8(output.stdout).unwrap(), value, "{}", &*file.0);
            assert_eq!(file.0.lines().count(), 1);
        }
    }

    #[test]
    fn control_characters_are_refused_without_being_quoted() {
        for value in ["hunter2\nORBIT_DEBUG=true", "hunter2\r", "hunter2\0", "hunter2\u{85}"] {
            let mut file = File(Zeroizing::new(String::new()));
            let error = file.set("ORBIT_ENROLL_SECRET", value).unwrap_err();
            let text = format!("{error:?}");
            assert!(
                text.contains("ORBIT_ENROLL_SECRET") && !text.contains("hunter2"),
                "{text}"
            );
        }
    }
}
