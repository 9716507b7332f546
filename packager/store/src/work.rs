//! What a build has come to, for builds that take longer than a process may live.

use std::fs::{File as DiskFile, OpenOptions};
use std::path::Path;

use packager_durable as durable;
use packager_faults::File;
use zeroize::Zeroizing;

use crate::pending::{JobFile, lock};
use crate::seal::Purpose;
use crate::shred::overwrite_nameless;
use crate::{Error, PackageId, Store};

impl Store {
    /// Keeps what a build has come to, sealed with its request, in the place of what was kept before. On return it is on the
    /// disk, and a restart finds it ([`Store::work`]); what it took the place of is overwritten. It goes with the job.
    ///
    /// # Errors
    /// [`Error::NotInProgress`] when the build is over; [`Error::StorageFull`] and errors of the disk, after which it is
    /// unknown whether a restart finds this or what was kept before.
    pub fn keep_work(&self, id: PackageId, work: &[u8]) -> Result<(), Error> {
        let job = lock(&self.pending).get(id).cloned().ok_or(Error::NotInProgress)?;
        let mut file = lock(&job.file);
        let before = match &*file {
            JobFile::Over => return Err(Error::NotInProgress),
            JobFile::Unwritten => None,
            JobFile::Written(path) => Some(open(path)?),
        };
        let sealed = self.sealed_job(id, &job, work)?;
        let path = self.path(id, Purpose::Job);
        if let Err(error) = durable::write(File::Job, &self.dir.join("tmp"), &path, &sealed) {
            if before.is_none() {
                // It may have got its name before the sync failed, and there is no promise to keep yet.
                self.discard(path);
            }
            return Err(Error::io("write a job")(error));
        }
        *file = JobFile::Written(path);
        *lock(&job.work) = Zeroizing::new(work.to_vec());
        drop(file);
        if let Some(Err(error)) = before.map(|before| overwrite_nameless(&before)) {
            tracing::warn!(package = %id.short(), error = &error as &dyn std::error::Error, "cannot overwrite an earlier job");
        }
        Ok(())
    }

    /// What was kept last of a package in progress; nothing if nothing was.
    ///
    /// # Errors
    /// [`Error::NotInProgress`] for any other package.
    pub fn work(&self, id: PackageId) -> Result<Zeroizing<Vec<u8>>, Error> {
        let job = lock(&self.pending).get(id).cloned().ok_or(Error::NotInProgress)?;
        let work = lock(&job.work).clone();
        Ok(work)
    }
}

fn open(path: &Path) -> Result<DiskFile, Error> {
    let opened = OpenOptions::new().write(true).open(path);
    opened.map_err(Error::io("open a job"))
}
