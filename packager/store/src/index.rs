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

use std::collections::HashMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use packager_durable::make_folder;
use packager_faults::{self as faults, Point};
use serde::{Deserialize, Serialize};
use sled::{Db, IVec, Tree};

use crate::due_key::{read_time_key, time_key};
use crate::pending::lock;
use crate::record::Record;
use crate::{Error, Fingerprint, PackageId, SharedEntry};

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

/// The index outlives its database: after an error of the disk sled takes no change any more, but still reads what it
/// has in memory. Changes are then kept here, until [`Index::reopen`] finds the disk in order again.
#[derive(Debug)]
pub(crate) struct Index {
    path: PathBuf,
    remember_expired: Duration,
    trees: RwLock<Option<Trees>>,
    health: Mutex<Health>,
    /// What could not be written: the state of a package, none if it is forgotten.
    unwritten: Mutex<HashMap<PackageId, Option<Stored>>>,
}

/// Whether the database can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Sound,
    /// The disk failed: opening the database again is enough.
    Failed,
    /// It does not make sense: it has to be made anew, from the files.
    Damaged,
}

#[derive(Debug)]
struct Trees {
    db: Db,
    records: Tree,
    fingerprints: Tree,
    expiry: Tree,
    shared: Tree,
}

/// Memory for pages of the index that are in use.
const CACHE_SIZE_BYTES: u64 = 32 * 1024 * 1024;
/// How long a change may stay in memory alone; the files make up for it.
const FLUSH_EVERY_MS: u64 = 250;

impl Index {
    /// Opens the index. One that does not open because it makes no sense is made anew, empty: the files are the truth.
    pub(crate) fn open(path: &Path, remember_expired: Duration) -> Result<Self, Error> {
        let trees = match Trees::open(path) {
            Err(Error::Index(reason)) => {
                tracing::error!(reason, "the index is damaged; it is made anew from the sealed files");
                Trees::open_anew(path)?
            }
            opened => opened?,
        };
        Ok(Self {
            path: path.to_owned(),
            remember_expired,
            trees: RwLock::new(Some(trees)),
            health: Mutex::new(Health::Sound),
            unwritten: Mutex::default(),
        })
    }

    /// Another index, in an empty folder.
    pub(crate) fn beside(&self, path: &Path) -> Result<Self, Error> {
        Self::open(path, self.remember_expired)
    }

    /// Whether changes reach the database.
    pub(crate) fn is_sound(&self) -> bool {
        *lock(&self.health) == Health::Sound
    }

    /// Throws the database away and begins a new one.
    pub(crate) fn begin_anew(&self) -> Result<(), Error> {
        *lock(&self.health) = Health::Damaged;
        self.reopen()
    }

    /// Opens the database again, and anew if it is damaged, and writes what could not be written. What had not reached
    /// the disk is lost, so that the files have to be looked through afterwards.
    pub(crate) fn reopen(&self) -> Result<(), Error> {
        let mut trees = self.trees.write().unwrap_or_else(PoisonError::into_inner);
        let health = *lock(&self.health);
        // The database is locked until its last handle is gone.
        drop(trees.take());
        let opened = match health {
            Health::Damaged => Trees::open_anew(&self.path)?,
            Health::Sound | Health::Failed => match Trees::open(&self.path) {
                Err(Error::Index(reason)) => {
                    tracing::error!(reason, "the index is damaged; it is made anew from the sealed files");
                    Trees::open_anew(&self.path)?
                }
                opened => opened?,
            },
        };
        let mut unwritten = lock(&self.unwritten);
        for (id, after) in &*unwritten {
            let before = opened.get(*id)?;
            opened.replace(*id, before.as_ref(), after.as_ref(), self.remember_expired)?;
        }
        opened.flush()?;
        unwritten.clear();
        *trees = Some(opened);
        *lock(&self.health) = Health::Sound;
        Ok(())
    }

    /// Waits until everything is on the disk. Callers at the same time wait together.
    pub(crate) fn flush(&self) -> Result<(), Error> {
        self.with(Trees::flush)
    }

