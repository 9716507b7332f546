//! Arch Linux packages, from PKGBUILD(5), BUILDINFO(5), mtree(5), alpm-hooks(5) and what makepkg 6 and libalpm 13 do.
//!
//! A package is a compressed tar archive of the files to install, and of files that begin with a dot, which pacman keeps
//! for itself:
//!
//! | file | is |
//! |---|---|
//! | `.PKGINFO` | what the package says of itself |
//! | `.BUILDINFO` | where and of what it was built |
//! | `.INSTALL` | functions of `/bin/sh` that pacman calls before and after |
//! | `.MTREE` | all files, with modes, owners, times, sizes and digests, compressed with gzip; `pacman -Qkk` compares |
//!
//! libalpm takes them wherever they stand. makepkg has `.MTREE` in front, so that pacman need not read a package through to
//! list its files; here it is the last, because it speaks of the package's own files:
//!
//! ```text
//! own      frame header, .PKGINFO, .BUILDINFO, .INSTALL     }
//! shared   the agent's files                                } one
//! shared   further files, made more often                   } zstd frame
//! own      files of this package, .MTREE, end of tar        }
//! ```
//!
//! The own bytes in front are the same for all customers who ask for the same options: the installed size counts own files
//! in whole pages. So the digest of a package, and what its signature is made over, go on from the remembered state behind
//! the shared parts. The signature is over all of the package, in a file of its own.
//!
//! `.MTREE` has no digests of files that are marked secret: pacman keeps it where every user of the host can read it.

mod compose;
mod info;
mod install;
mod mtree;
mod version;

pub use compose::compose;

#[cfg(test)]
mod tests;
