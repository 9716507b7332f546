//! Why there is no client.

use std::error::Error as StdError;

/// The connection's settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{setting} cannot be used")]
pub struct Error {
    /// Which setting, in words.
    pub setting: &'static str,
    /// What is wrong with it.
    #[source]
    pub cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(setting: &'static str, cause: impl StdError + Send + Sync + 'static) -> Self {
        Self {
            setting,
            cause: Some(Box::new(cause)),
        }
    }
}
