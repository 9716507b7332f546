//! The settings from outside: what is accepted, what goes over what, what is said about it.
#![allow(clippy::unwrap_used, reason = "a test ends where it panics")]

mod defaults;
mod documents;
mod file_values;
mod precedence;
mod print;
mod rules;
mod secrets;
mod support;
mod values;
