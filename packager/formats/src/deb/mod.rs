//! Debian packages, from deb(5), deb-control(5) and the Debian Policy Manual.
//!
//! A deb is an `ar` archive of three members: `debian-binary` with the format's version, `control.tar` with what the
//! package says of itself and its maintainer scripts, and `data.tar` with the files it installs. dpkg demands them in
//! this order, so a package is composed like this:
//!
//! ```text
//! own      "!<arch>\n", debian-binary, control.tar.gz, the ar header of data.tar.xz
//! shared   data.tar.xz: the agent's files                   } one
//! shared   data.tar.xz: further files, made more often      } xz
//! own      data.tar.xz: files of this package, end of tar   } stream
//! own      _gpgorigin, if the package is signed
//! ```
//!
//! The own bytes in front are the same for all customers who ask for the same options: `control.tar` has no value of
//! theirs, and the length of `data.tar`, which stands in its `ar` header, is the same because the tar archive's end is
//! padded to a whole record. So the digest of a package goes on from the remembered state behind the shared parts.
//!
//! `md5sums` leaves out files that are marked secret: it lies where every user of the host can read it.

mod ar;
mod compose;
mod control;
mod keep_edited;
mod signature;

pub use compose::compose;
pub use signature::{attach_signature, signed_ranges};

#[cfg(test)]
mod tests;
