//! Where the key is.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

/// Where the certificate and its key are.
pub enum AuthenticodeCredentials {
    /// In a PKCS#12 file (RFC 7292).
    Pkcs12 {
        /// The file.
        file: Zeroizing<Vec<u8>>,
        /// Its password; none is the same as an empty one.
        password: Option<Zeroizing<String>>,
    },
    /// In a token.
    Pkcs11(Pkcs11Token),
}

/// A key in a token, which a PKCS#11 module talks to.
pub struct Pkcs11Token {
    /// The module, a shared library. The tool loads it; this process never does.
    pub module: PathBuf,
    /// Which key, and which certificate (RFC 7512). Both have to be found by it.
    pub uri: String,
    /// Certificates of issuers in PEM, which go into signatures beside the token's own: hosts that cannot fetch them need them.
    /// Empty for none.
    pub issuers_pem: Vec<u8>,
    /// The user's PIN.
    pub pin: Option<Zeroizing<String>>,
    /// The environment variables that the module needs, names and values. The tool is given no others.
    pub environment: Vec<(OsString, OsString)>,
}

/// Tells which, and nothing of it.
impl fmt::Debug for AuthenticodeCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pkcs12 { .. } => f.write_str("Pkcs12(redacted)"),
            Self::Pkcs11(token) => token.fmt(f),
        }
    }
}

impl fmt::Debug for Pkcs11Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pkcs11Token")
            .field("module", &self.module)
            .field("uri", &self.uri)
            .finish_non_exhaustive()
    }
}
