//! What the process ends with.

/// Why the process ended, by what a script does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// None of the others: a fault of this machine, of the settings, or of the update repository.
    Failed,
    /// The command line cannot be run.
    Usage,
    /// The service refused what was asked for.
    Refused,
    /// The package cannot be built.
    BuildFailed,
    /// The package was destroyed before it was downloaded.
    Expired,
    /// Too many ask the service, or the build takes too long.
    Busy,
    /// The service does not answer, or fails itself.
    Unreachable,
    /// What came is not what was promised, or nobody vouches for it.
    Corrupt,
    /// This machine refused to read or write a file.
    Io,
    /// The service does not keep to the contract.
    Protocol,
    /// A signal asked to stop.
    Interrupted,
}

impl ExitStatus {
    /// All of them, by number.
    pub(crate) const ALL: [Self; 11] = [
        Self::Failed,
        Self::Usage,
        Self::Refused,
        Self::BuildFailed,
        Self::Expired,
        Self::Busy,
        Self::Unreachable,
        Self::Corrupt,
        Self::Io,
        Self::Protocol,
        Self::Interrupted,
    ];

    /// The exit code. An interruption has the one that shells have for SIGINT.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::BuildFailed => 4,
            Self::Expired => 5,
            Self::Busy => 6,
            Self::Unreachable => 7,
            Self::Corrupt => 8,
            Self::Io => 9,
            Self::Protocol => 10,
            Self::Interrupted => 130,
        }
    }

    /// The same as a word, for scripts that read JSON.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Refused => "refused",
            Self::BuildFailed => "build-failed",
            Self::Expired => "expired",
            Self::Busy => "busy",
            Self::Unreachable => "unreachable",
            Self::Corrupt => "corrupt",
            Self::Io => "io",
            Self::Protocol => "protocol",
            Self::Interrupted => "interrupted",
        }
    }

    /// What it means, for people.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Failed => "Something else failed: the message says what.",
            Self::Usage => "The command line cannot be run as it stands. Nothing was asked or built.",
            Self::Refused => "The service refused the request.",
            Self::BuildFailed => "The package cannot be built, here or by the service.",
            Self::Expired => "The package was destroyed before it was downloaded. The same command builds it anew.",
            Self::Busy => "The service is busy or limits this client, or the build takes too long: try again later.",
            Self::Unreachable => "The service does not answer, breaks off again and again, or fails itself.",
            Self::Corrupt => {
                "What came is not what was promised, or its signature is missing or wrong. It was thrown away."
            }
            Self::Io => "A file cannot be read or written on this machine.",
            Self::Protocol => "The answers are not those of such a service: is the URL right?",
            Self::Interrupted => "Interrupted by SIGINT or SIGTERM.",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_has_a_code_and_a_word_of_its_own() {
        let codes: BTreeSet<_> = ExitStatus::ALL.iter().map(|status| status.code()).collect();
        let words: BTreeSet<_> = ExitStatus::ALL.iter().map(|status| status.word()).collect();
        assert_eq!(codes.len(), ExitStatus::ALL.len());
        assert_eq!(words.len(), ExitStatus::ALL.len());
        assert!(!codes.contains(&0));
    }
}
