//! A spec as bytes.

use packager_api::CreateRequest;
use zeroize::Zeroizing;

use crate::{PackageSpec, Rejection, Submission};

impl PackageSpec {
    /// The spec as JSON: the fields of [`PackageSpec::to_request`] in the contract's order. Equal specs have equal
    /// bytes, so a keyed hash over them tells whether two requests ask for the same package.
    ///
    /// The one argument that is not on the wire, [`update_tls_client`](crate::Arguments::update_tls_client), is not in
    /// them.
    #[must_use]
    pub fn canonical_bytes(&self) -> Zeroizing<Vec<u8>> {
        self.to_request().to_json()
    }

    /// The spec of [`PackageSpec::canonical_bytes`]. It keeps the rules of today: bytes that an older program wrote
    /// under laxer rules are rejected as a request would be.
    pub fn from_canonical_bytes(bytes: &[u8]) -> Result<Self, Rejection> {
        let parsed = CreateRequest::parse(bytes)?;
        Submission::from_parsed(parsed).map(|submission| submission.spec)
    }
}
