//! The key as the tool is given it.

use std::fs::File;
use std::io::{self, PipeReader};

use aws_lc_rs::rand;
use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use x509_certificate::CapturedX509Certificate;
use zeroize::Zeroizing;

use super::certificate::{SignerCertificate, public_key_of};
use super::{AuthenticodeError, memory_file};
use crate::pkcs12::{Pkcs12, Pkcs12Error};

/// How often a password is hashed. It is as long as a key: guessing gains nothing from a quick hash.
const ITERATIONS: u32 = 1;

/// A PKCS#12 file in memory, under a password that nobody has chosen.
pub(super) struct KeyFile {
    file: File,
    password: Zeroizing<String>,
}

impl KeyFile {
    /// Unlocks an operator's file and writes it anew: the key, the certificate that is the key's, and the others. Gives
    /// the key's own certificate too.
    pub(super) fn of(file: &[u8], password: Option<&str>) -> Result<(Self, SignerCertificate), AuthenticodeError> {
        let opened = Pkcs12::read(file, password.unwrap_or_default()).map_err(|error| match error {
            Pkcs12Error::PasswordWrong if password.is_none() => AuthenticodeError::PasswordMissing,
            error => error.into(),
        })?;
        let Pkcs12 { mut certificates, key } = opened;
        let public = public_key_of(key.as_der()).ok_or(AuthenticodeError::KeyUnsupported)?;
        let own = certificates
            .iter()
            .position(|certificate| certificate.public_key_data() == public.as_slice())
            .ok_or(AuthenticodeError::Mismatch)?;
        certificates.swap(0, own);
        let own = certificates.first().ok_or(AuthenticodeError::Mismatch)?;
        let own = SignerCertificate::new(own.clone())?;
        Ok((Self::write(key, &certificates)?, own))
    }

    fn write(key: PrivateKey, certificates: &[CapturedX509Certificate]) -> Result<Self, AuthenticodeError> {
        let certificates: Result<Vec<_>, _> = certificates
            .iter()
            .map(|certificate| Certificate::from_der(certificate.constructed_data()))
            .collect();
        let certificates = certificates.map_err(|_| AuthenticodeError::CertificateUnreadable)?;
        let mut random = Zeroizing::new([0_u8; 32]);
        rand::fill(&mut *random).map_err(|_| AuthenticodeError::System(io::Error::other("there is no randomness")))?;
        let mut password = Zeroizing::new(String::with_capacity(64));
        password.extend(
            random
                .iter()
                .flat_map(|byte| [byte >> 4, byte & 15])
                .map(|digit| char::from(b'a' + digit)),
        );

        let mut store = KeyStore::new();
        let chain = PrivateKeyChain::new("key", key, certificates);
        store.add_entry("key", KeyStoreEntry::PrivateKeyChain(chain));
        let written = store
            .writer(&password)
            .encryption_iterations(ITERATIONS)
            .mac_iterations(ITERATIONS)
            .write();
        let written = Zeroizing::new(written.map_err(|_| AuthenticodeError::Pkcs12Unreadable)?);
        let file = memory_file::holding("key", &written).map_err(AuthenticodeError::System)?;
        Ok(Self { file, password })
    }

    /// A handle of the file, and a pipe with its password.
    pub(super) fn handles(&self) -> io::Result<(File, PipeReader)> {
        Ok((
            self.file.try_clone()?,
            memory_file::pipe_with(self.password.as_bytes())?,
        ))
    }
}
