//! The registry, as `reg export` writes it.
//!
//! A line `[KEY]` begins a key, a line `"name"=value` or `@=value` is a value of it. Strings are in quotes, in which `\` and
//! `"` are escaped; numbers are `dword:` and eight digits; anything else is `hex:` or, with the number of its type, `hex(7):`, and
//! bytes in hexadecimal, whose lines go on after `\`. Keys and names differ by more than case.

use std::collections::BTreeMap;

/// A value of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryValue {
    /// `REG_SZ`.
    String(String),
    /// `REG_EXPAND_SZ`.
    Expandable(String),
    /// `REG_MULTI_SZ`.
    Strings(Vec<String>),
    /// `REG_DWORD`.
    Number(u32),
    /// Any other type, with its number, and the data.
    Other(u32, Vec<u8>),
}

/// Keys and their values.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Registry {
    /// By the key and the value's name, both in lower case; each with how it is written, keys without their values too.
    entries: BTreeMap<(String, String), (String, RegistryValue)>,
    keys: BTreeMap<String, String>,
}

const REG_SZ: u32 = 1;
const REG_EXPAND_SZ: u32 = 2;
const REG_BINARY: u32 = 3;
const REG_MULTI_SZ: u32 = 7;

impl Registry {
    pub(super) fn parse(text: &str) -> Self {
        let mut registry = Self::default();
        let mut key = String::new();
        for line in text.replace("\\\r\n", "").lines() {
            // Strings may have line breaks in them, which no value of a package has.
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                name.clone_into(&mut key);
                registry.keys.insert(folded(name), name.to_owned());
            } else if let Some((name, value)) = entry(line) {
                registry
                    .entries
                    .insert((folded(&key), name.to_lowercase()), (name, value));
            }
        }
        registry
    }

    /// The keys, as they are written, from `HKEY_LOCAL_MACHINE` on.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.values().map(String::as_str)
    }

    /// Whether there is a key.
    #[must_use]
    pub fn has_key(&self, key: &str) -> bool {
        self.keys.contains_key(&folded(key))
    }

    /// A value. `name` is empty for a key's own.
    #[must_use]
    pub fn value(&self, key: &str, name: &str) -> Option<&RegistryValue> {
        let (_, value) = self.entries.get(&(folded(key), name.to_lowercase()))?;
        Some(value)
    }

    /// The values of a key by their names.
    #[must_use]
    pub fn values(&self, key: &str) -> BTreeMap<&str, &RegistryValue> {
        let key = folded(key);
        self.entries
            .iter()
            .filter(|((of, _), _)| *of == key)
            .map(|(_, (name, value))| (name.as_str(), value))
            .collect()
    }

    /// A line for each key and each value.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let values = self
            .entries
            .iter()
            .map(|((key, _), (name, value))| format!("{}\\{name} = {value:?}", self.keys[key]));
        self.keys.values().map(|key| format!("{key}\\")).chain(values)
    }
}

/// A key as it is compared: in lower case, with its root's full name.
fn folded(key: &str) -> String {
    let key = key.to_lowercase();
    for (short, long) in [("hklm\\", "hkey_local_machine\\"), ("hkcu\\", "hkey_current_user\\")] {
        if let Some(rest) = key.strip_prefix(short) {
            return format!("{long}{rest}");
        }
    }
    key
}

fn entry(line: &str) -> Option<(String, RegistryValue)> {
    if let Some(value) = line.strip_prefix("@=") {
        return Some((String::new(), parse_value(value)?));
    }
    let (name, rest) = quoted(line)?;
    Some((name, parse_value(rest.strip_prefix('=')?)?))
}

fn parse_value(text: &str) -> Option<RegistryValue> {
    if let Some((text, _)) = quoted(text) {
        return Some(RegistryValue::String(text));
    }
    if let Some(digits) = text.strip_prefix("dword:") {
        return u32::from_str_radix(digits, 16).ok().map(RegistryValue::Number);
    }
    let (kind, bytes) = text.strip_prefix("hex")?.split_once(':')?;
    let bytes: Vec<u8> = bytes
        .split(',')
        .filter_map(|byte| u8::from_str_radix(byte.trim(), 16).ok())
        .collect();
    let kind = kind.trim_matches(['(', ')']);
    let kind = if kind.is_empty() {
        REG_BINARY
    } else {
        u32::from_str_radix(kind, 16).ok()?
    };
    Some(match kind {
        REG_SZ => RegistryValue::String(utf16(&bytes)),
        REG_EXPAND_SZ => RegistryValue::Expandable(utf16(&bytes)),
        REG_MULTI_SZ => RegistryValue::Strings(utf16(&bytes).split('\0').map(str::to_owned).collect()),
        _ => RegistryValue::Other(kind, bytes),
    })
}

/// A string in quotes, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut characters = text.strip_prefix('"')?.char_indices();
    let mut string = String::new();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((string, &text[at + 2..])),
            '\\' => string.push(characters.next()?.1),
            _ => string.push(character),
        }
    }
    None
}

/// Text in UTF-16 without the NULs that end it.
fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
        .collect();
    String::from_utf16_lossy(&units).trim_end_matches('\0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPORTED: &str = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\Software\\FleetDM]\r\n\r\n\
        [HKEY_LOCAL_MACHINE\\Software\\FleetDM\\Orbit]\r\n@=\"own\"\r\n\"Path\"=\"C:\\\\Program Files\\\\\\\"Orbit\\\"\"\r\n\
        \"Number\"=dword:0000000a\r\n\"List\"=hex(7):61,00,00,00,62,00,3d,00,\\\r\n  63,00,00,00,00,00\r\n\"Data\"=hex:01,ff\r\n\
        \"Late\"=hex(2):25,00,00,00\r\n";
    const KEY: &str = r"HKLM\software\fleetdm\orbit";

    #[test]
    fn values_of_each_type_are_read() {
        let registry = Registry::parse(EXPORTED);
        let value = |name: &str| registry.value(KEY, name).unwrap().clone();
        assert_eq!(value(""), RegistryValue::String("own".into()));
        assert_eq!(
            value("path"),
            RegistryValue::String("C:\\Program Files\\\"Orbit\"".into())
        );
        assert_eq!(value("Number"), RegistryValue::Number(10));
        assert_eq!(value("List"), RegistryValue::Strings(vec!["a".into(), "b=c".into()]));
        assert_eq!(value("Data"), RegistryValue::Other(REG_BINARY, vec![1, 255]));
        assert_eq!(value("Late"), RegistryValue::Expandable("%".into()));
        assert_eq!(registry.values(KEY).len(), 6);
        assert_eq!(registry.value(KEY, "missing"), None);
    }

    #[test]
    fn keys_without_values_are_keys() {
        let registry = Registry::parse(EXPORTED);
        assert!(registry.has_key(r"HKLM\Software\FleetDM"));
        assert_eq!(registry.keys().count(), 2);
    }
}
