//! What an operator decides: the settings of the service, where they come from, and what they may be.
//!
//! One table ([`sections`]) says everything about every setting: its key, its default, what it may be, and the text that
//! explains it. From it come the typed [`Settings`], the names of flags and variables, `packager config print`, the
//! sample file and the documentation.
//!
//! A flag goes over a variable, a variable over the file, the file over the default. Nothing here looks at the process:
//! flags, environment and the file's text are arguments of [`Settings::load`]. Only [`SecretRef::resolve`] reads files.

mod document;
mod draft;
mod environment;
mod file;
mod interpolate;
mod kind;
mod load;
mod loaded;
mod origin;
mod problem;
mod rules;
mod sample;
mod secret;
mod secret_ref;
mod setting;
mod suggest;
mod table;
mod toml_text;
mod values;

pub use document::document;
pub use environment::Environment;
pub use load::{CONFIG_FLAG, CONFIG_VARIABLE, MAX_FILE_BYTES};
pub use loaded::Loaded;
pub use origin::Origin;
pub use problem::{InvalidSettings, SettingError};
pub use sample::sample;
pub use secret::{MAX_SECRET_BYTES, Secret};
pub use secret_ref::{InvalidReference, Resolved, SecretError, SecretRef};
pub use setting::{Section, Setting, settings};
pub use table::{
    Builds, Limits, Logging, Memory, Network, Rates, Settings, Signing, Storage, Update, UpdateLimits, sections,
};
pub use values::{AllowedOrigins, DebCompression, LockMemory, LogFilter, LogFormat, Prepare, Rate, StorageLimit};
