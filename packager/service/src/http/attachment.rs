//! Files that go with a package, and the names that files are saved under.

use bytes::Bytes;
use packager_artifact::OwnBytes;

use super::api_error::ApiError;

/// The header field `Content-Disposition` that has a client save a file under `file_name`.
///
/// # Errors
/// [`ApiError::Internal`] for a name that would break out of its quotes: names are made of a version in a narrow alphabet.
pub(super) fn disposition(file_name: &str) -> Result<String, ApiError> {
    if file_name
        .chars()
        .any(|c| !c.is_ascii_graphic() || c == '"' || c == '\\')
    {
        tracing::error!("a file name cannot stand in a header");
        return Err(ApiError::Internal);
    }
    Ok(format!("attachment; filename=\"{file_name}\""))
}

/// A body that zeroes itself when it has been sent.
pub(super) fn body(bytes: OwnBytes) -> Bytes {
    struct Owner(OwnBytes);
    impl AsRef<[u8]> for Owner {
        fn as_ref(&self) -> &[u8] {
            self.0.expose()
        }
    }
    Bytes::from_owner(Owner(bytes))
}
