use std::net::IpAddr;

use ipnet::IpNet;

use super::{Describe, Kind, Refusal};

/// A network in CIDR notation, or one address.
pub(crate) struct Network;

impl Describe for Network {
    fn form(&self) -> String {
        "a network like `10.0.0.0/8` or `fd00::/8`, or one address".to_owned()
    }
}

impl Kind for Network {
    type Value = IpNet;

    fn read(&self, text: &str) -> Result<IpNet, Refusal> {
        let address = text.parse::<IpAddr>().map(IpNet::from);
        let network = address
            .or_else(|_| text.parse::<IpNet>())
            .map_err(|_| Refusal::must_be(self))?;
        if network.prefix_len() == 0 {
            return Err("must not be all addresses: then every client could claim to be any other".into());
        }
        if network != network.trunc() {
            return Err("must have no bits set behind its prefix".into());
        }
        Ok(network)
    }
}
