//! The agent on macOS: files for a pkg, and the configuration profile that may go with it.

mod launchd;
mod postinstall;
mod profile;
mod property_list;
mod tree;

pub(crate) use postinstall::scripts;
pub use profile::configuration_profile;
pub(crate) use tree::{base_tree, component_tree, own_tree};

#[cfg(test)]
mod tests;
