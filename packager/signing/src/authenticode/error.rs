//! Why there is no signer, or no signature.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::output::ToolText;
use crate::TimeStampError;
use crate::pkcs12::{MOST_CERTIFICATES, Pkcs12Error};
use crate::validity::OutsideValidity;

/// Why there is no signer, or no signature. Its text is for the operator: it says what to do, may quote what the tool
/// printed, and holds nothing of a key.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticodeError {
    /// The tool cannot be started.
    #[error("{} cannot be run: install osslsigncode, or name the place where it is", path.display())]
    ToolMissing {
        /// Where it was looked for.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The tool did not end in time.
    #[error("the package was not signed within {0:?}; the tool was ended")]
    Late(Duration),
    /// The tool ended by a signal.
    #[error("the tool was ended by signal {signal}{said}")]
    Killed {
        /// Which.
        signal: i32,
        /// What it printed.
        said: ToolText,
    },
    /// The tool said no.
    #[error("the tool failed with exit code {code}{said}")]
    ToolFailed {
        /// Its exit code.
        code: i32,
        /// What it printed.
        said: ToolText,
    },
    /// The tool said yes, and wrote nothing that has a signature.
    #[error("the tool said that it had signed, and wrote no package with a signature{said}")]
    NoSignature {
        /// What it printed.
        said: ToolText,
    },
    /// The scratch directory cannot be used.
    #[error("{} cannot be used: it must be a directory that this service may write to", directory.display())]
    ScratchUnusable {
        /// Which.
        directory: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The scratch directory is on a disk.
    #[error(
        "{} is not in memory: what is signed holds secrets and must not be written to a disk; name a directory on a tmpfs, \
         such as /dev/shm",
        .0.display()
    )]
    ScratchOnDisk(PathBuf),
    /// There is not enough room in the scratch directory.
    #[error(
        "{} has not enough room to sign a package: it takes {needed_mib} MiB, and {free_mib} MiB are free; make it larger \
         (Docker: --shm-size) or name another directory in memory",
        directory.display()
    )]
    NoRoom {
        /// Which.
        directory: PathBuf,
        /// What a package takes, in MiB.
        needed_mib: u64,
        /// What there is, in MiB.
        free_mib: u64,
    },
    /// The file is not PKCS#12.
    #[error(
        "it is not a PKCS#12 file (.p12, .pfx): make one with `openssl pkcs12 -export -in CERTIFICATES -inkey KEY -out FILE`"
    )]
    NotPkcs12,
    /// The file does not open with the password.
    #[error("the PKCS#12 file cannot be opened with this password")]
    PasswordWrong,
    /// The file does not open without one.
    #[error("the PKCS#12 file is protected by a password, and none is set")]
    PasswordMissing,
    /// The file is of a kind that is not known.
    #[error("the PKCS#12 file is damaged, or protected in a way that is not known: export it again")]
    Pkcs12Unreadable,
    /// There is no certificate in the file.
    #[error("there is no certificate in the PKCS#12 file: export it again, with the certificate")]
    NoCertificate,
    /// There is no private key in the file.
    #[error("there is no private key in the PKCS#12 file: export it again, with the key")]
    NoKey,
    /// The key is of a kind that Windows does not take.
    #[error("the private key is neither an RSA key of 2048 to 8192 bits nor an ECDSA key on P-256 or P-384")]
    KeyUnsupported,
    /// No certificate is the key's.
    #[error("the private key does not belong to any certificate beside it: export it again, with its certificate")]
    Mismatch,
    /// OpenSSL's engine for PKCS#11 is not installed.
    #[error("OpenSSL has no engine for PKCS#11: install libengine-pkcs11-openssl (libp11){0}")]
    EngineMissing(ToolText),
    /// There is no such module.
    #[error("there is no PKCS#11 module at {}: name the shared library of the token's maker", path.display())]
    ModuleMissing {
        /// Where it was looked for.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The module does not load.
    #[error("the PKCS#11 module cannot be loaded: it must be one for this machine's architecture{0}")]
    ModuleUnusable(ToolText),
    /// Nothing in the token is what the URI says.
    #[error(
        "no token has both a certificate and a key that the URI describes: list what there is with `pkcs11-tool --module \
         MODULE --list-objects`; a module that is configured by environment variables needs their names set{0}"
    )]
    NoSuchObject(ToolText),
    /// The token refused the PIN.
    #[error(
        "the token refused the PIN; tokens lock themselves after a few wrong ones, so set the right one before the \
             next start{0}"
    )]
    PinWrong(ToolText),
    /// The token has locked itself.
    #[error("the token is locked, after too many wrong PINs: unlock it with the tool of its maker{0}")]
    PinLocked(ToolText),
    /// The token wants a PIN.
    #[error("the token wants a PIN, and none is set{0}")]
    PinMissing(ToolText),
    /// There are issuers that are none.
    #[error("the certificates of issuers cannot be read: they must be PEM, at most {most} of them", most = MOST_CERTIFICATES)]
    IssuersUnreadable,
    /// The certificate cannot be read.
    #[error("the certificate cannot be read: it is damaged, or not X.509")]
    CertificateUnreadable,
    /// The certificate is for something else.
    #[error(
        "the certificate is not for code signing: it lacks the extended key usage 1.3.6.1.5.5.7.3.3, without which Windows \
         refuses its signatures"
    )]
    NotCodeSigning,
    /// The certificate will count only later.
    #[error("the certificate is valid from {0}, which this machine's clock has not reached: set the clock, or wait")]
    NotYetValid(Timestamp),
    /// The certificate's time is over.
    #[error("the certificate expired at {0}: get a new one from its issuer")]
    Expired(Timestamp),
    /// The signature is not this signer's over this digest.
    #[error("the signature is not good")]
    BadSignature,
    /// The package cannot be written.
    #[error("the package to be signed could not be written to memory")]
    Write(#[source] io::Error),
    /// The system refuses something.
    #[error("the system refused what signing needs")]
    System(#[source] io::Error),
    /// There is no time stamp.
    #[error("the signature has no time stamp")]
    TimeStamp(#[source] TimeStampError),
}

impl From<OutsideValidity> for AuthenticodeError {
    fn from(outside: OutsideValidity) -> Self {
        match outside {
            OutsideValidity::Before(from) => Self::NotYetValid(from),
            OutsideValidity::After(until) => Self::Expired(until),
        }
    }
}

impl From<Pkcs12Error> for AuthenticodeError {
    fn from(error: Pkcs12Error) -> Self {
        match error {
            Pkcs12Error::NotPkcs12 => Self::NotPkcs12,
            Pkcs12Error::PasswordWrong => Self::PasswordWrong,
            Pkcs12Error::Unreadable => Self::Pkcs12Unreadable,
            Pkcs12Error::NoCertificate => Self::NoCertificate,
            Pkcs12Error::NoKey => Self::NoKey,
        }
    }
}
