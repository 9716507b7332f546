//! What is to be built: what a job's file holds.

use packager_artifact::Sha256Digest;
use packager_spec::PackageSpec;
use zeroize::Zeroizing;

/// How the job of a package for everybody begins; that of a request is its canonical form, which is JSON.
const FOR_EVERYBODY: &[u8] = b"for everybody ";

/// What is to be built.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// A package that somebody asked for.
    Package(PackageSpec),
    /// A package for everybody who asks for these options, with this release. It is finished as any other, and kept beyond
    /// that.
    ForEverybody {
        /// The options.
        spec: PackageSpec,
        /// What names the release.
        release: Sha256Digest,
    },
}

impl Order {
    /// The options.
    pub(crate) const fn spec(&self) -> &PackageSpec {
        match self {
            Self::Package(spec) | Self::ForEverybody { spec, .. } => spec,
        }
    }

    /// The bytes that stand for it: the same for the same order.
    pub(crate) fn to_job(&self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Package(spec) => spec.canonical_bytes(),
            Self::ForEverybody { spec, release } => {
                let release = release.to_string();
                // Nothing in it is secret.
                Zeroizing::new([FOR_EVERYBODY, release.as_bytes(), b" ", &spec.canonical_bytes()].concat())
            }
        }
    }

    /// The order that [`Self::to_job`] wrote.
    pub(crate) fn from_job(job: &[u8]) -> Option<Self> {
        let Some(order) = job.strip_prefix(FOR_EVERYBODY) else {
            return PackageSpec::from_canonical_bytes(job).ok().map(Self::Package);
        };
        let (release, spec) = order.split_at_checked(64)?;
        let spec = PackageSpec::from_canonical_bytes(spec.strip_prefix(b" ")?).ok()?;
        let release = std::str::from_utf8(release).ok()?.parse().ok()?;
        Some(Self::ForEverybody { spec, release })
    }
}

#[cfg(test)]
mod tests {
    use packager_spec::Submission;

    use super::*;

    #[test]
    fn orders_survive_being_stored() {
        let request = br#"{"type": "pkg", "use-system-configuration": true}"#;
        let spec = Submission::parse(request).unwrap().spec;
        let release = Sha256Digest::of(b"release");
        let orders = [
            Order::Package(spec.clone()),
            Order::ForEverybody {
                spec: spec.for_everybody().unwrap(),
                release,
            },
        ];
        let jobs = orders.each_ref().map(Order::to_job);
        assert_ne!(jobs[0], jobs[1]);
        for (order, job) in orders.iter().zip(&jobs) {
            let read = Order::from_job(job).unwrap();
            assert_eq!(read.to_job(), *job);
            assert_eq!(read.spec(), order.spec());
        }
        for job in [&b""[..], b"for everybody ", b"for everybody 00 {}", b"{}"] {
            assert!(Order::from_job(job).is_none());
        }
    }
}
