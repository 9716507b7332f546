//! The agent on Windows: files, and what Windows Installer does with them.

mod environment;
mod event_log;
mod product;
mod tree;

pub use product::Codes;
pub(crate) use product::product;
pub(crate) use tree::{base_tree, component_tree, own_tree};

#[cfg(test)]
mod tests;
