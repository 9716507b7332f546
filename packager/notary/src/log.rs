//! What Apple found, in sentences.

use serde::Deserialize;
use url::Url;

use crate::Rejection;
use crate::error::one_line;

/// The developer's log, as far as it is read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeveloperLog {
    status_summary: Option<String>,
    /// `null` where there are none.
    issues: Option<Vec<Issue>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Issue {
    severity: Option<String>,
    /// Within the package.
    path: Option<String>,
    message: Option<String>,
    doc_url: Option<String>,
    architecture: Option<String>,
}

impl From<DeveloperLog> for Rejection {
    /// Errors first: warnings alone are no reason to reject.
    fn from(log: DeveloperLog) -> Self {
        let mut issues = log.issues.unwrap_or_default();
        issues.sort_by_key(|issue| issue.severity.as_deref() != Some("error"));
        Self {
            summary: log
                .status_summary
                .as_deref()
                .map(one_line)
                .filter(|summary| !summary.is_empty()),
            left_out: issues.len().saturating_sub(Self::MOST_ISSUES),
            issues: issues.iter().take(Self::MOST_ISSUES).map(sentence).collect(),
        }
    }
}

fn sentence(issue: &Issue) -> String {
    let severity = issue.severity.as_ref().map(|severity| format!("{severity}: "));
    let place = issue.path.as_ref().map(|path| match &issue.architecture {
        Some(architecture) => format!("{path} ({architecture}): "),
        None => format!("{path}: "),
    });
    let message = issue.message.as_deref().unwrap_or("Apple gave no reason");
    let more = issue.doc_url.as_ref().map(|url| format!(" See {url}"));
    let [severity, place, more] = [severity, place, more].map(Option::unwrap_or_default);
    one_line(&format!("{severity}{place}{message}{more}"))
}

/// Where a log is: at an address of HTTPS, or of HTTP if the Notary API, at `api`, is at one, as behind a proxy.
pub(crate) fn place(text: &str, api: &Url) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_allowed = url.scheme() == "https" || (url.scheme() == "http" && api.scheme() == "http");
    is_allowed.then_some(url)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn issues_become_sentences_with_errors_first() {
        let log: DeveloperLog = serde_json::from_value(json!({
            "logFormatVersion": 1,
            "statusSummary": "Archive contains critical validation errors",
            "issues": [
                {"severity": "warning", "path": "a.pkg/b", "message": "An old\nhash.", "docUrl": null},
                {
                    "severity": "error",
                    "code": null,
                    "path": "a.pkg/base.pkg/orbit",
                    "message": "The binary is not signed.",
                    "docUrl": "https://developer.apple.com/doc",
                    "architecture": "arm64",
                },
            ],
        }))
        .unwrap();
        assert_eq!(
            Rejection::from(log).to_string(),
            "Apple rejected the package: Archive contains critical validation errors\n\
             - error: a.pkg/base.pkg/orbit (arm64): The binary is not signed. See https://developer.apple.com/doc\n\
             - warning: a.pkg/b: An old hash."
        );
    }

    #[test]
    fn there_may_be_no_issues_and_there_may_be_too_many() {
        let none: DeveloperLog = serde_json::from_value(json!({"issues": null})).unwrap();
        assert_eq!(Rejection::from(none).to_string(), "Apple rejected the package");
        let issues = vec![json!({"message": "x"}); 25];
        let many: DeveloperLog = serde_json::from_value(json!({ "issues": issues })).unwrap();
        let text = Rejection::from(many).to_string();
        assert_eq!(text.lines().count(), 1 + 20 + 1);
        assert!(text.ends_with("\n- and 5 more"), "{text}");
    }

    #[test]
    fn logs_are_fetched_over_https_alone_if_apple_is() {
        let (apple, proxy) = (
            "https://apple.example".parse().unwrap(),
            "http://proxy".parse().unwrap(),
        );
        assert!(place("https://s3.example/log?x=1", &apple).is_some());
        assert!(place("http://s3.example/log", &apple).is_none());
        assert!(place("http://s3.example/log", &proxy).is_some());
        assert!(place("file:///etc/passwd", &proxy).is_none());
    }
}
