//! The summary information ("Summary Information Stream Property Set"; ICE39): for which processor and language the package is, which
//! Windows Installer it takes, how its files lie, and its code.

use super::database::Database;
use super::fault::Fault;

/// Windows Installer 5.0, the first for ARM64.
const ARM64_SCHEMA: i32 = 500;
/// Windows Installer 2.0, the first for x64.
const X64_SCHEMA: i32 = 200;
/// Windows Installer 5.0 brought these tables.
const SCHEMA_500_TABLES: [&str; 3] = [
    "MsiLockPermissionsEx",
    "MsiServiceConfig",
    "MsiServiceConfigFailureActions",
];

/// Word count: short names on the medium.
const SHORT_NAMES: i32 = 1;
/// Word count: the files are compressed.
const COMPRESSED: i32 = 2;

pub(super) fn check(database: &Database, faults: &mut Vec<Fault>) {
    let summary = &database.summary;
    let mut fault = |what: &str| faults.push(Fault::new("summary", "summary information", what));
    let least = match summary.architecture.as_deref() {
        Some("x64") => X64_SCHEMA,
        Some("Arm64") => ARM64_SCHEMA,
        _ => {
            fault("the template is neither for x64 nor for Arm64");
            0
        }
    };
    if summary.page_count.is_none_or(|schema| schema < least) {
        fault("the page count is below what the processor takes");
    }
    let rows = |table: &&str| database.rows(table).next().is_some();
    if SCHEMA_500_TABLES.iter().any(rows) && summary.page_count.is_none_or(|schema| schema < ARM64_SCHEMA) {
        fault("the page count is below what its tables take");
    }
    let language = database
        .row("Property", "ProductLanguage")
        .map(|row| row.text("Value").to_owned());
    if summary.languages.len() != 1 || language != summary.languages.first().map(u16::to_string) {
        fault("the template's language is not the product's");
    }
    let words = summary.word_count.unwrap_or(SHORT_NAMES);
    let embedded = database
        .rows("Media")
        .any(|medium| medium.text("Cabinet").starts_with('#'));
    if words & SHORT_NAMES != 0 || (embedded && words & COMPRESSED == 0) {
        fault("the word count does not say long names and compressed files");
    }
    let product_code = database
        .row("Property", "ProductCode")
        .map(|row| row.text("Value").to_lowercase());
    match &summary.package_code {
        None => fault("there is no package code"),
        Some(code) if product_code.is_some_and(|product| product.contains(&code.to_lowercase())) => {
            fault("the package code is the product code");
        }
        Some(_) => {}
    }
    if summary
        .texts
        .iter()
        .any(|text| text.as_ref().is_none_or(String::is_empty))
    {
        fault("title, subject or author is missing");
    }
}
