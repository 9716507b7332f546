//! The index: sled trees that find a package by id, by request and by time.
//!
//! | tree | key | value |
//! |---|---|---|
//! | `records` | id | [`Stored`] in JSON |
//! | `fingerprints` | fingerprint | id of the latest finished package of that request |
//! | `expiry` | time in nanoseconds, 128 bits, sorted; id | – |
//! | `shared` | shared key | [`crate::SharedEntry`] in JSON |
//!
//! The index has no transactions, for those of sled write out the log each time. Instead, changes go in an order that
//! leaves nothing wrong wherever it is cut off, since the log keeps the order: a fingerprint without a record is not
//! joined, a time without a record is dropped when it comes, a time that is not the record's is corrected then, and no
//! record is ever without its time. No secret, sealed or not, is in any of the trees.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sled::{Db, IVec, Tree};

use crate::record::Record;
use crate::{Error, Fingerprint, PackageId};

/// What the index holds of a finished package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    /// What was asked for; none once the package may not be joined any more.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// The size of the own file, 0 if there is none.
    #[serde(default)]
    pub(crate) sealed_size_bytes: u64,
    pub(crate) record: Record,
}

#[derive(Debug)]
pub(crate) struct Index {
    db: Db,
    records: Tree,
    fingerprints: Tree,
    expiry: Tree,
    remember_expired: Duration,
}

/// Memory for pages of the index that are in use.
const CACHE_SIZE_BYTES: u64 = 32 * 1024 * 1024;
/// How long a change may stay in memory alone; the files make up for it.
const FLUSH_EVERY_MS: u64 = 250;

impl Index {
    pub(crate) fn open(path: &Path, remember_expired: Duration) -> Result<Self, Error> {
        let db = sled::Config::new()
            .path(path)
            .cache_capacity(CACHE_SIZE_BYTES)
            .flush_every_ms(Some(FLUSH_EVERY_MS))
            .open()?;
        Ok(Self {
            records: db.open_tree("records")?,
            fingerprints: db.open_tree("fingerprints")?,
            expiry: db.open_tree("expiry")?,
            db,
            remember_expired,
        })
    }

    /// Another index, in an empty folder.
    pub(crate) fn beside(&self, path: &Path) -> Result<Self, Error> {
        Self::open(path, self.remember_expired)
    }

    /// The tree of shared parts.
    pub(crate) fn shared_entries(&self) -> Result<Tree, Error> {
        Ok(self.db.open_tree("shared")?)
    }

    /// Waits until everything is on the disk. Callers at the same time wait together.
    pub(crate) fn flush(&self) -> Result<(), Error> {
        self.db.flush()?;
        Ok(())
    }

    pub(crate) fn get(&self, id: PackageId) -> Result<Option<Stored>, Error> {
        let value = self.records.get(id.as_bytes())?;
        Ok(value.map(|value| serde_json::from_slice(&value)).transpose()?)
    }

    /// The latest finished package of a request.
    pub(crate) fn find(&self, fingerprint: &Fingerprint) -> Result<Option<PackageId>, Error> {
        let id = self.fingerprints.get(fingerprint.as_bytes())?;
        Ok(id.and_then(|id| PackageId::from_slice(&id)))
    }

    /// All records whose id begins with the byte `first`.
    pub(crate) fn scan(&self, first: u8) -> impl Iterator<Item = Result<(PackageId, Stored), Error>> {
        self.records.scan_prefix([first]).map(|entry| {
            let (id, value) = entry?;
            let id = PackageId::from_slice(&id).ok_or_else(|| Error::Index("a key is no package id".into()))?;
            Ok((id, serde_json::from_slice(&value)?))
        })
    }

    /// The package that is due first, and when.
    pub(crate) fn first_due(&self) -> Result<Option<(Timestamp, PackageId)>, Error> {
        while let Some((key, _)) = self.expiry.first()? {
            match read_time_key(&key) {
                Some(due) => return Ok(Some(due)),
                None => drop(self.expiry.remove(key)?),
            }
        }
        Ok(None)
    }

    /// Drops a time that belongs to no record.
    pub(crate) fn forget_due(&self, at: Timestamp, id: PackageId) -> Result<(), Error> {
        self.expiry.remove(time_key(at, id))?;
        Ok(())
    }

    /// Replaces what is known of a package. `before` is what [`Self::get`] says. One caller at a time.
    pub(crate) fn replace(&self, id: PackageId, before: Option<&Stored>, after: Option<&Stored>) -> Result<(), Error> {
        let value = after.map(serde_json::to_vec).transpose()?;
        let due = |stored: Option<&Stored>| stored.and_then(|stored| stored.record.due(self.remember_expired));
        let (due_before, due_after) = (due(before), due(after));
        let fingerprint = |stored: Option<&Stored>| stored.and_then(|stored| stored.fingerprint);
        let (asked_before, asked_after) = (fingerprint(before), fingerprint(after));
        if let Some(asked) = asked_before.filter(|_| asked_before != asked_after) {
            // A later package of the same request may have taken the place.
            if self.find(&asked)? == Some(id) {
                self.fingerprints.remove(asked.as_bytes())?;
            }
        }
        if let Some(asked) = asked_after {
            self.fingerprints.insert(asked.as_bytes(), id.as_bytes())?;
        }
        if let Some(due) = due_after {
            self.expiry.insert(time_key(due, id), &[])?;
        }
        match value {
            Some(value) => self.records.insert(id.as_bytes(), value)?,
            None => self.records.remove(id.as_bytes())?,
        };
        if let Some(due) = due_before.filter(|_| due_before != due_after) {
            self.expiry.remove(time_key(due, id))?;
        }
        Ok(())
    }
}

/// Sorts by time: the sign bit is flipped so that times before 1970 come first.
fn time_key(at: Timestamp, id: PackageId) -> Vec<u8> {
    let nanoseconds = at.as_nanosecond().cast_unsigned() ^ (1 << 127);
    [nanoseconds.to_be_bytes(), *id.as_bytes()].concat()
}

fn read_time_key(key: &IVec) -> Option<(Timestamp, PackageId)> {
    let (time, id) = key.split_first_chunk::<16>()?;
    let nanoseconds = (u128::from_be_bytes(*time) ^ (1 << 127)).cast_signed();
    Some((
        Timestamp::from_nanosecond(nanoseconds).ok()?,
        PackageId::from_slice(id)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_keys_sort_as_times_do_and_read_back() {
        let id = PackageId::random();
        let times = [i128::from(i64::MIN), -1, 0, 1, 1_000_000_000, i128::from(i64::MAX)];
        let keys: Vec<_> = times
            .iter()
            .map(|time| time_key(Timestamp::from_nanosecond(*time).unwrap(), id))
            .collect();
        assert!(keys.is_sorted());
        for (time, key) in times.iter().zip(keys) {
            let (at, read) = read_time_key(&IVec::from(key)).unwrap();
            assert_eq!((at.as_nanosecond(), read), (*time, id));
        }
    }
}
