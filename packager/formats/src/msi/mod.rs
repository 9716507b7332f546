//! msi: packages of Windows Installer.
//!
//! An msi is a compound file (`compound`) whose streams are the tables of a database (`database`), cabinets with the files,
//! and a summary. Windows Installer goes through sequence tables and does what other tables say: directories, components and
//! files, values of the registry, a service (Windows Installer SDK, "Database Tables").
//!
//! How it is composed:
//!
//! - Each shared part is a whole cabinet (`cabinet`), made once. A package has as many cabinets as it has shared parts, and one
//!   of its own files; the `Media` table says which files are in which. So a new release of one program, or new update
//!   metadata, makes one new cabinet.
//! - The compound file is laid out so that each shared cabinet is one run of bytes, and the header and what it says of
//!   them are the same in all packages of a release (`compound`).
//! - The tables are written for each package: they have its values, and which files there are depends on what was asked
//!   for. They take less than a millisecond.
//!
//! What is in tables can be read by every user of a host, for Windows keeps a copy of the database: no secret and no digest of a
//! file with secrets is there, only in the cabinet of own files, which Windows installs with a security descriptor of its own.
//! (The copy has that cabinet, too, and so has whoever has the package.)

mod cabinet;
mod compose;
mod compound;
mod database;
mod file_version;
mod formatted;
mod listed;
mod names;
mod product;
mod shared;
mod signature;
mod tables;
mod version;

pub use compose::{MEDIA_TYPE, compose};
pub use formatted::Formatted;
pub use product::{Known, Moment, Product, Property, RegistryValue, Script, Service, Superseded};
pub use shared::{SharedNotes, index, write_shared};
pub use signature::{attach_signature, signed_ranges};

#[cfg(test)]
mod tests;
