//! `packager package`: one package, built here or by a service, in a file.

mod bounded_file;
mod elsewhere;
mod enroll_secret;
mod flags;
mod output;
mod reader_check;
mod request;
mod run;
#[cfg(test)]
pub(crate) mod tests;
mod verify;

pub(crate) use bounded_file::read_text as read_file;
pub(crate) use flags::PackageFlags;
pub(crate) use output::Output;
pub(crate) use request::flag_of;
pub(crate) use run::run;
