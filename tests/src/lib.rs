//! What the end-to-end tests share: installers made of a sample agent, and the real systems that they are tried on.
//!
//! | module | is |
//! |---|---|
//! | [`request`] | what is asked for |
//! | [`agent`] | a sample release of the agent, made on the spot |
//! | [`product`] | the program under test |
//! | [`producer`] | services that make the packages under test |
//! | [`engine`] | a container engine of a test's own |
//! | [`container`] | the service in a container |
//! | [`deb`] | a package in a file |
//! | [`rpm`] | the same, and hosts that rpm installs on |
//! | [`arch`] | the same, and systems that pacman installs on |
//! | [`msi`] | whether a package is what Windows Installer demands |
//! | [`pkg`] | the same for macOS, and what is read out of them |
//! | [`foreign`] | debs that are not ours |
//! | [`foreign_msi`] | an msi that is not ours |
//! | [`foreign_rpm`] | rpms that are not ours |
//! | [`installers`] | what must be in one |
//! | [`metrics`] | what a service says of itself to Prometheus |
//! | [`manager`] | package managers, where they are all the same to a scenario |
//! | [`upgrades`] | what an upgrade does, whichever manager does it |
//! | [`used`] | a host on which the agent has been used |
//! | [`host`] | what can be done on a system |
//! | [`suite`] | the Debian releases that there are systems of |
//! | [`chroot`] | a Debian system of its own for each test |
//! | [`booted`] | the same, with systemd running |
//! | [`apt`] | an apt repository of one's own |
//! | [`dnf`] | a system that dnf installs packages on |
//! | [`docs`] | the commands of the documentation |
//! | [`service_deb`] | the deb of the service itself |
//! | [`signing`] | the keys that packages are signed with |
//! | [`installer_certificate`] | the certificate that pkgs are signed with |
//! | [`listing`] | what lies on a system |
//! | [`web`] | a web server for static files |
//! | [`wine`] | a Windows of its own for each test |
//!
//! Helpers fail like tests: they panic, and say what the tool said.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

pub mod agent;
pub mod apt;
pub mod arch;
pub mod booted;
pub mod chroot;
mod client;
pub mod code_certificate;
pub mod container;
pub mod deb;
pub mod dnf;
pub mod docs;
pub mod engine;
pub mod foreign;
pub mod foreign_msi;
pub mod foreign_rpm;
pub mod host;
pub mod installer_certificate;
pub mod installers;
pub mod listing;
pub mod manager;
pub mod metrics;
pub mod msi;
pub mod pkg;
pub mod producer;
pub mod product;
pub mod ran;
pub mod request;
pub mod rpm;
pub mod service_deb;
pub mod signing;
pub mod suite;
pub mod system;
pub mod upgrades;
pub mod used;
pub mod web;
pub mod wine;
