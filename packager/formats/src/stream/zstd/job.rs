//! A piece of a run, compressed by itself.

use std::io;

use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

use super::block::{blocks_of, write_raw_blocks};
use super::offsets::Places;

/// How hard a job is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Recipe {
    /// Of zstd(1).
    pub(super) level: i32,
    /// How far back it looks for matches, as a power of two.
    pub(super) window_log: u32,
}

/// Content to compress, with what of the run is before it.
pub(super) struct Job {
    pub(super) data: Vec<u8>,
    /// Where in `data` the job begins.
    pub(super) begin: usize,
}

impl Job {
    /// The job's blocks. What is before the job is referred to, and not in them.
    pub(super) fn compress(&self, recipe: Recipe) -> io::Result<Vec<u8>> {
        let content = self.data.get(self.begin..).unwrap_or_default();
        let mut out = Vec::new();
        let Some(places) = Places::find(content) else {
            // Nothing in it repeats itself as code and text do.
            write_raw_blocks(&mut out, content);
            return Ok(out);
        };
        let written = places.write(&mut out, content);
        let (before, rest) = self.data.split_at(self.begin + written);
        if !rest.is_empty() {
            out.append(&mut compress(before, rest, recipe)?);
        }
        Ok(out)
    }
}

/// The blocks of `data`, with matches in `before` too, which is right in front of it.
fn compress(before: &[u8], data: &[u8], recipe: Recipe) -> io::Result<Vec<u8>> {
    let mut compressor = Compressor::new(recipe.level)?;
    for parameter in [
        CParameter::WindowLog(recipe.window_log),
        CParameter::ContentSizeFlag(false),
        CParameter::ChecksumFlag(false),
        CParameter::DictIdFlag(false),
    ] {
        compressor.set_parameter(parameter)?;
    }
    let refused = |code| io::Error::other(zstd::zstd_safe::get_error_name(code));
    compressor.context_mut().ref_prefix(before).map_err(refused)?;
    blocks_of(compressor.compress(data)?)
}
