//! The HTTP layer: the only place that knows status codes. One verb a file; the routes are in `routes.rs`.

mod admin;
mod api_error;
mod attachment;
mod body_memory;
mod client_address;
mod close_connection;
mod create;
mod destroy;
mod detach_head;
mod download;
mod expect;
mod health;
mod json_body;
mod package_id;
mod package_stream;
mod page;
mod profile;
mod range;
mod rate_limit;
mod request_log;
mod routes;
mod signature;
mod status;
mod strict_transport;

pub(crate) use admin::admin_routes;
pub(crate) use body_memory::BodyMemory;
pub(crate) use client_address::{AddressKey, TrustedProxies};
pub(crate) use expect::refuse_long_bodies;
pub(crate) use rate_limit::RateLimits;
pub(crate) use request_log::log_request;
pub(crate) use routes::{cors, routes};
pub(crate) use strict_transport::strict_transport;
