//! Connections under guard.
//!
//! actix-http bounds how long the head of a connection's first request may take, and how long a connection may be idle
//! between two requests. It does not bound how slowly a client reads an answer: while its write buffer is full it waits
//! for the socket, for ever. Nor does it bound the head of a second request that comes a byte at a time, or the rest of
//! a body whose request has been answered. So each connection is held by a guard of ours, which sees every byte come and
//! go ([`Watched`]), keeps the books ([`Pace`]), and drops the connection with a reset when it breaks a limit ([`Door`]).
//!
//! Turned down: `TCP_USER_TIMEOUT` alone, which cuts a client whose window stays shut but not one that opens it by a
//! few bytes now and then; and timeouts in the stream of a response's body, which is not polled while the client does
//! not read. What is asked of the system instead is to take little that has not been sent yet (`TCP_NOTSENT_LOWAT`), so
//! that what it accepts follows closely what the client takes.
//!
//! Where the service speaks TLS itself, the guard stands below it: what it counts are the bytes on the wire, handshake
//! included ([`Stream`]).

mod crowd;
mod cut;
mod descriptors;
mod door;
mod handshake;
mod outlet;
mod pace;
mod plain_http;
mod stream;
mod watched;

pub(crate) use crowd::{Crowd, CrowdLimits};
pub(crate) use cut::Cut;
pub(crate) use descriptors::raise_descriptor_limit;
pub(crate) use door::Door;
pub(crate) use outlet::Outlet;
pub(crate) use pace::{OpenRequest, Pace, PaceLimits};
pub(crate) use stream::{Security, Stream};
pub(crate) use watched::Watched;
