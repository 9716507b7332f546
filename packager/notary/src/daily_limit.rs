//! How many submissions a day may be made.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::patience::after;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The submissions of the last 24 hours, of which there may be so many.
///
/// Apple takes 75 of a team a day, those of its other tools included, and whoever may ask this service for packages could
/// use them up. Serialised it is a list of times, to be kept over a restart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DailyLimit {
    taken: VecDeque<Timestamp>,
}

impl DailyLimit {
    /// Takes a place among the `most` of a day.
    ///
    /// # Errors
    /// The time from which there is one again.
    pub fn take(&mut self, most: usize, now: Timestamp) -> Result<(), Timestamp> {
        match self.free_from(most, now) {
            None => {
                self.taken.push_back(now);
                Ok(())
            }
            Some(time) => Err(time),
        }
    }

    /// Gives back the place that was taken last: nothing was submitted.
    pub fn give_back(&mut self) {
        self.taken.pop_back();
    }

    /// The time from which there is a place; `None` if there is one now.
    pub fn free_from(&mut self, most: usize, now: Timestamp) -> Option<Timestamp> {
        // Times of a clock that was put back since count from now on.
        self.taken.retain_mut(|time| {
            *time = (*time).min(now);
            after(*time, DAY) > now
        });
        let oldest_that_counts = self.taken.len().checked_sub(most)?;
        Some(
            self.taken
                .get(oldest_that_counts)
                .map_or(Timestamp::MAX, |time| after(*time, DAY)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(hours * 3600).unwrap()
    }

    #[test]
    fn places_come_back_after_a_day() {
        let mut limit = DailyLimit::default();
        for hour in [0, 1, 5] {
            assert_eq!(limit.take(3, at(hour)), Ok(()));
        }
        assert_eq!(limit.take(3, at(6)), Err(at(24)));
        assert_eq!(limit.free_from(3, at(24)), None);
        assert_eq!(limit.take(3, at(24)), Ok(()));
        assert_eq!(limit.take(3, at(24)), Err(at(25)));
        limit.give_back();
        assert_eq!(limit.take(3, at(24)), Ok(()));
    }

    #[test]
    fn a_lower_limit_counts_what_was_taken_under_a_higher_one() {
        let mut limit = DailyLimit::default();
        for hour in 0..4 {
            limit.take(4, at(hour)).unwrap();
        }
        assert_eq!(limit.free_from(2, at(4)), Some(at(26)));
        assert_eq!(limit.free_from(0, at(4)), Some(Timestamp::MAX));
    }

    #[test]
    fn it_is_kept_as_a_list_of_times() {
        let mut limit = DailyLimit::default();
        limit.take(1, at(1)).unwrap();
        let text = serde_json::to_string(&limit).unwrap();
        assert_eq!(text, r#"["1970-01-01T01:00:00Z"]"#);
        let mut read: DailyLimit = serde_json::from_str(&text).unwrap();
        assert_eq!(read.take(1, at(2)), Err(at(25)));
    }

    #[test]
    fn a_clock_that_is_put_back_does_not_close_the_service_for_longer_than_a_day() {
        let mut limit = DailyLimit::default();
        limit.take(1, at(1000)).unwrap();
        assert_eq!(limit.take(1, at(10)), Err(at(34)));
    }
}
