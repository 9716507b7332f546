//! What a hostile or broken server can not do.

use packager_notary::{NotarySettings, Submission, SubmissionId};
use serde_json::json;

#[test]
fn ids_are_checked_because_they_go_into_addresses() {
    for text in ["", "a/b", "..", "a?b", "a b", "ä", &"a".repeat(65)] {
        assert!(text.parse::<SubmissionId>().is_err(), "{text:?}");
        let kept = json!({
            "id": text,
            "submitted_at": "2026-01-01T00:00:00Z",
            "sha256": "0".repeat(64),
            "progress": "waiting",
        });
        assert!(serde_json::from_value::<Submission>(kept).is_err(), "{text:?}");
    }
    let id: SubmissionId = "2efe2717-52ef-43a5-96dc-0797e4ca1041".parse().unwrap();
    assert_eq!(id.as_str(), "2efe2717-52ef-43a5-96dc-0797e4ca1041");
}

#[test]
fn redirects_are_not_followed() {
    let url: url::Url = "https://apple.example/".parse().unwrap();
    let settings = NotarySettings::at(url.clone(), url.clone(), url);
    assert_eq!(settings.connection.redirects, 0);
}
