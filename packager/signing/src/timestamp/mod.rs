//! Time stamps (RFC 3161): another party's word that a signature was there at a time.
//!
//! A client sends the SHA-256 of a signature with a number of its own, in a `TimeStampReq` by HTTP POST (section 3.4), and
//! gets back a `TimeStampResp` with a token: CMS signed data over the digest, the number and the time. The token becomes
//! an unsigned attribute of the signature, so that it holds when its certificate has expired.
//!
//! Most authorities answer over plain HTTP. What comes back is taken only if it is over the digest and the number that
//! were sent, and signed by a certificate in it; whether that certificate is to be trusted is for the hosts to say.

mod authority;
mod error;
mod request;
mod token;

pub use authority::TimeStampAuthority;
pub use error::TimeStampError;
pub use request::TimeStampRequest;
pub use token::TimeStampToken;
pub(crate) use token::check as check_token;

/// Whether signatures get time stamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeStamps {
    /// They do.
    With,
    /// They do not.
    Without,
}
