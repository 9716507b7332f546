//! TLS that ends in the service.

mod authority;
mod clients;
mod downloads;
mod guard;
mod handshakes;
mod refused;
mod renewal;
mod wire;
