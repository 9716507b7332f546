//! The stock tools `xz`, `gzip` and `zstd` decide, then this crate's decoders, which read one stream and stop.

use std::io::Read;
use std::process::{Command, Stdio};

use super::*;

const ALL: [Compression; 3] = [Compression::Xz, Compression::Gzip, Compression::Zstd];

/// Bytes that compress, but not to nothing.
fn sample(size: usize) -> Vec<u8> {
    let mut state = 1_u32;
    (0..size)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 28) as u8 + b'a'
        })
        .collect()
}

/// More than two blocks of the best effort, quick to compress.
fn blocks() -> Vec<u8> {
    let mut data = vec![0; 50 << 20];
    for (place, noise) in data.chunks_mut(1 << 20).zip(sample(5000).chunks(100)) {
        place[..noise.len()].copy_from_slice(noise);
    }
    data
}

fn best(threads: u32) -> Effort {
    Effort::Best(Compressors::new(threads.try_into().unwrap()))
}

fn run(compression: Compression, position: Position, effort: Effort, data: &[u8]) -> (Vec<u8>, Run) {
    let mut encoder = Encoder::new(compression, position, effort, Vec::new()).unwrap();
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// What the stock tool reads; panics if it finds a fault.
fn stock(compression: Compression, stream: &[u8]) -> Vec<u8> {
    let tool = match compression {
        Compression::Xz => "xz",
        Compression::Gzip => "gzip",
        Compression::Zstd => "zstd",
    };
    let mut child = Command::new(tool)
        .arg("-dc")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let stream = stream.to_vec();
    let feeder = std::thread::spawn(move || stdin.write_all(&stream));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    assert!(output.status.success(), "{tool} refuses the stream");
    output.stdout
}

/// What a decoder reads that stops at the end of the first stream, as dpkg's does, and how much of the input it read.
fn first_stream(compression: Compression, stream: &[u8]) -> (Vec<u8>, u64) {
    let mut data = Vec::new();
    match compression {
        Compression::Xz => {
            let decoder = liblzma::stream::Stream::new_stream_decoder(u64::MAX, 0).unwrap();
            let mut reader = liblzma::bufread::XzDecoder::new_stream(stream, decoder);
            reader.read_to_end(&mut data).unwrap();
            (data, reader.total_in())
        }
        Compression::Gzip => {
            let mut reader = flate2::bufread::GzDecoder::new(stream);
            reader.read_to_end(&mut data).unwrap();
            let rest = reader.into_inner().len();
            (data, (stream.len() - rest) as u64)
        }
        Compression::Zstd => {
            let mut reader = ::zstd::stream::read::Decoder::with_buffer(stream)
                .unwrap()
                .single_frame();
            reader.read_to_end(&mut data).unwrap();
            let rest = reader.finish().len();
            (data, (stream.len() - rest) as u64)
        }
    }
}

fn assert_one_stream(compression: Compression, stream: &[u8], want: &[u8]) {
    assert_eq!(stock(compression, stream), want);
    let (data, read) = first_stream(compression, stream);
    assert_eq!(data, want);
    assert_eq!(read, stream.len() as u64, "something follows the first stream");
}

#[test]
fn runs_and_own_bytes_make_one_stream() {
    // A run of zstd begins where something repeats itself, as in the header of a tar entry.
    let one = [vec![0; 40], sample(300_000)].concat();
    let two = [vec![0; 40], sample(70_000)].concat();
    for compression in ALL {
        let (first, first_run) = run(compression, Position::First, best(2), &one);
        let (second, second_run) = run(compression, Position::Later, Effort::Quick, &two);
        for size in [0, 1, 3, 4, 512, 65_534, 65_535, 65_536, 65_537, 200_000] {
            let own = sample(size);
            let tail = close(compression, &[&first_run, &second_run], &own).unwrap();
            let stream = [&first[..], &second, &tail].concat();
            assert_one_stream(compression, &stream, &[&one[..], &two, &own].concat());
        }
        assert!(first.len() < one.len() * 2 / 3, "{compression:?} does not compress");
    }
}

#[test]
fn empty_runs_and_no_runs_make_a_stream_too() {
    for compression in ALL {
        for own in [&b""[..], b"own"] {
            let tail = close(compression, &[], own).unwrap();
            assert_one_stream(compression, &tail, own);
            let (first, first_run) = run(compression, Position::First, best(1), b"");
            let (second, second_run) = run(compression, Position::Later, Effort::Quick, b"");
            let tail = close(compression, &[&first_run, &second_run], own).unwrap();
            assert_one_stream(compression, &[&first[..], &second, &tail].concat(), own);
        }
    }
}

#[test]
fn many_blocks_keep_their_records() {
    let data = blocks();
    let (first, notes) = run(Compression::Xz, Position::First, best(2), &data);
    let tail = close(Compression::Xz, &[&notes], b"own").unwrap();
    assert_one_stream(
        Compression::Xz,
        &[&first[..], &tail].concat(),
        &[&data[..], b"own"].concat(),
    );
    let Run::Xz(blocks) = &notes else { panic!("{notes:?}") };
    assert!(format!("{blocks:?}").matches('(').count() > 3, "{blocks:?}");
}

/// Without the sizes in the headers, dpkg 1.22 and `xz -T` unpack with one thread.
#[test]
fn every_block_says_its_sizes() {
    let (first, notes) = run(Compression::Xz, Position::First, best(2), &sample(1000));
    let tail = close(Compression::Xz, &[&notes], b"own").unwrap();
    let mut file = tempfile::NamedTempFile::with_suffix(".xz").unwrap();
    file.write_all(&[first, tail].concat()).unwrap();
    let listed = Command::new("xz")
        .args(["--robot", "-lvv"])
        .arg(file.path())
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    // xz(1), ROBOT MODE: the twelfth column of a block has `c` and `u` for the two sizes.
    let flags: Vec<_> = listed
        .lines()
        .filter(|line| line.starts_with("block\t"))
        .map(|line| line.split('\t').nth(12))
        .collect();
    assert_eq!(flags, [Some("cu"), Some("cu")], "{listed}");
}

#[test]
fn bytes_do_not_depend_on_threads() {
    let data = blocks();
    for compression in ALL {
        let one = run(compression, Position::First, best(1), &data);
        let two = run(compression, Position::First, best(2), &data);
        assert!(one == two, "{compression:?}");
    }
}

#[test]
fn a_run_of_another_compression_is_refused() {
    let (_, gzip) = run(Compression::Gzip, Position::First, Effort::Quick, b"x");
    let (_, xz) = run(Compression::Xz, Position::First, Effort::Quick, b"x");
    let (_, zstd) = run(Compression::Zstd, Position::First, Effort::Quick, b"x");
    assert!(close(Compression::Xz, &[&gzip], b"").is_err());
    assert!(close(Compression::Gzip, &[&xz], b"").is_err());
    assert!(close(Compression::Zstd, &[&xz, &gzip], b"").is_err());
    assert!(close(Compression::Xz, &[&zstd], b"").is_err());
}

#[test]
fn notes_survive_being_stored() {
    for compression in ALL {
        let (_, notes) = run(compression, Position::First, best(1), &sample(1000));
        let text = serde_json::to_string(&notes).unwrap();
        assert_eq!(serde_json::from_str::<Run>(&text).unwrap(), notes);
    }
}
