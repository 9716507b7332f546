use super::fault::ArchiveFault;
use super::path::ArchivePath;
use crate::limits::ArchiveLimits;

/// The target of the link at `link`, if it cannot lead out of the archive's tree.
pub(super) fn target(bytes: &[u8], link: &ArchivePath, limits: &ArchiveLimits) -> Result<String, ArchiveFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| ArchiveFault::LinkTarget)?;
    let segments = || text.split('/');
    if text.len() > limits.path_bytes || segments().count() > limits.path_depth {
        return Err(ArchiveFault::PathTooLong);
    }
    let up = segments().take_while(|segment| *segment == "..").count();
    let above = link.parents().count();
    let mut down = segments().skip(up);
    let goes_down = down.all(|segment| !matches!(segment, "" | "." | ".."));
    if up > above || !goes_down || text.chars().any(|c| c.is_control() || c == '\\') {
        return Err(ArchiveFault::LinkTarget);
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], link: &str) -> Result<String, ArchiveFault> {
        let limits = ArchiveLimits {
            path_bytes: 20,
            path_depth: 4,
            ..ArchiveLimits::default()
        };
        let link = ArchivePath::parse(link.as_bytes(), false, &ArchiveLimits::default());
        target(bytes, &link.unwrap().unwrap(), &limits)
    }

    #[test]
    fn targets_within_the_tree_are_taken() {
        for (target, link) in [
            ("a", "l"),
            ("a b/c", "l"),
            ("../a", "d/l"),
            ("..", "d/l"),
            ("../../a/b", "d/e/l"),
        ] {
            assert_eq!(read(target.as_bytes(), link).unwrap(), target, "{link}");
        }
    }

    #[test]
    fn targets_that_may_lead_out_are_refused() {
        for (target, link) in [
            (&b""[..], "l"),
            (b"/etc/passwd", "l"),
            (b"..", "l"),
            (b"../a", "l"),
            (b"../../a", "d/l"),
            // Where `a` leads is not known here.
            (b"a/../../b", "d/l"),
            (b"a/..", "l"),
            (b"./a", "l"),
            (b".", "l"),
            (b"a/", "l"),
            (b"a//b", "l"),
            (b"a\\b", "l"),
            (b"a\nb", "l"),
            (b"\xff", "l"),
        ] {
            assert_eq!(read(target, link), Err(ArchiveFault::LinkTarget), "{target:?} {link}");
        }
        for target in [&b"123456789012345678901"[..], b"a/b/c/d/e"] {
            assert_eq!(read(target, "l"), Err(ArchiveFault::PathTooLong));
        }
    }
}
