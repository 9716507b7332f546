//! Where Apple is, and how long it is waited for.

use std::time::Duration;

use packager_http_client::HttpSettings;
use url::Url;

use crate::Patience;

/// Where Apple is, and how long it is waited for.
#[derive(Debug, Clone)]
pub struct NotarySettings {
    /// The Notary API: `submissions` lies under it. Ends with a slash.
    pub api_url: Url,
    /// The S3 endpoint, under which buckets lie as folders. Ends with a slash.
    pub upload_url: Url,
    /// The AWS region of that endpoint, which signatures name.
    pub upload_region: String,
    /// The ticket service's `records/lookup`.
    pub ticket_url: Url,
    /// How long a submission is tried for, its upload included.
    pub submit: Patience,
    /// How long Apple's verdict is waited for, from the submission on.
    pub verdict: Patience,
    /// How long a ticket is waited for.
    pub ticket: Patience,
    /// How to talk to all of them.
    pub connection: HttpSettings,
}

impl NotarySettings {
    /// Patience that fits Apple's service, with servers at these addresses.
    #[must_use]
    pub fn at(api_url: Url, upload_url: Url, ticket_url: Url) -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Self {
            api_url,
            upload_url,
            upload_region: "us-west-2".to_owned(),
            ticket_url,
            submit: Patience {
                first_wait: Duration::from_secs(2),
                longest_wait: minutes(1),
                in_all: minutes(60),
            },
            verdict: Patience {
                first_wait: Duration::from_secs(5),
                longest_wait: minutes(1),
                in_all: minutes(6 * 60),
            },
            ticket: Patience {
                first_wait: Duration::from_secs(2),
                longest_wait: minutes(1),
                in_all: minutes(60),
            },
            connection: HttpSettings {
                // What is signed for one address is not for another.
                redirects: 0,
                ..HttpSettings::default()
            },
        }
    }
}
