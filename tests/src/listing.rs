//! What lies on a system.

use std::collections::BTreeMap;

use crate::deb::Deb;
use crate::host::Host;

/// Paths with what lies there: type, mode, owner and group by number, and a link's target. `d 0755 0:0`,
/// `l 0777 0:0 -> /opt/orbit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing(BTreeMap<String, String>);

/// What is mounted (`/proc`, the folder of packages) is listed, and not what is in it.
const LIST: &str = r#"
find "$1" -xdev -mindepth 1 \( -type l -printf '/%P\t%y 0%m %U:%G -> %l\n' -o -printf '/%P\t%y 0%m %U:%G\n' \)
"#;
const DIGESTS: &str = "find / -xdev -type f -print0 | xargs -0 sha256sum --zero";

impl Listing {
    /// Lists all of `host`.
    #[must_use]
    pub fn of(host: &impl Host) -> Self {
        Self::below(host, "/")
    }

    /// Lists what a deb carries, unpacked by `dpkg-deb` into a folder of `host`.
    #[must_use]
    pub fn of_deb(host: &impl Host, deb: &Deb) -> Self {
        let script = r#"mkdir /srv/unpacked && dpkg-deb --extract "$1" /srv/unpacked"#;
        host.sh(script, &[&host.put(deb)]);
        Self::below(host, "/srv/unpacked")
    }

    fn below(host: &impl Host, top: &str) -> Self {
        let entries = host.sh(LIST, &[top]);
        let entry = |line: &str| {
            let (path, what) = line.split_once('\t').unwrap();
            (path.to_owned(), what.to_owned())
        };
        Self(entries.lines().map(entry).collect())
    }

    /// Lists all of `host` with the digests of what files hold.
    #[must_use]
    pub fn with_digests(host: &impl Host) -> Self {
        let mut listing = Self::of(host);
        for line in host.sh(DIGESTS, &[]).split_terminator('\0') {
            let (digest, path) = line.split_once("  ").unwrap();
            let what = listing.0.get_mut(path).unwrap_or_else(|| panic!("{line}"));
            what.push(' ');
            what.push_str(digest);
        }
        listing
    }

    /// Reads a table as tests have it, `what path` a line, ` -> target` behind a link's path.
    #[must_use]
    pub fn table(text: &str) -> Self {
        let entry = |line: &str| {
            let mut words = line.split_whitespace();
            let mut word = || words.next().unwrap_or_else(|| panic!("{line:?}"));
            let (kind, mode, owner, path) = (word(), word(), word(), word());
            let target = line.split_once(" -> ").map(|(_, target)| format!(" -> {target}"));
            let what = format!("{kind} {mode} {owner}{}", target.unwrap_or_default());
            (path.to_owned(), what)
        };
        Self(text.lines().filter(|line| !line.trim().is_empty()).map(entry).collect())
    }

    /// What is here and not in `before`, or is another thing there.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let is_new = |(path, what): &(&String, &String)| before.0.get(*path) != Some(what);
        Self(
            self.0
                .iter()
                .filter(is_new)
                .map(|(p, w)| (p.clone(), w.clone()))
                .collect(),
        )
    }

    /// Without what lies at or below one of `paths`.
    #[must_use]
    pub fn without(mut self, paths: &[&str]) -> Self {
        let is_below = |path: &str, top: &str| {
            path.strip_prefix(top)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || top.ends_with('/'))
        };
        self.0.retain(|path, _| !paths.iter().any(|top| is_below(path, top)));
        self
    }

    /// The paths.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What lies at `path`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }
}

impl std::fmt::Display for Listing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|(path, what)| writeln!(f, "{path}\t{what}"))
    }
}