    /// The same for a change that no file stands for: one that does not reach the disk is kept for later.
    pub(crate) fn flush_change(&self, id: PackageId, after: &Stored) -> Result<(), Error> {
        self.flush().inspect_err(|_| {
            lock(&self.unwritten).insert(id, Some(after.clone()));
        })
    }

    pub(crate) fn get(&self, id: PackageId) -> Result<Option<Stored>, Error> {
        if let Some(stored) = lock(&self.unwritten).get(&id) {
            return Ok(stored.clone());
        }
        self.with(|trees| trees.get(id))
    }

    /// The latest finished package of a request.
    pub(crate) fn find(&self, fingerprint: &Fingerprint) -> Result<Option<PackageId>, Error> {
        self.with(|trees| trees.find(fingerprint))
    }

    /// All records whose id begins with the byte `first`.
    pub(crate) fn scan(&self, first: u8) -> Result<Vec<(PackageId, Stored)>, Error> {
        self.with(|trees| {
            let entries = trees.records.scan_prefix([first]).map(|entry| {
                let (id, value) = entry?;
                let id = PackageId::from_slice(&id).ok_or_else(|| Error::Index("a key is no package id".into()))?;
                Ok((id, serde_json::from_slice(&value)?))
            });
            entries.collect()
        })
    }

    /// When the first package is due.
    pub(crate) fn first_due(&self) -> Result<Option<Timestamp>, Error> {
        self.with(|trees| {
            while let Some((key, _)) = trees.expiry.first()? {
                match read_time_key(&key) {
                    Some((due, _)) => return Ok(Some(due)),
                    None => drop(trees.expiry.remove(key)?),
                }
            }
            Ok(None)
        })
    }

    /// The packages that are due at `now`, at most `limit`, and when each was, the first first. Those whose time has
    /// been dealt with, but could not be written, are left out.
    pub(crate) fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<(Timestamp, PackageId)>, Error> {
        self.with(|trees| {
            let mut due = Vec::new();
            for entry in &trees.expiry {
                let (key, _) = entry?;
                match read_time_key(&key) {
                    Some((at, _)) if at > now => break,
                    Some((_, id)) if lock(&self.unwritten).contains_key(&id) => {}
                    Some(found) => due.push(found),
                    None => drop(trees.expiry.remove(key)?),
                }
                if due.len() >= limit {
                    break;
                }
            }
            Ok(due)
        })
    }

    /// Drops a time that belongs to no record.
    pub(crate) fn forget_due(&self, at: Timestamp, id: PackageId) -> Result<(), Error> {
        self.with(|trees| {
            trees.expiry.remove(time_key(at, id))?;
            Ok(())
        })
    }

    /// Replaces what is known of a package. `before` is what [`Self::get`] says. One caller at a time. A change that
    /// cannot be written holds all the same, as long as the process lives.
    pub(crate) fn replace(&self, id: PackageId, before: Option<&Stored>, after: Option<&Stored>) {
        let written = self.is_sound()
            && self
                .with(|trees| trees.replace(id, before, after, self.remember_expired))
                .is_ok();
        if !written {
            lock(&self.unwritten).insert(id, after.cloned());
        }
    }

    /// What was remembered of the shared part of a key.
    pub(crate) fn shared_entry(&self, key: &str) -> Result<Option<SharedEntry>, Error> {
        self.with(|trees| {
            let value = trees.shared.get(key)?;
            Ok(value.map(|value| serde_json::from_slice(&value)).transpose()?)
        })
    }

    /// All of them, with their keys.
    pub(crate) fn shared_entries(&self) -> Result<Vec<(IVec, SharedEntry)>, Error> {
        self.with(|trees| {
            let entries = trees.shared.iter().map(|entry| {
                let (key, value) = entry?;
                Ok((key, serde_json::from_slice(&value)?))
            });
            entries.collect()
        })
    }

