//! The certificates between the signer's own and a root.

use apple_codesign::{AppleCertificate, KnownCertificate};
use x509_certificate::CapturedX509Certificate;

/// The certificate and its issuers, each signed by the next: Apple's where Apple issued it, otherwise those that were
/// brought along.
pub(super) fn complete(
    certificate: &CapturedX509Certificate,
    others: &[CapturedX509Certificate],
) -> Vec<CapturedX509Certificate> {
    let known = KnownCertificate::all().iter().copied();
    let issuers = certificate.resolve_signing_chain(others.iter().chain(known));
    let mut chain = vec![certificate.clone()];
    for issuer in issuers {
        chain.push(issuer.clone());
        // Apple reissued roots with the same key: each of them looks like the issuer of the other.
        if issuer.subject_is_issuer() {
            break;
        }
    }
    chain
}

/// Whether it ends at a root of Apple's, which is what macOS trusts.
pub(super) fn ends_at_apple(chain: &[CapturedX509Certificate]) -> bool {
    chain.last().is_some_and(AppleCertificate::is_apple_root_ca)
}
