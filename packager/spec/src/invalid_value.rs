//! Why a value is refused.

use std::borrow::Cow;

/// Why a value is refused. `Display` is the `detail` of a field's problem, written for the person who asked: it states
/// the rule ("must be …") and never repeats the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidValue(Cow<'static, str>);

impl InvalidValue {
    pub(crate) fn new(detail: impl Into<Cow<'static, str>>) -> Self {
        Self(detail.into())
    }
}
