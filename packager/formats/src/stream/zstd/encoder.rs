//! Compressing a run.

use std::io::{self, Write};

use super::Content;
use super::block::{FRAME_HEADER, WINDOW_LOG};
use super::job::{Job, Recipe};
use super::offsets::Places;
use crate::stream::in_order::InOrder;
use crate::stream::{Effort, Position};

/// Most bytes that a job compresses. Jobs are what threads share, and what memory is counted in.
const JOB_SIZE: usize = 20 << 20;
/// What is gathered beyond this gets the memory of a whole job.
const SHORT: usize = 1 << 20;
/// Bytes before a job that its compressor is shown.
const BEFORE_SIZE: usize = 8 << 20;
/// Whatever the compressor does, it refers to nothing farther back than the frame's window.
const _: () = assert!(JOB_SIZE + BEFORE_SIZE <= 1 << WINDOW_LOG);
/// Where a cut is looked for: so many bytes from the end of what was gathered, the nearest first. Dense tables can be
/// megabytes long, and what a job cannot begin with is not compressed.
const CUT_WITHIN: [usize; 5] = [64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20];

/// The highest level whose tables, 80 MB, leave room for a second thread.
const BEST: Recipe = Recipe {
    level: 19,
    window_log: 23,
};
/// Metadata comes twice in a row: a window that reaches back over a whole copy matters, a better search does not.
const QUICK: Recipe = Recipe {
    level: 6,
    window_log: 23,
};

/// Compresses one run. A job is gathered while others are being compressed; at no time is more of the run in memory
/// than a job for each thread and the one that is being gathered.
pub struct Encoder<W: Write> {
    recipe: Recipe,
    job_size: usize,
    /// What comes before the job that is being gathered, and what of that is there.
    gathered: Vec<u8>,
    begin: usize,
    content: Content,
    under_way: InOrder<Vec<u8>>,
    out: W,
}

impl<W: Write> Encoder<W> {
    pub(in crate::stream) fn new(position: Position, effort: Effort, mut out: W) -> io::Result<Self> {
        if position == Position::First {
            out.write_all(&FRAME_HEADER)?;
        }
        Ok(Self {
            recipe: match effort {
                Effort::Best(_) => BEST,
                Effort::Quick => QUICK,
            },
            job_size: JOB_SIZE,
            gathered: Vec::new(),
            begin: 0,
            content: Content::default(),
            under_way: InOrder::new(effort),
            out,
        })
    }

    /// The same with smaller jobs.
    #[cfg(test)]
    pub(super) fn with_jobs_of(self, job_size: usize) -> Self {
        assert!(job_size <= JOB_SIZE);
        Self { job_size, ..self }
    }

    /// Has everything up to `end` compressed, and keeps the rest, with what its compressor is to be shown.
    fn end_job(&mut self, end: usize) -> io::Result<()> {
        let kept_from = end.saturating_sub(BEFORE_SIZE);
        let kept = self.gathered.get(kept_from..).unwrap_or_default().to_vec();
        let mut data = std::mem::replace(&mut self.gathered, kept);
        data.truncate(end);
        let job = Job {
            data,
            begin: std::mem::replace(&mut self.begin, end - kept_from),
        };
        let (recipe, out) = (self.recipe, &mut self.out);
        self.under_way
            .begin(move || job.compress(recipe), |blocks| out.write_all(&blocks))
    }

    /// Where to cut what was gathered: as far back as possible, but where the next job can begin at once.
    fn cut(&self) -> usize {
        let size = self.gathered.len();
        let cut = CUT_WITHIN.into_iter().find_map(|within| {
            // The job has something in it.
            let from = size.checked_sub(within).filter(|from| *from > self.begin)?;
            let places = Places::find(self.gathered.get(from..)?)?;
            Some(from + places.begin())
        });
        cut.unwrap_or(size)
    }

    pub(in crate::stream) fn finish(mut self) -> io::Result<(W, Content)> {
        if self.begin < self.gathered.len() {
            self.end_job(self.gathered.len())?;
        }
        let mut out = self.out;
        self.under_way.finish(|blocks| out.write_all(&blocks))?;
        Ok((out, self.content))
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let room = self.begin + self.job_size - self.gathered.len();
        let taken = buf.len().min(room);
        // A vector that doubles takes three times the memory for a moment. A short run takes what it needs.
        let most = self.begin + self.job_size;
        if self.gathered.len() + taken > self.begin + SHORT && self.gathered.capacity() < most {
            self.gathered.reserve_exact(most - self.gathered.len());
        }
        self.gathered.extend_from_slice(buf.get(..taken).unwrap_or_default());
        self.content.size_bytes += taken as u64;
        if taken == room {
            self.end_job(self.cut())?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
