use url::Url;

use super::{Describe, Kind, List, Refusal};
use crate::values::AllowedOrigins;

/// `*` alone, or a list of origins.
pub(crate) struct Origins;

struct WebOrigin;

impl Describe for Origins {
    fn form(&self) -> String {
        format!("{}; or `*` alone for all", List(WebOrigin).form())
    }

    fn is_list(&self) -> bool {
        true
    }
}

impl Kind for Origins {
    type Value = AllowedOrigins;

    fn read(&self, text: &str) -> Result<AllowedOrigins, Refusal> {
        if text.trim() == "*" {
            return Ok(AllowedOrigins::Any);
        }
        List(WebOrigin).read(text).map(AllowedOrigins::Only)
    }
}

impl Describe for WebOrigin {
    fn form(&self) -> String {
        "an origin like `https://fleet.example.com`".to_owned()
    }
}

impl Kind for WebOrigin {
    type Value = String;

    /// Only what a browser would send: it is compared letter by letter, and another spelling would never be equal.
    fn read(&self, text: &str) -> Result<String, Refusal> {
        if text == "*" {
            return Err("must stand alone to mean all origins".into());
        }
        let as_sent = Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .map(|url| url.origin().ascii_serialization());
        if as_sent.as_deref() == Some(text) {
            return Ok(text.to_owned());
        }
        Err(
            "must be an origin as browsers send it: `scheme://host` with `:port` unless it is the scheme's own, in small \
             letters, without a path or a slash at the end"
                .into(),
        )
    }
}
