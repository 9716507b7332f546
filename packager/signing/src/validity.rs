//! When a certificate counts.

use jiff::Timestamp;
use x509_certificate::CapturedX509Certificate;

/// The time in which a certificate counts (RFC 5280, section 4.1.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Validity {
    not_before: Timestamp,
    not_after: Timestamp,
}

/// Why it does not count at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutsideValidity {
    /// It will, from then on.
    Before(Timestamp),
    /// It did, until then.
    After(Timestamp),
}

impl Validity {
    pub(crate) fn of(certificate: &CapturedX509Certificate) -> Self {
        let time = |seconds| Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        Self {
            not_before: time(certificate.validity_not_before().timestamp()),
            not_after: time(certificate.validity_not_after().timestamp()),
        }
    }

    /// The last instant at which it counts.
    pub(crate) const fn until(self) -> Timestamp {
        self.not_after
    }

    pub(crate) fn check(self, at: Timestamp) -> Result<(), OutsideValidity> {
        if at < self.not_before {
            Err(OutsideValidity::Before(self.not_before))
        } else if at > self.not_after {
            Err(OutsideValidity::After(self.not_after))
        } else {
            Ok(())
        }
    }
}
