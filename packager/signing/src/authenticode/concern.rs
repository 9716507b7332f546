//! What an error is about.

use super::AuthenticodeError;

/// What an error is about: the caller knows which setting that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// The tool.
    Tool,
    /// The scratch directory.
    Scratch,
    /// The certificate or its key.
    Certificate,
    /// The password of the PKCS#12 file.
    Password,
    /// The PKCS#11 module.
    Module,
    /// The PKCS#11 URI.
    Uri,
    /// The PIN.
    Pin,
    /// The certificates of issuers.
    Issuers,
    /// The time-stamping authority.
    TimeStamp,
    /// No setting.
    Nothing,
}

impl AuthenticodeError {
    /// What it is about.
    #[must_use]
    pub const fn concern(&self) -> Concern {
        match self {
            Self::ToolMissing { .. }
            | Self::Late(_)
            | Self::Killed { .. }
            | Self::ToolFailed { .. }
            | Self::NoSignature { .. }
            | Self::BadSignature => Concern::Tool,
            Self::ScratchUnusable { .. } | Self::ScratchOnDisk(_) | Self::NoRoom { .. } => Concern::Scratch,
            Self::NotPkcs12
            | Self::Pkcs12Unreadable
            | Self::NoCertificate
            | Self::NoKey
            | Self::KeyUnsupported
            | Self::Mismatch
            | Self::CertificateUnreadable
            | Self::NotCodeSigning
            | Self::NotYetValid(_)
            | Self::Expired(_) => Concern::Certificate,
            Self::PasswordWrong | Self::PasswordMissing => Concern::Password,
            Self::EngineMissing(_) | Self::ModuleMissing { .. } | Self::ModuleUnusable(_) => Concern::Module,
            Self::NoSuchObject(_) => Concern::Uri,
            Self::PinWrong(_) | Self::PinLocked(_) | Self::PinMissing(_) => Concern::Pin,
            Self::IssuersUnreadable => Concern::Issuers,
            Self::TimeStamp(_) => Concern::TimeStamp,
            Self::Write(_) | Self::System(_) => Concern::Nothing,
        }
    }
}
