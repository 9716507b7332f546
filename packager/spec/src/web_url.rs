//! The rule that the Fleet URL and the update URL share.
//!
//! Such a URL ends up in a systemd environment file, a property list, a configuration profile or an installer's
//! property, and is read by Go's `net/url`. So it is kept as it was typed, and only what all of these read alike is
//! accepted: the characters of RFC 3986, without the two that shells give a meaning (`$` and `'`).

use url::Url;

use crate::{InvalidValue, host_port, text};

const MAX_BYTES: usize = 2048;

pub(crate) fn check(url: &str) -> Result<(), InvalidValue> {
    text::check(url, MAX_BYTES)?;
    if !url.chars().all(is_allowed) {
        return Err(InvalidValue::new(
            "must hold only the characters of a URL: no spaces, quotes, backslashes, `$` or non-ASCII \
             (a host name in another script is written in its xn-- form)",
        ));
    }
    let after_scheme = strip_scheme(url).ok_or_else(|| InvalidValue::new("must be an absolute http or https URL"))?;
    let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(InvalidValue::new("must not carry user info"));
    }
    host_port::check(authority)?;
    if !escapes_are_whole(url) {
        return Err(InvalidValue::new("must have two hexadecimal digits after each `%`"));
    }
    // The checks above are stricter; this one is by the standard's own reader.
    match Url::parse(url) {
        Ok(parsed) if parsed.has_host() => Ok(()),
        _ => Err(InvalidValue::new("must be an absolute http or https URL")),
    }
}

/// The unreserved and reserved characters of RFC 3986, section 2, and `%`; without `$` and `'`.
fn is_allowed(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~:/?#[]@!&()*+,;=%".contains(character)
}

fn strip_scheme(url: &str) -> Option<&str> {
    let (scheme, after) = url.split_once("://")?;
    (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")).then_some(after)
}

fn escapes_are_whole(url: &str) -> bool {
    url.split('%').skip(1).all(|after| {
        after
            .split_at_checked(2)
            .is_some_and(|(digits, _)| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    })
}
