//! Clients that mean harm, or are broken: each is answered or cut, and the others go on.

mod bodies;
mod crowds;
mod floods;
mod heads;
mod memory;
mod slow;
pub mod wire;
