//! "Did you mean …?"

/// The candidate that `given` is most likely a misspelling of: at most two letters off, and not every letter.
pub(crate) fn closest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const MOST_BYTES: usize = 64;
    const MOST_EDITS: usize = 2;
    if given.len() > MOST_BYTES {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (distance(given, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= MOST_EDITS && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance over bytes, row by row.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, byte) in left.bytes().enumerate() {
        let mut diagonal = above;
        let mut before = above + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(right.bytes()) {
            let substituted = diagonal + usize::from(byte != other);
            diagonal = *cell;
            *cell = substituted.min(diagonal + 1).min(before + 1);
            before = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = above + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (left, right, expected) in [
            ("", "", 0),
            ("", "ab", 2),
            ("ab", "", 2),
            ("listen", "listen", 0),
            ("lisen", "listen", 1),
            ("lsiten", "listen", 2),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn only_what_is_close_is_suggested() {
        let candidates = || ["log", "queue", "listen"];
        assert_eq!(closest("qeue", candidates()), Some("queue"));
        assert_eq!(closest("lag", candidates()), Some("log"));
        assert_eq!(closest("storage", candidates()), None);
        assert_eq!(closest(&"q".repeat(65), candidates()), None);
    }
}
