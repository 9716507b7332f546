//! The update repository's metadata as orbit keeps it on a host.
//!
//! orbit takes the file as its trust anchor: without a `root.json` in it, it falls back to roots that were compiled in,
//! which are wrong for any repository but Fleet's own. The file is one JSON object that has each role's signed document
//! under the role's file name. Signatures are over the canonical form of a document, so how it is written does not
//! matter to them; it is written as Go's `encoding/json` would, keys sorted, compact, `<`, `>` and `&` escaped, and one
//! line break at the end.

use std::sync::Arc;

use packager_formats::Content;
use serde_json::{Map, Value};

use crate::Error;
use crate::named::Named;

/// The verified, signed documents of the four roles, as the repository served them.
#[derive(Debug, Clone, Copy)]
pub struct RoleDocuments<'a> {
    /// `root.json`
    pub root: &'a [u8],
    /// `timestamp.json`
    pub timestamp: &'a [u8],
    /// `snapshot.json`
    pub snapshot: &'a [u8],
    /// `targets.json`
    pub targets: &'a [u8],
}

/// The content of a host's metadata file. It may be a megabyte, so it is made once for all packages.
#[derive(Clone)]
pub struct LocalMetadata {
    content: Arc<dyn Content>,
}

impl LocalMetadata {
    /// Puts the documents together.
    ///
    /// # Errors
    /// [`Error::Metadata`] if one is not JSON.
    pub fn new(documents: RoleDocuments<'_>) -> Result<Self, Error> {
        let mut file = Map::new();
        for (role, document) in [
            ("root.json", documents.root),
            ("snapshot.json", documents.snapshot),
            ("targets.json", documents.targets),
            ("timestamp.json", documents.timestamp),
        ] {
            let document: Value =
                serde_json::from_slice(document).map_err(|source| Error::Metadata { role, source })?;
            file.insert(role.to_owned(), document);
        }
        let mut text = escape(&Value::Object(file).to_string());
        text.push('\n');
        Ok(Self {
            content: Arc::new(Named::new(text.into_bytes())),
        })
    }

    pub(crate) fn content(&self) -> Arc<dyn Content> {
        Arc::clone(&self.content)
    }
}

/// What `encoding/json` escapes and `serde_json` does not. These characters stand in JSON inside of strings only.
fn escape(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => escaped.push_str(r"\u003c"),
            '>' => escaped.push_str(r"\u003e"),
            '&' => escaped.push_str(r"\u0026"),
            '\u{2028}' => escaped.push_str(r"\u2028"),
            '\u{2029}' => escaped.push_str(r"\u2029"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn documents_stand_under_their_names_as_go_writes_them() {
        let metadata = LocalMetadata::new(RoleDocuments {
            root: br#"{ "signed": {"b": 1, "a": "<&>"}, "signatures": [] }"#,
            timestamp: b"{\"t\":18446744073709551615}",
            snapshot: b"{\"s\":\"\xE2\x80\xA8\"}",
            targets: b"{}\n",
        })
        .unwrap();
        let mut text = String::new();
        metadata.content().open().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(
            text,
            "{\"root.json\":{\"signatures\":[],\"signed\":{\"a\":\"\\u003c\\u0026\\u003e\",\"b\":1}},\
             \"snapshot.json\":{\"s\":\"\\u2028\"},\"targets.json\":{},\
             \"timestamp.json\":{\"t\":18446744073709551615}}\n"
        );
    }

    #[test]
    fn what_is_not_json_is_an_error_that_names_the_role() {
        let documents = RoleDocuments {
            root: b"{}",
            timestamp: b"{}",
            snapshot: b"{",
            targets: b"{}",
        };
        let error = LocalMetadata::new(documents).err().unwrap();
        assert!(error.to_string().contains("snapshot.json"), "{error}");
    }
}
