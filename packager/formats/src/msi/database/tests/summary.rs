//! The summary, as the `msi` crate reads it.

use std::time::{Duration, UNIX_EPOCH};

use msi::{CodePage, PackageType};
use packager_artifact::Part;

use super::*;

fn read(product: &str, template: &'static str, build_time: u64) -> Reader {
    let summary = Summary {
        template,
        build_time,
        ..summary(product)
    };
    Package::open(Cursor::new(file(Database::default(), &summary))).unwrap()
}

#[test]
fn every_property_comes_back() {
    let reader = read("Sample", "x64;1033", 1_700_000_001);
    assert_eq!(reader.package_type(), PackageType::Installer);
    let summary = reader.summary_info();
    assert_eq!(summary.codepage(), CodePage::Windows1252);
    assert_eq!(summary.title(), Some("Installation Database"));
    assert_eq!(summary.subject(), Some("Sample"));
    assert_eq!(summary.author(), Some("Nobody"));
    assert_eq!(summary.keywords(), ["Installer"]);
    let comments = "This installer database contains the logic and data required to install Sample.";
    assert_eq!(summary.comments(), Some(comments));
    assert_eq!(summary.arch(), Some("x64"));
    assert_eq!(summary.languages(), [msi::LanguageId::from_id(1033)]);
    assert_eq!(summary.uuid().unwrap().as_u128(), 1);
    let time = UNIX_EPOCH + Duration::from_secs(1_700_000_001);
    assert_eq!(summary.creation_time(), Some(time));
    assert_eq!(summary.last_saved_time(), Some(time));
    // Windows Installer 5; long names, compressed; opened for reading.
    assert_eq!(
        (summary.page_count(), summary.word_count(), summary.doc_security()),
        (Some(500), Some(2), Some(2))
    );
    assert_eq!(summary.creating_application(), Some("a test"));
}

#[test]
fn texts_are_in_the_code_page_that_it_says() {
    for (product, code_page) in [("Sample é 日本語", CodePage::Utf8), ("", CodePage::Windows1252)] {
        let reader = read(product, "Arm64;1033", 0);
        assert_eq!(reader.summary_info().codepage(), code_page);
        assert_eq!(reader.summary_info().subject(), Some(product));
        assert_eq!(reader.summary_info().arch(), Some("Arm64"));
    }
}

/// Whatever its length is, what comes behind a text is where it must be.
#[test]
fn texts_of_all_lengths_are_aligned() {
    for length in 0..=9 {
        let product = "x".repeat(length);
        let reader = read(&product, "x64;1033", 1);
        assert_eq!(reader.summary_info().subject(), Some(product.as_str()));
        assert_eq!(reader.summary_info().doc_security(), Some(2));
    }
}

#[test]
fn no_time_is_too_late() {
    let late = Summary {
        build_time: u64::MAX,
        ..summary("Sample")
    };
    let stream = late.stream().unwrap();
    assert!(compound::write(&[stream], None).is_ok_and(|parts| matches!(parts[..], [Part::Own(_), Part::Own(_)])));
}
