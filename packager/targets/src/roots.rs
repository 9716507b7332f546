use url::Url;

const FLEETCTL_V4: &[u8] = include_bytes!("../roots/fleetctl-tuf-root-v4.json");
const FLEET_STAGING_V6: &[u8] = include_bytes!("../roots/fleet-updates-staging-root-v6.json");

/// The trusted root that ships with this crate for the repository at `url`, if there is one.
///
/// An embedded root may have expired: it is the anchor from which the client walks to the
/// newest root, and only that one must be current (specification, sections 5.2 and 5.3.10).
#[must_use]
pub fn embedded_root(url: &Url) -> Option<&'static [u8]> {
    if url.scheme() != "https" || url.port().is_some() || url.path() != "/" {
        return None;
    }
    match url.host_str()? {
        "tuf.fleetctl.com" => Some(FLEETCTL_V4),
        "updates-staging.fleetdm.com" => Some(FLEET_STAGING_V6),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tough::schema::{Root, Signed};

    use super::*;
    use crate::metadata::{Candidate, RootBody};

    #[test]
    fn the_embedded_roots_verify_here_and_with_tough() {
        for (root, version) in [(FLEETCTL_V4, 4), (FLEET_STAGING_V6, 6)] {
            let theirs: Signed<Root> = serde_json::from_slice(root).unwrap();
            theirs.signed.verify_role(&theirs).unwrap();
            assert_eq!(theirs.signed.version.get(), version);
            assert!(!theirs.signed.consistent_snapshot);

            let ours = Candidate::<RootBody>::parse(root.into()).unwrap();
            let ours = ours.verify_itself().unwrap();
            assert_eq!(ours.version.get(), version);
            assert_eq!(ours.expires, theirs.signed.expires);
        }
    }

    #[test]
    fn only_their_own_urls_have_embedded_roots() {
        let root = |url: &str| embedded_root(&Url::parse(url).unwrap()).is_some();
        assert!(root("https://tuf.fleetctl.com"));
        assert!(root("https://tuf.fleetctl.com/"));
        assert!(root("https://updates-staging.fleetdm.com"));
        assert!(!root("http://tuf.fleetctl.com"));
        assert!(!root("https://tuf.fleetctl.com:8443"));
        assert!(!root("https://tuf.fleetctl.com/mirror"));
        assert!(!root("https://updates.fleetdm.com"));
    }
}
