use url::Url;

use super::{Describe, Kind, Refusal};

/// An absolute URL.
pub(crate) enum WebUrl {
    /// The `http` or `https` URL under which others lie. Its path gets the slash at its end that makes it one.
    Base,
    /// The same, or a `file` URL of a folder on this machine.
    BaseOrFolder,
    /// The `http` or `https` URL of one thing, taken as it is.
    Exact,
}

const MOST_BYTES: usize = 2048;

impl Describe for WebUrl {
    fn form(&self) -> String {
        match self {
            Self::Base | Self::Exact => "an http or https URL".to_owned(),
            Self::BaseOrFolder => "an http, https or file URL".to_owned(),
        }
    }
}

impl Kind for WebUrl {
    type Value = Url;

    fn read(&self, text: &str) -> Result<Url, Refusal> {
        let must_be = || Refusal::must_be(self);
        // The reader below drops blanks and turns backslashes round; what is written here is what is meant.
        if text.len() > MOST_BYTES
            || !text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte))
        {
            return Err(must_be());
        }
        let (_, after_scheme) = text.split_once("://").ok_or_else(must_be)?;
        let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err("must not carry a user name or a password".into());
        }
        let mut url = Url::parse(text).map_err(|_| must_be())?;
        let is_folder = match (url.scheme(), self) {
            ("http" | "https", _) if !authority.is_empty() => false,
            ("file", Self::BaseOrFolder) if authority.is_empty() => true,
            _ => return Err(must_be()),
        };
        if url.fragment().is_some() {
            return Err("must not have a fragment (`#`)".into());
        }
        if let Self::Exact = self {
            return Ok(url);
        }
        if url.query().is_some() {
            return Err("must not have a query (`?`)".into());
        }
        if is_folder && url.path() == "/" {
            return Err("must have the path of a folder".into());
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(url)
    }
}
