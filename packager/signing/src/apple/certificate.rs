//! What makes a certificate one for installer packages.

use apple_codesign::{AppleCertificate, CertificateProfile, CodeSigningCertificateExtension, ExtendedKeyUsagePurpose};
use x509_certificate::CapturedX509Certificate;

use super::InstallerError;

/// Whether it has what Apple puts into Developer ID Installer certificates, and macOS looks for: the extended key usage
/// 1.2.840.113635.100.4.13 and the extension 1.2.840.113635.100.6.1.14.
pub(super) fn check_kind(certificate: &CapturedX509Certificate) -> Result<(), InstallerError> {
    let has_usage = certificate
        .apple_extended_key_usage_purposes()
        .contains(&ExtendedKeyUsagePurpose::DeveloperIdInstaller);
    let extensions = certificate.apple_code_signing_extensions();
    let has_extension = extensions.contains(&CodeSigningCertificateExtension::DeveloperIdInstaller);
    match (has_usage, has_extension) {
        (true, true) => Ok(()),
        (true, false) => Err(InstallerError::NotInstaller {
            missing: "the extension 1.2.840.113635.100.6.1.14",
        }),
        (false, true) => Err(InstallerError::NotInstaller {
            missing: "the extended key usage 1.2.840.113635.100.4.13",
        }),
        (false, false) => Err(match purpose(certificate, &extensions) {
            Some(purpose) => InstallerError::WrongKind { purpose },
            None => InstallerError::NotInstaller {
                missing: "the extension 1.2.840.113635.100.6.1.14",
            },
        }),
    }
}

/// What else of Apple's it is for, in Apple's words.
fn purpose(certificate: &CapturedX509Certificate, extensions: &[CodeSigningCertificateExtension]) -> Option<String> {
    let profile = certificate.apple_guess_profile().map(|profile| {
        match profile {
            CertificateProfile::MacInstallerDistribution => "Mac Installer Distribution (the App Store)",
            CertificateProfile::AppleDistribution => "Apple Distribution",
            CertificateProfile::AppleDevelopment => "Apple Development",
            CertificateProfile::DeveloperIdApplication => "Developer ID Application",
            CertificateProfile::DeveloperIdInstaller => "Developer ID Installer",
        }
        .to_owned()
    });
    profile.or_else(|| extensions.first().map(ToString::to_string))
}
