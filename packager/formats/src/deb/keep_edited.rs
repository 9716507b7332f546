//! Files that an upgrade leaves as the host's administrator, or the program itself, edited them.
//!
//! dpkg's own answer is the conffile. It asks a question when both sides changed, and where there is nobody to answer
//! (a device management tool, an unattended upgrade) the upgrade fails; and it asks again whenever a file that was no
//! conffile before becomes one, as in a move from a package that `fleetctl package` built. So the scripts below do what
//! rpm does for `%config(noreplace)`, without asking: an edited file stays, and the new package's lies beside it with
//! the ending `.dpkg-dist`, dpkg's own name for it. A file counts as edited if it differs from the digest that the
//! installed package recorded in `md5sums`, or if that recorded none.
//!
//! The copy is made before the new files are unpacked and takes its place after, and an upgrade that is called off in
//! between drops it again: unless it differs from the file, and so is that of an earlier upgrade that was unpacked and
//! never configured. It gets its name when it is whole, so that a full disk leaves no half of one.

use std::fmt::Write as _;

use crate::{Entry, Kind, OnUpgrade, Tree};

/// Snippets to stand in front of a package's own maintainer scripts; empty if no file asks for them.
#[derive(Debug, Default)]
pub(super) struct Snippets {
    pub pre_install: String,
    pub post_install: String,
    pub post_remove: String,
}

const PRE_INSTALL: &str = r#"keep_edited() {
  test -f "/$1" || return 0
  sums="${DPKG_ADMINDIR:-/var/lib/dpkg}/info/$DPKG_MAINTSCRIPT_PACKAGE.md5sums"
  recorded=$(sed -n "s|^\([0-9a-f]\{32\}\)  /\{0,1\}$2\$|\1|p" "$sums" 2>/dev/null || true)
  current=$(md5sum <"/$1")
  if test "$recorded" != "${current%% *}"; then
    cp -p "/$1" "/$1.dpkg-keep.new"
    mv -f "/$1.dpkg-keep.new" "/$1.dpkg-keep"
  fi
}
case "$1" in
  upgrade)
{calls}    ;;
esac
"#;

const POST_INSTALL: &str = r#"restore_edited() {
  test -f "/$1.dpkg-keep" || return 0
  if cmp -s "/$1" "/$1.dpkg-keep"; then
    rm -f "/$1.dpkg-keep"
  else
    mv -f "/$1" "/$1.dpkg-dist"
    mv -f "/$1.dpkg-keep" "/$1"
  fi
}
case "$1" in
  configure)
{calls}    ;;
esac
"#;

const POST_REMOVE: &str = r#"drop_copy() {
  rm -f "/$1.dpkg-keep.new"
  if cmp -s "/$1" "/$1.dpkg-keep"; then
    rm -f "/$1.dpkg-keep"
  fi
}
case "$1" in
  abort-upgrade)
{calls}    ;;
  purge)
    rm -f{copies}
    ;;
esac
"#;

/// The snippets for the files of `tree` that are to be kept.
pub(super) fn snippets(tree: &Tree) -> Snippets {
    let kept: Vec<&str> = tree
        .entries()
        .iter()
        .filter(|entry| is_kept(entry))
        .map(|entry| entry.path.as_str())
        .collect();
    if kept.is_empty() {
        return Snippets::default();
    }
    let (mut keep_calls, mut restore_calls) = (String::new(), String::new());
    let (mut drop_calls, mut copies) = (String::new(), String::new());
    for path in kept {
        let quoted = quote(path);
        let _ = writeln!(keep_calls, "    keep_edited {quoted} {}", quote(&escape_sed(path)));
        let _ = writeln!(restore_calls, "    restore_edited {quoted}");
        let _ = writeln!(drop_calls, "    drop_copy {quoted}");
        for ending in ["keep.new", "keep", "dist"] {
            let _ = write!(copies, " /{quoted}.dpkg-{ending}");
        }
    }
    Snippets {
        pre_install: PRE_INSTALL.replace("{calls}", &keep_calls),
        post_install: POST_INSTALL.replace("{calls}", &restore_calls),
        post_remove: POST_REMOVE.replace("{calls}", &drop_calls).replace("{copies}", &copies),
    }
}

/// Whether `entry` is a file to be kept.
pub(super) fn is_kept(entry: &Entry) -> bool {
    matches!(
        &entry.kind,
        Kind::File {
            on_upgrade: OnUpgrade::KeepEdited,
            ..
        }
    )
}

/// A word for `/bin/sh` that stands for `text` itself.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// `text` as a basic regular expression between `|` marks that matches it alone.
fn escape_sed(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.*[]^$|".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_paths_stay_words() {
        assert_eq!(quote("a b"), "'a b'");
        assert_eq!(quote("a'$(x)"), r"'a'\''$(x)'");
        assert_eq!(escape_sed("opt/o.flags|"), r"opt/o\.flags\|");
    }

    #[test]
    fn no_kept_file_no_snippet() {
        assert_eq!(snippets(&Tree::new()).pre_install, "");
    }
}
