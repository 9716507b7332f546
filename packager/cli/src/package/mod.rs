//! `packager package`: one package, built here or by a service, in a file.

mod bounded_file;
#[cfg(test)]
mod documentation;
mod elsewhere;
mod enroll_secret;
mod files;
mod flags;
mod from_service;
mod here;
mod outcome;
mod output;
mod reader_check;
mod report;
mod request;
mod run;
#[cfg(test)]
pub(crate) mod tests;
mod verify;

pub(crate) use bounded_file::read_text as read_file;
pub(crate) use files::Files;
pub(crate) use flags::PackageFlags;
pub(crate) use output::Output;
pub(crate) use report::{failure as report_failure, usage_failure as report_usage_failure};
pub(crate) use request::flag_of;
pub(crate) use run::run;
