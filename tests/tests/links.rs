//! Every link in the documentation leads somewhere within the repository, or out of it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use packager_tests::docs;

/// Pages that have links, and those that only begin to.
fn pages() -> Vec<PathBuf> {
    let top = docs::folder().join("..").canonicalize().unwrap();
    let mut pages: Vec<_> = [docs::folder(), top.join("fixtures/tuf"), top.clone()]
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    pages
}

/// The text of a page without its code, in which brackets mean something else.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            // Outside of `code` within the line.
            let outside = line.split('`').step_by(2);
            prose.extend(outside.flat_map(|part| [part, "`"]));
            prose.push('\n');
        }
    }
    prose
}

/// Where the links of a page lead: `[text](target)`.
fn links(text: &str) -> Vec<String> {
    prose(text)
        .split("](")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
        .collect()
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut fenced = false;
    let mut anchors = BTreeSet::new();
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        let Some(heading) = line.strip_prefix('#').filter(|_| !fenced) else {
            continue;
        };
        let name: String = heading
            .trim_start_matches('#')
            .trim()
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let mut again = 0_u32;
        let mut anchor = name.clone();
        while anchors.contains(&anchor) {
            again += 1;
            anchor = format!("{name}-{again}");
        }
        anchors.insert(anchor);
    }
    anchors
}

/// What is wrong with a link of `page`.
fn fault(page: &Path, target: &str) -> Option<String> {
    if target.contains("://") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = if path.is_empty() {
        page.to_owned()
    } else {
        page.parent().unwrap().join(path)
    };
    if !file.exists() {
        return Some(format!("{}: there is no {path}", page.display()));
    }
    let found = anchor.is_empty() || anchors(&fs::read_to_string(&file).unwrap_or_default()).contains(anchor);
    (!found).then(|| format!("{}: {path} has no #{anchor}", page.display()))
}

#[test]
fn every_link_leads_somewhere() {
    let mut faults = Vec::new();
    let mut count = 0;
    for page in pages() {
        let links = links(&fs::read_to_string(&page).unwrap());
        count += links.len();
        faults.extend(links.iter().filter_map(|target| fault(&page, target)));
    }
    assert!(count > 100, "{count}");
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_index_has_every_page() {
    let index = links(&docs::text("README.md"));
    for page in pages().iter().filter(|page| page.parent() == Some(&docs::folder())) {
        let name = page.file_name().unwrap().to_str().unwrap();
        let listed = name == "README.md" || index.iter().any(|target| target.split('#').next() == Some(name));
        assert!(listed, "docs/README.md does not have {name}");
    }
}

#[test]
fn the_tests_that_show_the_security_model_are_there() {
    let top = docs::folder().join("..").canonicalize().unwrap();
    let mut names = BTreeSet::new();
    let mut functions = String::new();
    for folder in ["packager", "tests"] {
        visit(&top.join(folder), &mut |path| {
            if path.components().any(|part| part.as_os_str() == "tests") {
                let stem = path.file_stem().unwrap().to_str().unwrap();
                let parent = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
                names.extend([stem.to_owned(), parent.to_owned()]);
                functions.push_str(&fs::read_to_string(path).unwrap());
            }
        });
    }
    let page = docs::text("security.md");
    let table = page.split_once("| shown by |").unwrap().1.split_once("\n\n").unwrap().0;
    let shown: BTreeSet<_> = table
        .lines()
        .filter_map(|row| row.trim_end_matches(" |").rsplit_once(" | "))
        .flat_map(|(_, tests)| tests.split('`').skip(1).step_by(2))
        .flat_map(|test| test.split("::"))
        .collect();
    assert!(shown.len() > 10, "{shown:?}");
    for test in shown {
        assert!(
            names.contains(test) || functions.contains(&format!("fn {test}(")),
            "there is no {test}"
        );
    }
}

/// Calls `each` with every Rust source below `folder`.
fn visit(folder: &Path, each: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            visit(&path, each);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            each(&path);
        }
    }
}

#[test]
fn a_broken_link_is_found() {
    let page = docs::folder().join("limits.md");
    assert_eq!(
        links("a [b](c.md#d) `[e](f)` [g](h)\n```\n[i](j)\n```\n"),
        ["c.md#d", "h"]
    );
    assert!(anchors("# A `b`: c\n## A\n## A\n").is_superset(&BTreeSet::from(["a-b-c", "a", "a-1"].map(str::to_owned))));
    assert!(fault(&page, "settings.md#rates").is_none());
    assert!(fault(&page, "settings.md#fates").is_some());
    assert!(fault(&page, "nothing.md").is_some());
}
