//! What lies on a system.

use std::collections::BTreeMap;
use std::process::Command;

use crate::deb::Deb;
use crate::host::Host;
use crate::pkg::UnpackedPkg;
use crate::ran::Ran;

/// Paths with what lies there: type, mode, owner and group by number, and a link's target. `d 0755 0:0`,
/// `l 0777 0:0 -> /opt/orbit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing(BTreeMap<String, String>);

/// That two listings are the same. Differences say more than two long lists.
///
/// # Panics
/// If they are not.
pub fn assert_same(found: &Listing, expected: &Listing) {
    let (surplus, missing) = (found.since(expected), expected.since(found));
    assert!(
        found == expected,
        "found, not expected:\n{surplus}\nexpected, not found:\n{missing}"
    );
}

/// What is mounted (`/proc`, the folder of packages) is listed, and not what is in it.
const LIST: &str = r"
find / -xdev -mindepth 1 \( -type l -printf '%p\t%y 0%m %U:%G -> %l\n' -o -printf '%p\t%y 0%m %U:%G\n' \)
";
const DIGESTS: &str = "find / -xdev -type f -print0 | xargs -0 sha256sum --zero";

impl Listing {
    /// Lists all of `host`.
    ///
    /// # Panics
    /// As all methods that list, if a tool fails or says what is not understood.
    #[must_use]
    pub fn of(host: &impl Host) -> Self {
        let entries = host.sh(LIST, &[]);
        let entry = |line: &str| {
            let (path, what) = line.split_once('\t').unwrap();
            (path.to_owned(), what.to_owned())
        };
        Self(entries.lines().map(entry).collect())
    }

    /// Lists what a deb carries, as `dpkg-deb` and `tar` read it on `host`.
    #[must_use]
    pub fn of_deb(host: &impl Host, deb: &Deb) -> Self {
        let script = r#"
            dpkg-deb --fsys-tarfile "$1" | tar --list --verbose --numeric-owner --full-time --quoting-style=literal
        "#;
        let entries = host.sh(script, &[&host.put(deb)]);
        Self(entries.lines().map(tar_entry).collect())
    }

    /// Lists what an Arch package carries, pacman's own files included, as `zstd` and `tar` read it.
    ///
    /// # Panics
    /// If they do not.
    #[must_use]
    pub fn of_arch(package: &Deb) -> Self {
        // Names as in debs, which begin with a dot.
        let script = r#"
            zstd --decompress --stdout "$1" | tar --list --verbose --numeric-owner --full-time --quoting-style=literal \
                --transform 'flags=rSH;s,^,./,' --show-transformed-names
        "#;
        let mut list = Command::new("bash");
        list.args(["-euo", "pipefail", "-c", script, "bash"])
            .arg(package.path());
        Self(Ran::new(list).expect_success().lines().map(tar_entry).collect())
    }

    /// Lists what the payload of an unpacked pkg brings.
    ///
    /// # Panics
    /// If it cannot be listed.
    #[must_use]
    pub fn of_pkg(package: &UnpackedPkg) -> Self {
        let script =
            r"find . -mindepth 1 \( -type l -printf '/%P\t%y 0%m %U:%G -> %l\n' -o -printf '/%P\t%y 0%m %U:%G\n' \)";
        let mut list = Command::new("sh");
        list.args(["-euc", script]).current_dir(package.payload());
        let entry = |line: &str| {
            let (path, what) = line.split_once('\t').unwrap();
            (path.to_owned(), what.to_owned())
        };
        Self(Ran::new(list).expect_success().lines().map(entry).collect())
    }

    /// Reads what `rpm` says of a package's files, `path TAB permissions owner mode TAB target` a line.
    pub(crate) fn of_rpm(text: &str) -> Self {
        let entry = |line: &str| {
            let mut columns = line.split('\t');
            let mut column = || columns.next().unwrap_or_else(|| panic!("{line:?}"));
            let (path, properties, target) = (column(), column(), column());
            let properties: Vec<_> = properties.split(' ').collect();
            let [permissions_text, owner, st_mode] = properties[..] else {
                panic!("{line:?}")
            };
            let kind = permissions_text[..1].replace('-', "f");
            let mode = u32::from_str_radix(st_mode, 8).unwrap() & 0o7777;
            let owner = owner.replace("root", "0");
            let arrow = if target.is_empty() { "" } else { " -> " };
            (path.to_owned(), format!("{kind} 0{mode:o} {owner}{arrow}{target}"))
        };
        Self(text.lines().map(entry).collect())
    }

    /// Lists all of `host` with the digests of what files hold.
    ///
    /// # Panics
    /// As [`Listing::of`].
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
    ///
    /// # Panics
    /// If a line is not so.
    #[must_use]
    pub fn table(text: &str) -> Self {
        let entry = |line: &str| {
            let (entry, target) = line.split_once(" -> ").unwrap_or((line, ""));
            let mut words = entry.trim().splitn(4, ' ');
            let mut word = || words.next().unwrap_or_else(|| panic!("{line:?}"));
            let (kind, mode, owner, path) = (word(), word(), word(), word());
            let arrow = if target.is_empty() { "" } else { " -> " };
            (path.to_owned(), format!("{kind} {mode} {owner}{arrow}{target}"))
        };
        Self(text.lines().filter(|line| !line.trim().is_empty()).map(entry).collect())
    }

    /// How many paths there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
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

    /// Without the digests of what files hold.
    #[must_use]
    pub fn without_digests(&self) -> Self {
        let is_digest = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let shorten = |what: &str| match what.rsplit_once(' ') {
            Some((rest, last)) if is_digest(last) => rest.to_owned(),
            _ => what.to_owned(),
        };
        Self(
            self.0
                .iter()
                .map(|(path, what)| (path.clone(), shorten(what)))
                .collect(),
        )
    }

    /// The paths.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl std::fmt::Display for Listing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|(path, what)| writeln!(f, "{path}\t{what}"))
    }
}

/// `lrwxrwxrwx 0/0 0 2026-01-02 03:04:05 ./usr/local/bin/orbit -> /opt/orbit/bin/orbit/orbit`
fn tar_entry(line: &str) -> (String, String) {
    let mut words = line.splitn(6, char::is_whitespace).filter(|word| !word.is_empty());
    let mut word = || words.next().unwrap_or_else(|| panic!("{line:?}"));
    let (mode, owner, rest) = (word(), word().replace('/', ":"), line.split_once(" ./").unwrap().1);
    let (path, target) = rest.split_once(" -> ").unwrap_or((rest, ""));
    let arrow = if target.is_empty() { "" } else { " -> " };
    let kind = mode[..1].replace('-', "f");
    let path = format!("/{}", path.trim_end_matches('/'));
    (
        path,
        format!("{kind} 0{:o} {owner}{arrow}{target}", permissions(&mode[1..])),
    )
}

/// `rwxr-xr-x`
fn permissions(text: &str) -> u32 {
    let special = [0o4000, 0o2000, 0o1000];
    text.chars().enumerate().fold(0, |mode, (index, c)| {
        let bit = 0o400 >> index;
        mode | match c {
            '-' => 0,
            'r' | 'w' | 'x' => bit,
            's' | 't' => bit | special[index / 3],
            'S' | 'T' => special[index / 3],
            other => panic!("{other:?} in {text:?}"),
        }
    })
}
