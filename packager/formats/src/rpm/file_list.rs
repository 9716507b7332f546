//! The header's list of files.
//!
//! It is one array for each property, in the order of the sorted paths, for rpm searches it. A path is a name and the
//! number of its directory, which ends with a slash, in an array of their own (`rpmlib(CompressedFileNames)`).

use super::header::Value;
use super::listed::{Listed, What};
use super::tag::Tag;

/// `%config(noreplace)`: `RPMFILE_CONFIG` and `RPMFILE_NOREPLACE`.
const KEPT: u32 = 1 << 0 | 1 << 4;
/// All that `rpm --verify` can compare.
const VERIFY_ALL: u32 = u32::MAX;
/// SHA-256 among OpenPGP's hash algorithms (RFC 9580, section 9.5).
pub(super) const SHA256: u32 = 8;
const OWNER: &str = "root";

/// The tags of `files`, which are sorted here; directories of the host are not listed.
pub(super) fn file_list(files: &[Listed], build_time: u32) -> Vec<(Tag, Value)> {
    let mut files: Vec<&Listed> = files.iter().filter(|file| file.what != What::HostDirectory).collect();
    files.sort_by(|one, two| one.path.cmp(&two.path));
    let (names, indexes, directories) = split(&files);

    let texts = |text: fn(&Listed) -> &str| Value::Texts(files.iter().map(|file| text(file).to_owned()).collect());
    let numbers = |number: fn(&Listed) -> u32| Value::Int32(files.iter().map(|file| number(file)).collect());
    // `st_mode` has 16 bits.
    let modes = files.iter().map(|file| (file.st_mode() & 0xFFFF) as u16);
    vec![
        (Tag::BASENAMES, Value::Texts(names)),
        (Tag::DIRINDEXES, Value::Int32(indexes)),
        (Tag::DIRNAMES, Value::Texts(directories)),
        (Tag::FILEMODES, Value::Int16(modes.collect())),
        (Tag::FILERDEVS, Value::Int16(vec![0; files.len()])),
        (Tag::FILESIZES, numbers(Listed::size_bytes)),
        (Tag::FILEMTIMES, Value::Int32(vec![build_time; files.len()])),
        (Tag::FILEDIGESTS, texts(digest)),
        (Tag::FILELINKTOS, texts(target)),
        (Tag::FILEFLAGS, numbers(|file| if is_kept(file) { KEPT } else { 0 })),
        (Tag::FILEVERIFYFLAGS, Value::Int32(vec![VERIFY_ALL; files.len()])),
        (Tag::FILEUSERNAME, texts(|_| OWNER)),
        (Tag::FILEGROUPNAME, texts(|_| OWNER)),
        (Tag::FILEDEVICES, Value::Int32(vec![1; files.len()])),
        // Each its own: equal ones would be links of one file.
        (Tag::FILEINODES, Value::Int32((1_u32..).take(files.len()).collect())),
        (Tag::FILELANGS, texts(|_| "")),
        (Tag::FILEDIGESTALGO, Value::int32(SHA256)),
    ]
}

/// What all files together take on a host, in bytes.
pub(super) fn installed_size(files: &[Listed]) -> u64 {
    files.iter().map(|file| u64::from(file.size_bytes())).sum()
}

/// Whether there is a file that an upgrade leaves as it was edited.
pub(super) fn has_kept(files: &[Listed]) -> bool {
    files.iter().any(is_kept)
}

/// Names, the number of each one's directory, and the directories in the order in which they first occur.
fn split(files: &[&Listed]) -> (Vec<String>, Vec<u32>, Vec<String>) {
    let mut names = Vec::with_capacity(files.len());
    let mut indexes = Vec::with_capacity(files.len());
    let mut directories: Vec<String> = Vec::new();
    for file in files {
        let (directory, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        let directory = match directory {
            "" => "/".to_owned(),
            directory => format!("/{directory}/"),
        };
        // The last one first: neighbours share theirs.
        let known = directories.iter().rposition(|known| *known == directory);
        let index = known.unwrap_or_else(|| {
            directories.push(directory);
            directories.len() - 1
        });
        names.push(name.to_owned());
        indexes.push(u32::try_from(index).unwrap_or(u32::MAX));
    }
    (names, indexes, directories)
}

fn digest(file: &Listed) -> &str {
    match &file.what {
        What::File { sha256, .. } => sha256,
        _ => "",
    }
}

fn target(file: &Listed) -> &str {
    match &file.what {
        What::Symlink { target } => target,
        _ => "",
    }
}

const fn is_kept(file: &Listed) -> bool {
    matches!(file.what, What::File { is_kept: true, .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_split_as_rpm_puts_them_together() {
        let file = |path: &str| Listed {
            path: path.to_owned(),
            mode: 0o755,
            what: What::Directory,
        };
        let files = ["a", "a/b", "a/b.d", "a/b/c", "a/z", "b"].map(file);
        let (names, indexes, directories) = split(&files.iter().collect::<Vec<_>>());
        assert_eq!(names, ["a", "b", "b.d", "c", "z", "b"]);
        assert_eq!(indexes, [0, 1, 1, 2, 1, 0]);
        assert_eq!(directories, ["/", "/a/", "/a/b/"]);
    }
}
