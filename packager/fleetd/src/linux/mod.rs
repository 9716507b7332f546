//! The agent on Linux: files for deb, rpm and Arch packages.

mod environment;
mod layout;
pub(crate) mod scripts;
mod tree;

pub(crate) use tree::{base_tree, component_tree, own_tree};

#[cfg(test)]
mod tests;
