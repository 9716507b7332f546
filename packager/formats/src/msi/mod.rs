//! Windows Installer packages.
#![cfg_attr(not(test), expect(dead_code, reason = "composing will use it"))]

mod file_version;
