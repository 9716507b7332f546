//! Windows Installer packages.
#![cfg_attr(not(test), expect(dead_code, unused_imports, reason = "composing will use it"))]

pub(crate) mod cabinet;
mod file_version;
