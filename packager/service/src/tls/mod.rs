//! TLS on the public listener, for those who have no proxy in front.
//!
//! A certificate is renewed every few weeks while the service runs. So the pair of certificate and key is not the
//! listener's but stands beside it ([`Current`]); each handshake takes the one that is in force ([`Door`]), and
//! [`renew_certificate`] replaces it when its files have changed. A pair is checked before it is in force, and one that
//! does not hold changes nothing.
//!
//! Sessions are not resumed: neither tickets nor a memory of sessions. What is saved by resuming one is a signature; what
//! it costs is keys in memory that open what was sent, and clients that go on with a certificate that has been replaced.
//! A connection here carries one package, so there is next to nothing to resume.
//!
//! [`Door`]: crate::connection::Door

mod current;
mod error;
mod pair;
mod renewal;
mod sources;

pub(crate) use current::{Acceptor, Current};
pub use error::CertificateError;
pub(crate) use pair::Pair;
pub use renewal::Renewal;
pub(crate) use renewal::renew_certificate;
pub(crate) use sources::{Look, Sources};
