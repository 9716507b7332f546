//! `xz2` under the workspace's own liblzma.
//!
//! `apple-xar` reads xz members with the `xz2` crate, which binds liblzma through `lzma-sys`. Formats are written with
//! `liblzma`, a maintained fork of `xz2` with the same interface, which binds it through `liblzma-sys`. Cargo lets one
//! crate of a program bind a C library, so the two cannot stand side by side; `[patch.crates-io]` puts this crate in
//! the place of `xz2`, and there is one liblzma again.

pub use liblzma::*;
