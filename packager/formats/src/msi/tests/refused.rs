//! What cannot be composed.

use packager_artifact::SharedPart;

use super::sample::secret;
use super::*;
use crate::{Effort, Tree};

fn refusal(package: &Package, own: &Tree) -> Error {
    let mut shelf = Shelf::default();
    let shared = [base_tree(), program_tree("1.58.0")].map(|tree| shelf.add(&tree));
    let shared: Vec<_> = shared.iter().map(|(part, notes)| (*part, notes)).collect();
    compose(package, &shared, own).unwrap_err()
}

fn with_file(path: &str) -> Tree {
    let mut tree = own_tree("x");
    tree.file(path, 0o644, content("x")).unwrap();
    tree
}

#[test]
fn trees_that_do_not_fit() {
    for path in [
        "Agent/notes.txt",
        "Agent/NOTES.TXT",
        "Agent/Staging",
        "AGENT",
        "Agent/Secret.txt",
        "nowhere/file",
        "agent/file",
        "Agent/notes.txt/file",
        "file",
    ] {
        let refused = refusal(&sample(), &with_file(path));
        assert!(matches!(refused, Error::Mismatch(_)), "{path}: {refused:?}");
    }
    let mut double = own_tree("x");
    double.directory("Agent/BIN", 0o755).unwrap();
    assert!(matches!(refusal(&sample(), &double), Error::Mismatch(_)));
}

/// A name with a backslash is a path to Windows, and some names are devices.
#[test]
fn names_that_windows_does_not_take() {
    for name in [
        r"..\..\Windows\evil.dll",
        "a|b",
        "a:b",
        "a?",
        "a*",
        "a<b",
        "a>b",
        "a\"b",
        "ends.",
        "ends ",
        "con",
        "NUL.txt",
        "Com1",
        "lpt9.tar.gz",
        "aux.",
    ] {
        for path in [format!("Agent/{name}"), format!("Agent/staging/{name}")] {
            let refused = refusal(&sample(), &with_file(&path));
            assert!(matches!(refused, Error::Invalid(_)), "{path}: {refused:?}");
        }
        let mut directory = own_tree("x");
        directory.directory(&format!("Agent/{name}"), 0o755).unwrap();
        assert!(matches!(refusal(&sample(), &directory), Error::Invalid(_)), "{name}");
    }
}

#[test]
fn links_and_directories_of_the_host() {
    let mut link = own_tree("x");
    link.symlink("Agent/link", "secret.txt").unwrap();
    let mut host = own_tree("x");
    host.host_directory("Agent/host").unwrap();
    for tree in [link, host] {
        assert!(matches!(refusal(&sample(), &tree), Error::Invalid(_)));
        let shared = write_shared(&tree, Effort::Quick, 1, Vec::new());
        assert!(matches!(shared, Err(Error::Invalid(_))), "{shared:?}");
    }
}

#[test]
fn trees_without_a_file() {
    let mut tree = Tree::new();
    assert!(matches!(refusal(&sample(), &tree), Error::Invalid(_)));
    tree.directory("Agent/more", 0o755).unwrap();
    assert!(matches!(refusal(&sample(), &tree), Error::Invalid(_)));
    assert!(write_shared(&tree, Effort::Quick, 1, Vec::new()).is_err());
}

#[test]
fn texts_that_a_package_cannot_say() {
    type Change = fn(&mut Package);
    let changes: [Change; 10] = [
        |package| package.title = String::new(),
        |package| package.title = "a\0b".to_owned(),
        |package| package.title = "a\nb".to_owned(),
        |package| package.title = "x".repeat(65_536),
        |package| package.homepage = "https://example.com\r\n".to_owned(),
        |package| package.version = "newest".to_owned(),
        |package| package.product.as_mut().unwrap().manufacturer = String::new(),
        |package| package.product.as_mut().unwrap().manufacturer = "\u{7F}".to_owned(),
        |package| package.product.as_mut().unwrap().properties[0].default = Some("a\u{85}".to_owned()),
        |package| package.product.as_mut().unwrap().properties[1].default = Some("hunter2\0".to_owned()),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut package = sample();
        change(&mut package);
        let refused = refusal(&package, &own_tree("x"));
        assert!(matches!(refused, Error::Invalid(_)), "{number}: {refused:?}");
        // It may be a secret.
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
}

#[test]
fn products_that_do_not_fit() {
    type Change = fn(&mut Product);
    let changes: [Change; 5] = [
        |product| product.known[1].path = "Agent/not-there".to_owned(),
        |product| product.known[1].directory = Some("AGENTROOT".to_owned()),
        |product| product.scripts[1].name = "Leave".to_owned(),
        |product| product.properties[1].name = "SERVER".to_owned(),
        |product| product.properties[0].name = "ProductCode".to_owned(),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut package = sample();
        change(package.product.as_mut().unwrap());
        let refused = refusal(&package, &own_tree("x"));
        assert!(matches!(refused, Error::Mismatch(_)), "{number}: {refused:?}");
    }
    let without = Package {
        product: None,
        ..sample()
    };
    assert!(matches!(refusal(&without, &own_tree("x")), Error::Mismatch(_)));
}

/// The service's program is a file of the package.
#[test]
fn a_service_without_its_program() {
    let mut package = sample();
    let service = package.product.as_mut().unwrap().service.as_mut().unwrap();
    service.program = "Agent/bin/other.exe".to_owned();
    assert!(matches!(refusal(&package, &own_tree("x")), Error::Mismatch(_)));
}

#[test]
fn shared_parts_of_other_lengths_or_without_their_index() {
    let mut shelf = Shelf::default();
    let (part, notes) = shelf.add(&base_tree());
    let (program, of_program) = shelf.add(&program_tree("1.58.0"));
    let resized = |size_bytes| SharedPart { size_bytes, ..part };
    for wrong in [resized(part.size_bytes + 1), resized(0), resized(1 << 30)] {
        let refused = compose(&sample(), &[(wrong, &notes), (program, &of_program)], &own_tree("x"));
        assert!(matches!(refused, Err(Error::Mismatch(_))), "{refused:?}");
    }
}

#[test]
fn a_secret_larger_than_a_cabinet_can_hold_is_no_panic() {
    // As long as it says it is, and never read: there is more than a cabinet can have.
    struct Endless;
    impl crate::Content for Endless {
        fn size_bytes(&self) -> u64 {
            1 << 33
        }
        fn open(&self) -> std::io::Result<Box<dyn std::io::Read + '_>> {
            panic!("it is not read")
        }
        fn identity(&self) -> packager_artifact::Sha256Digest {
            packager_artifact::Sha256Digest::of(b"endless")
        }
    }
    let mut tree = Tree::new();
    tree.push("Agent/secret.txt", 0o600, secret("x")).unwrap();
    tree.file("Agent/endless", 0o644, std::sync::Arc::new(Endless)).unwrap();
    assert!(matches!(
        write_shared(&tree, Effort::Quick, 1, Vec::new()),
        Err(Error::Invalid(_))
    ));
}