    /// Remembers a shared part. On return that is on the disk.
    pub(crate) fn insert_shared(&self, key: &str, entry: &SharedEntry) -> Result<(), Error> {
        let value = serde_json::to_vec(entry)?;
        self.with(|trees| {
            trees.shared.insert(key, value)?;
            trees.flush()
        })
    }

    /// Forgets a shared part.
    pub(crate) fn remove_shared(&self, key: &IVec) -> Result<(), Error> {
        self.with(|trees| {
            trees.shared.remove(key)?;
            Ok(())
        })
    }

    /// Does something with the database, and notes what its errors say of it.
    fn with<T>(&self, work: impl FnOnce(&Trees) -> Result<T, Error>) -> Result<T, Error> {
        let trees = self.trees.read().unwrap_or_else(PoisonError::into_inner);
        let done = trees.as_ref().ok_or(Error::Unusable).and_then(work);
        let seen = match &done {
            Ok(_) => return done,
            Err(Error::Index(_)) => Health::Damaged,
            Err(_) => Health::Failed,
        };
        let mut health = lock(&self.health);
        if *health == Health::Sound || seen == Health::Damaged {
            *health = seen;
            tracing::error!(
                error = done.as_ref().err().map(|error| error as &dyn std::error::Error),
                "the index cannot be used as it is; nothing new is taken until it can"
            );
        }
        done
    }
}

impl Trees {
    fn open(path: &Path) -> Result<Self, Error> {
        // What sled reads is not always checked before it is relied on.
        let opened = catch_unwind(AssertUnwindSafe(|| {
            let db = sled::Config::new()
                .path(path)
                .cache_capacity(CACHE_SIZE_BYTES)
                .flush_every_ms(Some(FLUSH_EVERY_MS))
                .open()?;
            Ok(Self {
                records: db.open_tree("records")?,
                fingerprints: db.open_tree("fingerprints")?,
                expiry: db.open_tree("expiry")?,
                shared: db.open_tree("shared")?,
                db,
            })
        }));
        opened.unwrap_or_else(|_| Err(Error::Index("reading it panicked".into())))
    }

    /// Opens an empty database where another one was.
    fn open_anew(path: &Path) -> Result<Self, Error> {
        fs::remove_dir_all(path)
            .and_then(|()| make_folder(path))
            .map_err(Error::io("remove a damaged index"))?;
        Self::open(path)
    }

    fn flush(&self) -> Result<(), Error> {
        let io = || Error::io("write the index");
        faults::point(Point::Index(faults::Index::Flush)).map_err(io())?;
        self.db.flush()?;
        faults::point(Point::Index(faults::Index::Flushed)).map_err(io())
    }

    fn get(&self, id: PackageId) -> Result<Option<Stored>, Error> {
        let value = self.records.get(id.as_bytes())?;
        Ok(value.map(|value| serde_json::from_slice(&value)).transpose()?)
    }

    fn find(&self, fingerprint: &Fingerprint) -> Result<Option<PackageId>, Error> {
        let id = self.fingerprints.get(fingerprint.as_bytes())?;
        Ok(id.and_then(|id| PackageId::from_slice(&id)))
    }

    fn replace(
        &self,
        id: PackageId,
        before: Option<&Stored>,
        after: Option<&Stored>,
        remember_expired: Duration,
    ) -> Result<(), Error> {
        let at = |step| faults::point(Point::Index(step)).map_err(Error::io("write the index"));
        at(faults::Index::Begin)?;
        let value = after.map(serde_json::to_vec).transpose()?;
        let due = |stored: Option<&Stored>| stored.and_then(|stored| stored.record.due(remember_expired));
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
        at(faults::Index::Fingerprint)?;
        if let Some(due) = due_after {
            self.expiry.insert(time_key(due, id), &[])?;
        }
        at(faults::Index::Due)?;
        match value {
            Some(value) => self.records.insert(id.as_bytes(), value)?,
            None => self.records.remove(id.as_bytes())?,
        };
        at(faults::Index::Record)?;
        if let Some(due) = due_before.filter(|_| due_before != due_after) {
            self.expiry.remove(time_key(due, id))?;
        }
        at(faults::Index::End)
    }
}
