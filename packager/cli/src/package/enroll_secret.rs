//! Where the enroll secret comes from.

use std::ffi::OsString;
use std::io::Read;

use packager_api::SecretText;
use zeroize::Zeroizing;

use super::bounded_file::{read_bounded, read_text};
use super::flags::EnrollmentFlags;
use crate::error::Error;

/// The variable that is read when no flag gives a secret.
pub(crate) const VARIABLE: &str = "FLEET_ENROLL_SECRET";

/// Longer than any secret may be: the rule itself is the request's to check.
const LIMIT_BYTES: usize = 4 << 10;

/// The secret from the flag, from standard input for `-`, from the file, or from the environment, in this order.
/// Empty ones count as not given, as with fleetctl.
pub(crate) fn enroll_secret(
    flags: &EnrollmentFlags,
    stdin: impl Read,
    variable: impl FnOnce(&str) -> Option<OsString>,
) -> Result<Option<SecretText>, Error> {
    let secret = match (&flags.enroll_secret, &flags.enroll_secret_file) {
        (Some(dash), _) if dash.expose_secret() == "-" => Some(from_stdin(stdin)?),
        (Some(given), _) if !given.expose_secret().is_empty() => Some(given.clone()),
        (_, Some(path)) => {
            let text = read_text("--enroll-secret-file", path, LIMIT_BYTES)?;
            Some(without_line_break(text.expose_secret()))
        }
        _ => match variable(VARIABLE).map(OsString::into_string) {
            None => None,
            Some(Ok(secret)) => Some(SecretText::from(secret)),
            // The refused value is dropped unseen.
            Some(Err(_)) => return Err(Error::Usage(format!("{VARIABLE} is not UTF-8"))),
        },
    };
    Ok(secret.filter(|secret| !secret.expose_secret().is_empty()))
}

fn from_stdin(stdin: impl Read) -> Result<SecretText, Error> {
    let bytes: Zeroizing<Vec<u8>> =
        read_bounded(stdin, LIMIT_BYTES).map_err(Error::io("read the enroll secret from standard input"))?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(without_line_break(text)),
        Err(_) => Err(Error::Usage(
            "the enroll secret on standard input is not UTF-8".to_owned(),
        )),
    }
}

/// Editors and `echo` end a file with one line break. Anything else that is wrong is for the rules to say.
fn without_line_break(text: &str) -> SecretText {
    let text = text.strip_suffix('\n').unwrap_or(text);
    SecretText::from(text.strip_suffix('\r').unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::package::tests::flags;

    fn read(arguments: &[&str], stdin: &str, variable: Option<&str>) -> Result<Option<String>, Error> {
        let flags = flags(arguments);
        let lookup = |name: &str| {
            assert_eq!(name, "FLEET_ENROLL_SECRET");
            variable.map(OsString::from)
        };
        let secret = enroll_secret(&flags.enrollment, stdin.as_bytes(), lookup)?;
        Ok(secret.map(|secret| secret.expose_secret().to_owned()))
    }

    fn is(result: Result<Option<String>, Error>, expected: &str) {
        assert_eq!(result.unwrap().as_deref(), Some(expected));
    }

    #[test]
    fn each_source_gives_it_and_flags_come_before_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "from file\r\n").unwrap();
        let file = ["--enroll-secret-file", path.to_str().unwrap()];
        is(
            read(&["--enroll-secret", "from flag"], "", Some("from env")),
            "from flag",
        );
        is(
            read(&["--enroll-secret", "-"], "from stdin\n", Some("from env")),
            "from stdin",
        );
        is(read(&file, "", Some("from env")), "from file");
        is(read(&[], "not read", Some("from env")), "from env");
        is(read(&["--enroll-secret", ""], "", Some("from env")), "from env");
        is(read(&["--enroll-secret", "--x"], "", None), "--x");
    }

    #[test]
    fn nothing_is_given_without_any_source() {
        assert_eq!(read(&[], "not read", None).unwrap(), None);
        assert_eq!(read(&["--enroll-secret", ""], "", Some("")).unwrap(), None);
    }

    #[test]
    fn only_the_last_line_break_is_taken_off() {
        is(read(&["--enroll-secret", "-"], "a\n\n", None), "a\n");
        is(read(&["--enroll-secret", "-"], " a ", None), " a ");
    }

    #[test]
    fn standard_input_is_bounded() {
        let flags = flags(&["--enroll-secret", "-"]);
        let error = enroll_secret(&flags.enrollment, io::repeat(b'x'), |_| None).unwrap_err();
        assert!(!crate::terminal::with_causes(&error).contains("xx"), "{error}");
    }
}
