//! What the service adds to notarization (`packager-notary`): what of a package a restart finds again, how many a day may be
//! submitted, and how a package's parts become one stream.
//!
//! A signed package is kept, sealed with its request, before Apple hears of it: another signature would make another package,
//! and Apple's ticket is for this one. With it goes how far the submission is. Shared parts are kept by reference, as in a
//! finished package.

mod kept;
mod places;
mod reader;

use std::sync::Arc;

use packager_notary::Notary;

pub(crate) use kept::{Kept, to_bytes};
pub(crate) use places::Places;
pub(crate) use reader::StoredPackage;

/// Has packages notarized, so many a day.
pub(crate) struct Notarization {
    /// The way to Apple.
    pub(crate) notary: Notary,
    /// What is left of the day.
    pub(crate) places: Arc<Places>,
}
