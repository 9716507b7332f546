//! Building on this machine, with the service's own builder.

mod cache;
mod limits;
mod repository;
mod workshop;
mod write;

pub(crate) use repository::Source;
pub(crate) use workshop::Workshop;
