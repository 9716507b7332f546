//! That runs do not depend on each other: stock zstd, libarchive, and a decoder that shares no line with libzstd read
//! them in every order.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use super::block::blocks_of;
use super::*;
use crate::stream::{Compressors, Effort, Position};

/// A run that is not the first.
fn run(effort: Effort, data: &[u8]) -> Vec<u8> {
    let mut encoder = Encoder::new(Position::Later, effort, Vec::new()).unwrap();
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap().0
}

fn best() -> Effort {
    Effort::Best(Compressors::new(std::num::NonZeroU32::MIN))
}

/// A frame of runs, between own bytes.
fn frame(runs: &[&[u8]]) -> Vec<u8> {
    let mut frame = open(b"own in front");
    for run in runs {
        frame.extend_from_slice(run);
    }
    frame.extend_from_slice(&close(&vec![&Run::Zstd(Content::default()); runs.len()], b"own behind").unwrap());
    frame
}

/// What a tool reads from its standard input; panics if it finds a fault.
fn piped(command: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(command[0])
        .args(&command[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    assert!(output.status.success(), "{command:?} refuses the frame");
    output.stdout
}

fn assert_decodes(frame: &[u8], want: &[u8]) {
    let want = [b"own in front", want, b"own behind"].concat();
    assert!(piped(&["zstd", "-dc"], frame) == want, "zstd");
    let mut data = Vec::new();
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(frame).unwrap();
    decoder.read_to_end(&mut data).unwrap();
    assert!(data == want, "ruzstd");
}

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// Data that compresses, with what compressors use the last offsets for: columns of records, some bytes of which change.
fn records(numbers: &mut Numbers, size: usize) -> Vec<u8> {
    let mut data = Vec::with_capacity(size + 64);
    while data.len() < size {
        let width = [1, 2, 3, 4, 5, 8, 12, 16, 24][numbers.below(9)];
        let record: Vec<u8> = (0..width).map(|_| numbers.below(4).to_le_bytes()[0] * 60).collect();
        for _ in 0..=numbers.below(40) {
            let place = numbers.below(width);
            data.extend_from_slice(&record);
            if numbers.below(3) == 0 {
                let at = data.len() - width + place;
                data[at] = numbers.below(256).to_le_bytes()[0];
            }
        }
    }
    data.truncate(size);
    data
}

/// The header of a tar entry, of which a run's data always begins.
fn entry(name: &str) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_path(name).unwrap();
    header.set_size(7);
    header.set_cksum();
    header.as_bytes().to_vec()
}

#[test]
fn runs_stand_in_any_order() {
    let mut numbers = Numbers(1);
    let datas: Vec<Vec<u8>> = (0..4)
        .map(|number| [entry("some/file"), records(&mut numbers, 1000 << (number * 2))].concat())
        .collect();
    let runs: Vec<_> = datas
        .iter()
        .zip([best(), Effort::Quick, Effort::Quick, best()])
        .map(|(data, effort)| run(effort, data))
        .collect();
    let mut orders = 0;
    for a in 0..4 {
        for b in (0..4).filter(|b| *b != a) {
            for c in (0..4).filter(|c| ![a, b].contains(c)) {
                let order = [a, b, c, 6 - a - b - c];
                let compressed: Vec<_> = order.iter().map(|index| runs[*index].as_slice()).collect();
                let want: Vec<_> = order.iter().map(|index| datas[*index].as_slice()).collect();
                assert_decodes(&frame(&compressed), &want.concat());
                orders += 1;
            }
        }
    }
    assert_eq!(orders, 24);
}

/// The offsets that a frame begins with are what compressors try first.
#[test]
fn runs_that_begin_with_the_first_offsets_decode_behind_others() {
    let mut numbers = Numbers(7);
    for case in 0..60 {
        let first = records(&mut numbers, 3000);
        let mut second = vec![b'x'; 30];
        second.extend(
            (0..200)
                .map(|n: usize| [1, 4, 8][case % 3] * (n / [1, 4, 8][case % 3]))
                .map(|n| n.to_le_bytes()[0]),
        );
        second.extend(records(&mut numbers, 500 + case * 10));
        let (one, two) = (run(best(), &first), run(best(), &second));
        assert_decodes(&frame(&[&one, &two, &one]), &[&first[..], &second, &first].concat());
    }
}

/// Data in which the offsets cannot be set at once, or at all.
#[test]
fn what_cannot_set_the_offsets_is_stored() {
    let distinct: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let mut late = distinct.clone();
    late.extend_from_slice(&[0; 40]);
    late.extend_from_slice(&distinct);
    let stored = run(best(), &distinct);
    assert!(stored.len() > distinct.len());
    assert!(run(best(), &late).len() < late.len() * 2 / 3);
    for data in [&distinct[..], &late, b"", b"x", &[0; 23], &[0; 32], &[0; 33]] {
        let other = run(best(), &records(&mut Numbers(3), 5000));
        let of_other = records(&mut Numbers(3), 5000);
        let frame = frame(&[&other, &run(best(), data), &other]);
        assert_decodes(&frame, &[&of_other[..], data, &of_other].concat());
    }
}

/// Jobs refer back to what is before them, but not to the offsets and tables there.
#[test]
fn jobs_of_a_run_are_one_stream() {
    let mut numbers = Numbers(11);
    // Some end where the next can begin at once, some do not.
    let dense: Vec<u8> = (0..=255).cycle().take(150_000).collect();
    let data = [
        records(&mut numbers, 2_000_000),
        dense,
        records(&mut numbers, 1_000_000),
    ]
    .concat();
    for job_size in [70_000, 100_003, 300_000] {
        let encoder = Encoder::new(Position::Later, Effort::Quick, Vec::new()).unwrap();
        let mut encoder = encoder.with_jobs_of(job_size);
        encoder.write_all(&data).unwrap();
        let (run, content) = encoder.finish().unwrap();
        assert_eq!(content.size_bytes, data.len() as u64);
        assert_decodes(&frame(&[&run, &run]), &[&data[..], &data].concat());
    }
}

/// A piece that repeats farther away than a job is long costs nothing the second time.
#[test]
fn jobs_see_what_is_before_them() {
    let mut numbers = Numbers(13);
    let piece = records(&mut numbers, 300_000);
    let mut data = Vec::new();
    while data.len() < 50 << 20 {
        data.extend_from_slice(&piece);
        data.push(numbers.below(256).to_le_bytes()[0]);
    }
    let compressed = run(Effort::Quick, &data);
    assert!(compressed.len() < data.len() / 100, "{}", compressed.len());
    assert_decodes(&frame(&[&compressed]), &data);
}

#[test]
fn libarchive_reads_the_frame() {
    let archive = [entry("file").as_slice(), b"content", &[0; 505], &[0; 1024]].concat();
    let run = run(best(), &archive);
    let mut frame = open(b"");
    frame.extend_from_slice(&run);
    frame.extend_from_slice(&close(&[&Run::Zstd(Content::default())], &[0; 512]).unwrap());
    assert_eq!(piped(&["bsdtar", "-xOf", "-", "file"], &frame), b"content");
}

/// Own bytes of every length about the sizes of blocks.
#[test]
fn own_bytes_are_stored_whole() {
    for size in [0, 1, (128 << 10) - 1, 128 << 10, (128 << 10) + 1, 256 << 10] {
        let own = vec![7; size];
        let frame = close(&[], &own).unwrap();
        assert_eq!(piped(&["zstd", "-dc"], &frame), own);
        let front = [open(&own), close(&[&Run::Zstd(Content::default())], b"").unwrap()].concat();
        assert_eq!(piped(&["zstd", "-dc"], &front), own);
    }
}

#[test]
fn other_frames_are_refused() {
    let good = close(&[], b"content").unwrap();
    assert!(blocks_of(good.clone()).is_ok());
    let with_checksum = |descriptor| {
        let mut frame = good.clone();
        frame[4] = descriptor;
        frame
    };
    for frame in [
        Vec::new(),
        good[..5].to_vec(),
        good[..good.len() - 1].to_vec(),
        [&good[..], b"x"].concat(),
        open(b"no last block"),
        with_checksum(4),
        with_checksum(0x20),
    ] {
        assert!(blocks_of(frame).is_err());
    }
}
