//! `host[:port]`, alone or inside a URL.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::InvalidValue;

/// The longest domain name in its textual form (RFC 1035, section 2.3.4, without the root's dot).
const MAX_NAME_BYTES: usize = 253;
const MAX_LABEL_BYTES: usize = 63;

/// Accepts a domain name, an IPv4 address or a bracketed IPv6 address, and a port from 1 to 65535 after it.
pub(crate) fn check(text: &str) -> Result<(), InvalidValue> {
    let (host_is_valid, after) = if let Some(bracketed) = text.strip_prefix('[') {
        match bracketed.split_once(']') {
            Some((address, after)) => (address.parse::<Ipv6Addr>().is_ok(), after),
            None => (false, ""),
        }
    } else {
        let end = text.find(':').unwrap_or(text.len());
        let (name, after) = text.split_at_checked(end).unwrap_or((text, ""));
        (is_name(name), after)
    };
    if !host_is_valid {
        return Err(InvalidValue::new(
            "must have a host: a domain name in ASCII, an IPv4 address, or an IPv6 address in brackets",
        ));
    }
    match after.strip_prefix(':') {
        None if after.is_empty() => Ok(()),
        Some(port) if is_port(port) => Ok(()),
        _ => Err(InvalidValue::new("must have a port from 1 to 65535 after its colon")),
    }
}

/// Whether `name` is a domain name, or an IPv4 address in the usual notation. Underscores are accepted, since real
/// networks have them.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.len() > MAX_NAME_BYTES || !name.split('.').all(is_label) {
        return false;
    }
    // A name that ends in a number is an address to some readers (WHATWG URL, "ends in a number") and a name to
    // others: only the notation that all read alike is left.
    let last = name.rsplit('.').next().unwrap_or(name);
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    let ends_in_number = last.bytes().all(|byte| byte.is_ascii_digit())
        || hexadecimal.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    !ends_in_number || name.parse::<Ipv4Addr>().is_ok()
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= MAX_LABEL_BYTES
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_port(port: &str) -> bool {
    // The parser alone would take a sign, and any number of leading zeros.
    port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port != 0)
}
