//! From a request to a finished package, behind the HTTP layer: the queue, the workers, and what goes on by itself.

mod dispatcher;
mod everybodys;
mod fulfil;
mod janitor;
mod notarize;
mod order;
mod orders;
mod preparer;
mod refresher;
mod stock;
mod worker;

pub use dispatcher::{Dispatcher, SubmitError};
pub(crate) use janitor::expire_packages;
pub(crate) use preparer::prepare_releases;
pub(crate) use refresher::{Freshness, refresh_metadata};
pub(crate) use worker::{WorkerSettings, Workers};
