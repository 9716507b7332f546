//! zstd frames made of runs. Section numbers are those of RFC 8878.
//!
//! A frame (section 3.1.1) is a header, blocks, the last of which is marked, and a checksum if the header says so:
//!
//! ```text
//! header(6) | block | block | …
//! ```
//!
//! The header here says neither the length of the content nor that there is a checksum, so nothing speaks of the whole,
//! and blocks of different runs can follow each other. A window that covers all of them is in it.
//!
//! Blocks depend on what is before them in three ways (sections 3.1.1.3 to 3.1.1.5), and a run is made so that it does not:
//!
//! | a block may use | why a run does not reach beyond its beginning |
//! |---|---|
//! | content that is already decoded | a compressor of its own saw nothing else |
//! | the entropy tables of the block before (`Treeless_Literals_Block`, `Repeat_Mode`) | a compressor has none for its first block |
//! | the last three offsets (`Repeated_Offset`) | they are set by the run itself, see below |
//!
//! A compressor begins with the offsets that a frame begins with, 1, 4 and 8 (section 3.1.1.5), but a run that is not the
//! first finds those that the run before ended with. So a run begins with sequences that copy from 8, 4 and 1 bytes back,
//! offsets given in full, at the first places where its content allows it; after these the last three offsets are 1, 4
//! and 8. What is before and between is in raw blocks, which change no offset. Any sixteen zero bytes will do, of which
//! the header of a tar entry has plenty.
//!
//! Large content is cut into jobs that are compressed side by side. A job is like a run: it begins in the same way, but its
//! compressor is shown the end of the job before, which decoders have too. Cuts are made where the offsets can be set.
//!
//! The caller's own bytes are raw blocks. They may stand before, between and behind runs.

mod block;
mod encoder;
mod job;
mod offsets;

pub(crate) use block::open;
pub use encoder::Encoder;

use std::io;

use serde::{Deserialize, Serialize};

use super::{Run, foreign_run};
use block::{FRAME_HEADER, write_last_raw_blocks};

/// What went into a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Content {
    /// Its length.
    pub(super) size_bytes: u64,
}

/// The end of a frame: raw blocks with `own`, the last one marked.
pub(super) fn close(runs: &[&Run], own: &[u8]) -> io::Result<Vec<u8>> {
    if runs.iter().any(|run| !matches!(run, Run::Zstd(_))) {
        return Err(foreign_run());
    }
    // Sized beforehand, generously: a vector that grows leaves copies of a secret behind.
    let mut out = Vec::with_capacity(own.len() + own.len() / (16 << 10) + 512);
    if runs.is_empty() {
        out.extend_from_slice(&FRAME_HEADER);
    }
    write_last_raw_blocks(&mut out, own);
    Ok(out)
}

#[cfg(test)]
mod tests;
