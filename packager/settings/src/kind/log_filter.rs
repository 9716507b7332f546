use super::{Describe, Kind, Refusal};
use crate::values::LogFilter;

/// `level` or `target=level`, separated by commas: the part of `tracing_subscriber`'s syntax that cannot be got wrong.
pub(crate) struct Filter;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
const MOST_BYTES: usize = 1024;

impl Describe for Filter {
    fn form(&self) -> String {
        "`off`, `error`, `warn`, `info`, `debug` or `trace`, for parts of the program too, like `info,actix_web=debug`"
            .to_owned()
    }
}

impl Kind for Filter {
    type Value = LogFilter;

    fn read(&self, text: &str) -> Result<LogFilter, Refusal> {
        let is_target = |target: &str| {
            !target.is_empty() && target.bytes().all(|b| b.is_ascii_alphanumeric() || b"_:".contains(&b))
        };
        let is_directive = |directive: &str| match directive.split_once('=') {
            Some((target, level)) => is_target(target) && LEVELS.contains(&level),
            None => LEVELS.contains(&directive),
        };
        if text.len() > MOST_BYTES || !text.split(',').all(is_directive) {
            return Err(Refusal::must_be(self));
        }
        Ok(LogFilter(text.to_owned()))
    }
}
