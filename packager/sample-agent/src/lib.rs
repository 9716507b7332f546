//! Stand-ins for the programs of Fleet's agent on Windows, for the demo and the tests.
//!
//! On Linux and macOS a stand-in is a script. On Windows it has to be an executable: the service manager starts no scripts,
//! and Windows Installer compares the versions that executables carry. The executables are some kilobytes each, compiled
//! beforehand from the C sources in `windows/`, so that neither the demo nor a build of the product takes a compiler for
//! Windows. A release is made of them by [writing its version](Program::release) into their VERSIONINFO resource, from
//! which they also say it.

mod program;
mod version_info;

pub use program::{Architecture, Program};
