//! Named points at which a test can stop the process, or have the disk fail.
//!
//! Wherever the product changes what is on the disk it passes a [`Point`]. In the product that is nothing: [`point`] is
//! a constant. With the feature `inject`, which only tests turn on, the variable `FAULT_POINT` names one of them as
//! `<point>:<hit>:<action>`:
//!
//! | | |
//! |---|---|
//! | point | a name of [`Point::all`], or `*` for all of them, counted together |
//! | hit | at which passage, counted from 1; `3+` from the third on |
//! | action | `kill`: the process ends at once, by SIGKILL; `tear`: half of what is to be written is, and then the same; `enospc`, `erofs`, `eio`: the operation fails with that error |
//!
//! With `FAULT_WHILE`, a path, nothing strikes or counts but while there is a file. `FAULT_CLOCK` names a file with a number of seconds, by which the clock is ahead; it is read again and again.

#[cfg(feature = "inject")]
mod inject;
mod point;

pub use point::{Destroy, File, Index, Part, Point, Start, Step, Unpack};

/// Whether faults can be injected into this program. Never in what is released.
pub const COMPILED_IN: bool = cfg!(feature = "inject");

#[cfg(feature = "inject")]
pub use inject::{clock_shift, point, write_all};

#[cfg(not(feature = "inject"))]
mod nothing {
    use std::io::{self, Write};
    use std::time::Duration;

    use super::Point;

    /// Passes a point. Nothing happens, unless faults are compiled in.
    ///
    /// # Errors
    /// Those of injected faults.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is not there must cost nothing")]
    pub const fn point(_: Point) -> io::Result<()> {
        Ok(())
    }

    /// Writes all of `bytes`, passing a point.
    ///
    /// # Errors
    /// Those of the writer, and of injected faults.
    #[inline]
    pub fn write_all(_: Point, writer: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
        writer.write_all(bytes)
    }

    /// How far ahead the clock is to be: not at all, unless faults are compiled in.
    #[inline]
    #[must_use]
    pub const fn clock_shift() -> Duration {
        Duration::ZERO
    }
}

#[cfg(not(feature = "inject"))]
pub use nothing::{clock_shift, point, write_all};
