//! Faults that happen.

use std::io::{self, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Signal, getpid, kill_process};

use super::Point;

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Kill,
    Tear,
    Fail(Errno),
}

/// What is to happen, and where.
#[derive(Debug)]
struct Fault {
    /// All of them, if none.
    point: Option<String>,
    hit: u64,
    /// From that passage on, each time.
    again: bool,
    action: Action,
    passed: AtomicU64,
}

impl Fault {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(':');
        let (point, hit, action) = (words.next()?, words.next()?, words.next()?);
        let known = point == "*" || Point::all().any(|known| known.to_string() == point);
        let (hit, again) = hit.strip_suffix('+').map_or((hit, false), |hit| (hit, true));
        let action = match action {
            "kill" => Action::Kill,
            "tear" => Action::Tear,
            "enospc" => Action::Fail(Errno::NOSPC),
            "erofs" => Action::Fail(Errno::ROFS),
            "eio" => Action::Fail(Errno::IO),
            _ => return None,
        };
        (known && words.next().is_none()).then_some(Self {
            point: (point != "*").then(|| point.to_owned()),
            hit: hit.parse().ok()?,
            again,
            action,
            passed: AtomicU64::new(0),
        })
    }

    /// Counts a passage, and says whether it is the one.
    fn strikes(&self, point: Point) -> bool {
        let here = self.point.as_ref().is_none_or(|name| *name == point.to_string());
        let now = std::env::var_os("FAULT_WHILE").is_none_or(|path| Path::new(&path).exists());
        if !here || !now {
            return false;
        }
        let passage = self.passed.fetch_add(1, Ordering::Relaxed) + 1;
        passage == self.hit || (self.again && passage > self.hit)
    }
}

/// The fault of this process, if there is to be one.
fn fault() -> io::Result<Option<&'static Fault>> {
    static FAULT: OnceLock<Result<Option<Fault>, String>> = OnceLock::new();
    let fault = FAULT.get_or_init(|| match std::env::var("FAULT_POINT") {
        Ok(text) => Fault::parse(&text).map(Some).ok_or(text),
        Err(_) => Ok(None),
    });
    match fault {
        Ok(fault) => Ok(fault.as_ref()),
        Err(text) => Err(io::Error::other(format!("FAULT_POINT is no fault: {text}"))),
    }
}

/// Passes a point. Nothing happens, unless this is where a fault is to be injected.
///
/// # Errors
/// Those of injected faults.
pub fn point(point: Point) -> io::Result<()> {
    match fault()? {
        Some(fault) if fault.strikes(point) => match fault.action {
            Action::Kill | Action::Tear => die(),
            Action::Fail(errno) => Err(errno.into()),
        },
        _ => Ok(()),
    }
}

/// Writes all of `bytes`, passing a point.
///
/// # Errors
/// Those of the writer, and of injected faults.
pub fn write_all(point: Point, writer: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    match fault()? {
        Some(fault) if fault.strikes(point) => match fault.action {
            Action::Kill => die(),
            Action::Tear => {
                writer.write_all(bytes.get(..bytes.len() / 2).unwrap_or_default())?;
                writer.flush()?;
                die()
            }
            // A full disk takes what still fits.
            Action::Fail(errno) => {
                writer.write_all(bytes.get(..bytes.len() / 2).unwrap_or_default())?;
                Err(errno.into())
            }
        },
        _ => writer.write_all(bytes),
    }
}

/// Ends the process as `kill -9` does: nothing is flushed, dropped or said.
fn die() -> io::Result<()> {
    kill_process(getpid(), Signal::KILL)?;
    // The signal is on its way to this thread too.
    loop {
        std::thread::park();
    }
}

/// How far ahead the clock is to be.
#[must_use]
pub fn clock_shift() -> Duration {
    let text = std::env::var_os("FAULT_CLOCK").and_then(|path| std::fs::read_to_string(path).ok());
    let seconds = text.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    Duration::from_secs(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{File, Step};

    const OWN: Point = Point::Write(File::Own, Step::Renamed);
    const JOB: Point = Point::Write(File::Job, Step::Renamed);

    #[test]
    fn a_fault_strikes_at_its_point_and_passage() {
        let fault = Fault::parse("Own.Renamed:2:kill").unwrap();
        assert_eq!(
            [OWN, JOB, OWN, OWN].map(|point| fault.strikes(point)),
            [false, false, true, false]
        );
        let fault = Fault::parse("*:2+:enospc").unwrap();
        assert_eq!([OWN, JOB, OWN].map(|point| fault.strikes(point)), [false, true, true]);
        assert_eq!(fault.action, Action::Fail(Errno::NOSPC));
    }

    #[test]
    fn other_texts_are_no_faults() {
        for text in [
            "",
            "Own.Renamed",
            "Own.Renamed:x:kill",
            "Own.Other:1:kill",
            "Own.Renamed:1:sleep",
            "*:1:kill:",
        ] {
            assert!(Fault::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn names_are_told_apart() {
        let mut names: Vec<_> = Point::all().map(|point| point.to_string()).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
