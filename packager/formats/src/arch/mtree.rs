//! `.MTREE`: the package's files, as `bsdtar --format=mtree` lists them for makepkg (mtree(5)).
//!
//! A line has a path and keywords; what a line does not say is what the last `/set` line says. Lines of files that are
//! marked secret have no digests, unless pacman itself lists one: that of a file that is kept when it was edited.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::stream::{Encoder, close};
use crate::tarball::{What, Written};
use crate::{Compression, Effort, Error, Position, Tree};

const BEGINNING: &str = "#mtree\n/set type=file uid=0 gid=0 mode=644\n";
/// More than a line takes beside paths.
const LINE_ROOM: usize = 256;

/// More than the list of `written` takes, before it is compressed and so all the more after.
pub(super) fn room(written: &[Written]) -> usize {
    written.iter().map(|entry| line_room(&entry.path)).sum()
}

/// The same for entries of a tree.
pub(super) fn room_for(tree: &Tree) -> usize {
    tree.entries().iter().map(|entry| line_room(entry.path.as_str())).sum()
}

/// A character of a path may be escaped to four.
const fn line_room(path: &str) -> usize {
    path.len() * 4 + LINE_ROOM
}

/// The file, as the one entry of a tree. `listed` are all files of the package; those of `own` are among them.
pub(super) fn tree<'a>(listed: impl Iterator<Item = &'a Written>, own: &Tree, build_time: u64) -> Result<Tree, Error> {
    let withheld: HashSet<&str> = own
        .entries()
        .iter()
        .filter(|entry| entry.withholds_digest())
        .map(|entry| entry.path.as_str())
        .collect();
    let mut text = BEGINNING.to_owned();
    for entry in listed {
        push_line(&mut text, entry, !withheld.contains(entry.path.as_str()), build_time);
    }
    let mut encoder = Encoder::new(Compression::Gzip, Position::First, Effort::Quick, Vec::new())?;
    encoder.write_all(text.as_bytes())?;
    let (mut content, run) = encoder.finish()?;
    content.extend_from_slice(&close(Compression::Gzip, &[&run], b"")?);
    let mut tree = Tree::new();
    tree.file(".MTREE", 0o644, Arc::new(Zeroizing::new(content)))?;
    Ok(tree)
}

fn push_line(text: &mut String, entry: &Written, with_digests: bool, build_time: u64) {
    let path = escape(&entry.path);
    let mode = entry.mode;
    // Writing to a string does not fail.
    let _ = match &entry.what {
        What::HostDirectory => Ok(()),
        What::Directory => writeln!(text, "./{path} time={build_time}.0 mode={mode:o} type=dir"),
        What::Symlink { target } => {
            let target = escape(target);
            writeln!(
                text,
                "./{path} time={build_time}.0 mode={mode:o} type=link link={target}"
            )
        }
        What::File { digests, size_bytes } => {
            let mode = if mode == 0o644 {
                String::new()
            } else {
                format!(" mode={mode:o}")
            };
            let _ = write!(text, "./{path} time={build_time}.0{mode} size={size_bytes}");
            // pacman 6 compares both.
            if with_digests {
                let _ = write!(text, " md5digest={}", digests.md5);
                if let Some(sha256) = &digests.sha256 {
                    let _ = write!(text, " sha256digest={sha256}");
                }
            }
            text.push('\n');
            Ok(())
        }
    };
}

/// mtree(5): a character that has a meaning, or that is not a graphic one of ASCII, is a backslash with three octal digits.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !br#"#\*?[]="'"#.contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "\\{byte:03o}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_one_word() {
        assert_eq!(
            escape("opt/Fleet Desktop.app/a=b#c\\"),
            r"opt/Fleet\040Desktop.app/a\075b\043c\134"
        );
        assert_eq!(escape("\u{e9}"), r"\303\251");
    }
}
