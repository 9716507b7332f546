//! Reading a run back.

use std::io::{self, Cursor, Read};

use super::{Compression, Position, Run, close, gzip, xz, zstd};

/// What went into a run. `packed` is what came out of it, without the stream's end.
///
/// # Errors
/// When the decoder cannot be set up; reading fails if the run is not one of its kind.
pub(crate) fn unpack<'a>(
    run: &Run,
    position: Position,
    packed: impl Read + Send + 'a,
) -> io::Result<Box<dyn Read + Send + 'a>> {
    let compression = run.compression();
    // Alone it is a stream once it has a beginning and an end.
    let beginning = match (position, compression) {
        (Position::First, _) => Vec::new(),
        (Position::Later, Compression::Xz) => xz::stream_header().to_vec(),
        (Position::Later, Compression::Gzip) => gzip::HEADER.to_vec(),
        (Position::Later, Compression::Zstd) => zstd::open(b""),
    };
    let end = close(compression, &[run], b"")?;
    let stream = Cursor::new(beginning).chain(packed).chain(Cursor::new(end));
    Ok(match compression {
        Compression::Xz => {
            // Runs are of this program's making, with dictionaries of its choice.
            let decoder = liblzma::stream::Stream::new_stream_decoder(u64::MAX, 0)?;
            Box::new(liblzma::read::XzDecoder::new_stream(stream, decoder))
        }
        Compression::Gzip => Box::new(flate2::read::GzDecoder::new(stream)),
        Compression::Zstd => Box::new(::zstd::stream::read::Decoder::new(stream)?.single_frame()),
    })
}
