//! Compressed streams that are made of runs.
//!
//! A *run* is compressed data that is not a whole stream: it ends on a byte boundary, with everything that went into
//! it flushed, and with no end-of-stream mark. The first run carries the stream's header. Runs follow each other, and
//! [`close`] ends the stream with a run of the caller's own bytes, stored rather than compressed. What a stock tool
//! reads is one plain stream, never a concatenation of streams: dpkg drops whatever follows the first xz stream without
//! a word.
//!
//! | | a run | the end |
//! |---|---|---|
//! | xz | blocks | one block of stored chunks, the index over all blocks, the footer |
//! | gzip | deflate blocks, then a sync flush | stored blocks, the CRC and the length of everything |
//! | zstd | blocks that do not rely on what the blocks before left behind | raw blocks, the last one marked |
//!
//! A block of an xz stream depends on nothing but what is in it, so that one that has been compressed before can be
//! [found](KnownBlocks) instead.

mod compressors;
mod gzip;
mod in_order;
mod known;
mod unpack;
mod xz;
pub(crate) mod zstd;

pub use compressors::Compressors;
pub(crate) use in_order::InOrder;
pub(crate) use known::WORTH_A_BLOCK_BYTES;
pub use known::{BlockId, KnownBlocks, LocatedBlock};
pub(crate) use unpack::unpack;

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

/// How the files of a package are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// LZMA2 in an xz container: the smaller download.
    Xz,
    /// Deflate in a gzip container: quicker to make and to install, half as large again.
    Gzip,
    /// zstd, which nothing unpacks as fast.
    Zstd,
}

impl Compression {
    /// The ending of a file name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Xz => "xz",
            Self::Gzip => "gz",
            Self::Zstd => "zst",
        }
    }
}

/// How much work goes into a run.
#[derive(Debug, Clone)]
pub enum Effort {
    /// For what is made once and downloaded often. The bytes do not depend on the number of threads.
    Best(Compressors),
    /// For what is remade often: milliseconds for a megabyte.
    Quick,
}

/// Where in its stream a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// At the beginning: it carries the stream's header.
    First,
    /// Behind another run.
    Later,
}

/// What must be known of a run to end the stream that it is part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Run {
    /// Of an xz stream.
    Xz(xz::Blocks),
    /// Of a gzip member.
    Gzip(gzip::Checked),
    /// Of a zstd frame.
    Zstd(zstd::Content),
}

impl Run {
    /// The compression that made it.
    #[must_use]
    pub const fn compression(&self) -> Compression {
        match self {
            Self::Xz(_) => Compression::Xz,
            Self::Gzip(_) => Compression::Gzip,
            Self::Zstd(_) => Compression::Zstd,
        }
    }

    /// The blocks that other runs may have, too, in a run that is `size_bytes` long.
    #[must_use]
    pub fn blocks(&self, size_bytes: u64) -> Vec<LocatedBlock> {
        match self {
            Self::Xz(blocks) => blocks.locate(size_bytes),
            Self::Gzip(_) | Self::Zstd(_) => Vec::new(),
        }
    }

    /// The length of what went into it, in bytes.
    #[must_use]
    pub fn unpacked_size_bytes(&self) -> u64 {
        match self {
            Self::Xz(blocks) => blocks.unpacked_size_bytes(),
            Self::Gzip(checked) => checked.size_bytes,
            Self::Zstd(content) => content.size_bytes,
        }
    }
}

/// Compresses what is written to it as one run.
pub enum Encoder<W: Write> {
    /// Of an xz stream.
    Xz(xz::Encoder<W>),
    /// Of a gzip member.
    Gzip(gzip::Encoder<W>),
    /// Of a zstd frame.
    Zstd(zstd::Encoder<W>),
}

impl<W: Write> Encoder<W> {
    /// Starts a run.
    ///
    /// # Errors
    /// When the compressor cannot be set up, or `out` cannot be written.
    pub fn new(compression: Compression, position: Position, effort: Effort, out: W) -> io::Result<Self> {
        match compression {
            Compression::Xz => xz::Encoder::new(position, effort, out).map(Self::Xz),
            Compression::Gzip => gzip::Encoder::new(position, &effort, out).map(Self::Gzip),
            Compression::Zstd => zstd::Encoder::new(position, effort, out).map(Self::Zstd),
        }
    }

    /// Says that a file's content begins or ends here that is worth a block of its own.
    ///
    /// # Errors
    /// When the compressor fails, or `out` cannot be written.
    pub(crate) fn cut(&mut self) -> io::Result<()> {
        match self {
            Self::Xz(encoder) => encoder.cut(),
            Self::Gzip(_) | Self::Zstd(_) => Ok(()),
        }
    }

    /// Ends the run, and gives back the writer.
    ///
    /// # Errors
    /// When the compressor fails, or `out` cannot be written.
    pub fn finish(self) -> io::Result<(W, Run)> {
        match self {
            Self::Xz(encoder) => encoder.finish().map(|(out, blocks)| (out, Run::Xz(blocks))),
            Self::Gzip(encoder) => encoder.finish().map(|(out, checked)| (out, Run::Gzip(checked))),
            Self::Zstd(encoder) => encoder.finish().map(|(out, content)| (out, Run::Zstd(content))),
        }
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Xz(encoder) => encoder.write(buf),
            Self::Gzip(encoder) => encoder.write(buf),
            Self::Zstd(encoder) => encoder.write(buf),
        }
    }

    /// Does nothing: a run is flushed once, at its end.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The end of a stream whose beginning is `runs`: `own` in stored form, and whatever the container ends with. With no
/// runs it is a whole stream.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] if a run was made by another compression.
pub fn close(compression: Compression, runs: &[&Run], own: &[u8]) -> io::Result<Vec<u8>> {
    match compression {
        Compression::Xz => xz::close(runs, own),
        Compression::Gzip => gzip::close(runs, own),
        Compression::Zstd => zstd::close(runs, own),
    }
}

/// The error for a run that another compression made.
fn foreign_run() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "a run was made by another compression")
}

#[cfg(test)]
mod tests;
