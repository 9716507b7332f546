//! Who asks: the address that rate limits count by.
//!
//! It is the socket's, unless that belongs to a trusted proxy: then `X-Forwarded-For`, or `Forwarded` (RFC 7239) where
//! there is none, is read from its end, where each proxy adds the address that it was called from, back to the first
//! that is not a trusted proxy. What stands before that is the client's own word, and worth nothing.
//!
//! Most proxies write the first and pass on the second as a client sent it: read in the other order, every client behind
//! them could choose its address.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName, X_FORWARDED_FOR};
use ipnet::IpNet;

/// Most addresses of a forwarding header that are looked at.
const MAX_HOPS: usize = 32;

/// Networks whose word on where a request came from counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Trusts proxies in these networks.
    pub(crate) const fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether an address, in its canonical form, is a trusted proxy's.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether the request came through a trusted proxy, whose `X-Forwarded-Proto` then counts.
    pub(crate) fn forwarded(&self, request: &HttpRequest) -> bool {
        request
            .peer_addr()
            .is_some_and(|peer| self.trusts(canonical(peer.ip())))
    }

    /// The client's address.
    pub(crate) fn client(&self, request: &HttpRequest) -> IpAddr {
        let peer = request
            .peer_addr()
            .map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip());
        self.client_behind(canonical(peer), request.headers())
    }

    fn client_behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        if !self.trusts(peer) {
            return client;
        }
        let hops = if headers.contains_key(X_FORWARDED_FOR) {
            hops(headers, &X_FORWARDED_FOR, address)
        } else {
            hops(headers, &FORWARDED, forwarded_for)
        };
        for hop in hops {
            // What cannot be read, or hides its address, ends what is known.
            let Some(address) = hop else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        client
    }
}

/// What rate limits count by: an IPv4 address, or the /64 that a client of IPv6 has to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AddressKey(IpAddr);

impl From<IpAddr> for AddressKey {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self(address),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Self(IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)))
            }
        }
    }
}

/// The addresses of a forwarding header, the last one first.
fn hops(headers: &HeaderMap, name: &HeaderName, read: fn(&str) -> Option<IpAddr>) -> Vec<Option<IpAddr>> {
    let values: Vec<&str> = headers
        .get_all(name)
        .map(|value| value.to_str().unwrap_or("?"))
        .collect();
    let elements = values.iter().rev().flat_map(|value| value.rsplit(','));
    elements.take(MAX_HOPS).map(|element| read(element.trim())).collect()
}

/// RFC 7239, section 4: `for=` of an element.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| address(value.trim()))?
    })
}

/// An address, with or without port, brackets and quotes.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    let address = bare
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(canonical)
}

/// An IPv4 address that came in an IPv6 one is an IPv4 address.
const fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn client(peer: &str, headers: &[(&str, &str)]) -> IpAddr {
        let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]);
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(
                HeaderName::try_from(*name).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        proxies.client_behind(ip(peer), &map)
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(
            client("192.0.2.1", &[("x-forwarded-for", "198.51.100.1")]),
            ip("192.0.2.1")
        );
        assert_eq!(
            client("192.0.2.1", &[("forwarded", "for=198.51.100.1")]),
            ip("192.0.2.1")
        );
    }

    #[test]
    fn a_trusted_proxy_is_believed_back_to_the_first_stranger() {
        for (headers, want) in [
            (vec![("x-forwarded-for", "198.51.100.1")], "198.51.100.1"),
            (
                vec![("x-forwarded-for", "1.1.1.1, 198.51.100.1, 10.0.0.9")],
                "198.51.100.1",
            ),
            (
                vec![("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "198.51.100.1")],
                "198.51.100.1",
            ),
            (vec![("x-forwarded-for", "198.51.100.1:4711")], "198.51.100.1"),
            (vec![("x-forwarded-for", "[2001:db8::1]:4711")], "2001:db8::1"),
            (vec![("x-forwarded-for", "::ffff:198.51.100.1")], "198.51.100.1"),
            (vec![("forwarded", "for=198.51.100.1;proto=https")], "198.51.100.1"),
            (
                vec![("forwarded", "For=\"[2001:db8::1]:80\", for=10.0.0.2")],
                "2001:db8::1",
            ),
            (
                vec![("forwarded", "for=1.1.1.1"), ("x-forwarded-for", "198.51.100.2")],
                "198.51.100.2",
            ),
            (vec![("x-forwarded-for", "10.0.0.7")], "10.0.0.7"),
            (vec![("x-forwarded-for", "")], "10.0.0.1"),
            (vec![("x-forwarded-for", "1.1.1.1, garbage")], "10.0.0.1"),
            (vec![("forwarded", "for=unknown")], "10.0.0.1"),
            (vec![("forwarded", "for=_hidden, proto=https")], "10.0.0.1"),
            (vec![], "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.1", &headers), ip(want), "{headers:?}");
        }
    }

    #[test]
    fn an_ipv6_client_is_its_network() {
        let key = |text| AddressKey::from(ip(text));
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }
}
