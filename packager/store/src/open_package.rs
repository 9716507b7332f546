//! Opening a finished package.

use std::fmt;
use std::fs;
use std::io;

use jiff::Timestamp;
use packager_artifact::OwnBytes;

use crate::index::Stored;
use crate::pending::lock;
use crate::record::{Expired, Failed, Record, Signature, Succeeded, later};
use crate::seal::{self, Broken, Purpose, Sections};
use crate::{Error, PackageId, Store};

/// A finished package, ready to be streamed. Once it is open, expiry does not take it away.
#[derive(PartialEq, Eq)]
pub struct OpenPackage {
    /// What is known of it.
    pub record: Succeeded,
    /// Its own bytes, as [`packager_artifact::Layout::walk`] counts them.
    pub own: OwnBytes,
    /// The configuration profile that goes with it.
    pub profile: Option<OwnBytes>,
    /// The signature that is beside it.
    pub detached_signature: Option<OwnBytes>,
}

impl fmt::Debug for OpenPackage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenPackage")
            .field("file_name", &self.record.file_name)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a package that is ready at `now`.
    ///
    /// # Errors
    /// [`Error::NotReady`], [`Error::Failed`], [`Error::Expired`] and [`Error::Unknown`] for a package in another state.
    /// [`Error::Damaged`] when its own file does not open: that is destroyed, the package reads as failed from then on,
    /// and an equal request starts a new build. [`Error::PartMissing`] when a shared part is not there: the package stays
    /// as it is, for the part can be made again.
    pub fn open_package(&self, id: PackageId, now: Timestamp) -> Result<OpenPackage, Error> {
        let record = match self.view(id, now)? {
            Some(Record::Succeeded(record)) => record,
            Some(Record::InProgress(_)) => return Err(Error::NotReady),
            Some(Record::Failed(_)) => return Err(Error::Failed),
            Some(Record::Expired(_)) => return Err(Error::Expired),
            None => return Err(Error::Unknown),
        };
        match self.open_own(id)? {
            Ok(sections) if sections.body.len() as u64 == record.layout.own_size_bytes() => {
                if !self.has_parts_of(&record) {
                    return Err(Error::PartMissing);
                }
                let Sections { body, extra, .. } = sections;
                let (profile, detached_signature) = split_extra(&extra, record.signature);
                Ok(OpenPackage {
                    record,
                    own: own_bytes(body),
                    profile,
                    detached_signature,
                })
            }
            Ok(_) => Err(self.give_up(id, Broken::Torn, now)?),
            Err(broken) => Err(self.give_up(id, broken, now)?),
        }
    }

    /// Whether the shared parts of a package are there.
    pub(crate) fn has_parts_of(&self, package: &Succeeded) -> bool {
        let mut parts = package.layout.shared_parts();
        parts.all(|part| self.shared.is_whole_or_dropped(&part))
    }

    /// Reads an own file. One that is not there counts as destroyed.
    pub(crate) fn open_own(&self, id: PackageId) -> Result<Result<Sections, Broken>, Error> {
        match fs::read(self.path(id, Purpose::Own)) {
            Ok(file) => Ok(seal::open(&self.keyring, Purpose::Own, id, file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Err(Broken::Destroyed)),
            Err(error) => Err(Error::io("read a package")(error)),
        }
    }

    /// Takes a package out of use whose own file does not open, unless it was destroyed while it was being read.
    fn give_up(&self, id: PackageId, broken: Broken, now: Timestamp) -> Result<Error, Error> {
        let mut pending = lock(&self.pending);
        let Some(before) = self.index.get(id)? else {
            return Ok(Error::Unknown);
        };
        if !matches!(before.record, Record::Succeeded(_)) {
            return Ok(Error::Expired);
        }
        let after = self.without_own(broken, now);
        self.replace(&mut pending, id, Some(&before), Some(&after));
        drop(pending);
        tracing::warn!(package = %id.short(), ?broken, "a stored package does not open and was taken out of use");
        // If this fails it is tried again; the answer is the same.
        let _ = self.index.flush_change(id, &after);
        self.discard(self.path(id, Purpose::Own));
        Ok(match broken {
            Broken::Destroyed => Error::Expired,
            Broken::Torn => Error::Damaged,
        })
    }

    /// What becomes of a package that lost its own bytes. No equal request joins it.
    pub(crate) fn without_own(&self, broken: Broken, now: Timestamp) -> Stored {
        Stored {
            fingerprint: None,
            sealed_size_bytes: 0,
            record: match broken {
                Broken::Destroyed => Record::Expired(Expired { at: now }),
                Broken::Torn => Record::Failed(Failed {
                    logs: "The package was damaged in storage and has been destroyed. Please ask for it again."
                        .to_owned(),
                    failed_at: now,
                    expires_at: later(now, self.settings.expire_after),
                }),
            },
        }
    }
}

/// The configuration profile and the detached signature, where there are such.
fn split_extra(extra: &[u8], signature: Signature) -> (Option<OwnBytes>, Option<OwnBytes>) {
    let signature_size = match signature {
        Signature::Detached { size_bytes } => usize::try_from(size_bytes).unwrap_or(usize::MAX),
        Signature::Signed | Signature::Unsigned => 0,
    };
    let (profile, signature) = extra.split_at(extra.len().saturating_sub(signature_size));
    let present = |bytes: &[u8]| (!bytes.is_empty()).then(|| OwnBytes::new(bytes.to_vec()));
    (present(profile), present(signature))
}

/// Takes the plain bytes over without a copy.
fn own_bytes(mut bytes: zeroize::Zeroizing<Vec<u8>>) -> OwnBytes {
    OwnBytes::new(std::mem::take(&mut bytes))
}
