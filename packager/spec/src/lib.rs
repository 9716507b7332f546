//! What may be asked for: [`PackageSpec`] and the types it is made of.
//!
//! A request is parsed, not validated: who holds a [`PackageSpec`] holds arguments that keep every rule of the
//! contract, each in a type of its own. Reading a request finds all of its problems at once, each naming its field.
//! A spec may still ask for a package type that a particular service does not offer.
//!
//! The crate does no I/O. Values that are secret or name the customer zero themselves on drop and print nothing in
//! [`Debug`].

mod architecture;
mod browser_host;
mod canonical;
mod certificate_chain;
mod channel;
mod end_user_email;
mod enroll_secret;
mod enrollment;
mod flagfile;
mod fleet_url;
mod host_identifier;
mod host_port;
mod invalid_value;
mod osquery_database_path;
mod package_spec;
mod package_type;
mod packager_switch;
mod pem;
mod problems;
mod read;
mod service;
mod submission;
mod text;
mod tls_client_identity;
mod update_interval;
mod update_url;
mod web_url;
mod write;

pub use architecture::Architecture;
pub use browser_host::BrowserHost;
pub use certificate_chain::CertificateChain;
pub use channel::Channel;
pub use end_user_email::EndUserEmail;
pub use enroll_secret::EnrollSecret;
pub use enrollment::{Credentials, Enrollment};
pub use flagfile::Flagfile;
pub use fleet_url::FleetUrl;
pub use host_identifier::HostIdentifier;
pub use invalid_value::InvalidValue;
pub use osquery_database_path::OsqueryDatabasePath;
pub use package_spec::{Arguments, PackageSpec};
pub use package_type::PackageType;
pub use packager_switch::{PackagerSwitch, PackagerSwitches};
pub use service::Service;
pub use submission::{Rejection, Submission};
pub use tls_client_identity::TlsClientIdentity;
pub use update_interval::UpdateInterval;
pub use update_url::UpdateUrl;
