use std::net::SocketAddr;

use super::{Describe, Kind, Refusal};

/// An IP address with a port, to listen on.
pub(crate) struct Address;

impl Describe for Address {
    fn form(&self) -> String {
        "an IP address and a port, like `127.0.0.1:8080` or `[::]:8080`".to_owned()
    }
}

impl Kind for Address {
    type Value = SocketAddr;

    fn read(&self, text: &str) -> Result<SocketAddr, Refusal> {
        text.parse().map_err(|_| Refusal::must_be(self))
    }
}
