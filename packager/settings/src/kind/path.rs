use std::path::PathBuf;

use super::{Describe, Kind, Refusal, check_text};

/// The path of a file or folder. Whether there is one is not looked at.
pub(crate) struct FilePath;

/// The system's own limit for a path (Linux, `PATH_MAX`, with its final NUL).
pub(super) const MOST_BYTES: usize = 4095;

impl Describe for FilePath {
    fn form(&self) -> String {
        "a path".to_owned()
    }
}

impl Kind for FilePath {
    type Value = PathBuf;

    fn read(&self, text: &str) -> Result<PathBuf, Refusal> {
        check_text(text, MOST_BYTES)?;
        Ok(PathBuf::from(text))
    }
}
