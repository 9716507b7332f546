//! Why a package is not notarized.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use jiff::Timestamp;

/// Why a package is not notarized. The text is for the person who asked for it; sources are for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Apple looked at the package and will not have it.
    #[error("{0}")]
    Rejected(Rejection),
    /// Apple does not let this service in. The next package will fare no better until somebody acts.
    #[error(
        "Apple refused this service's request to notarize the package, with the status {status}; its operator has to \
         look at the App Store Connect key and the account's agreements"
    )]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What Apple said.
        #[source]
        source: Detail,
    },
    /// Apple does not know the submission.
    #[error("Apple does not know the submission of this package any more")]
    Lost,
    /// The upload was refused.
    #[error("the upload of the package to Apple was refused, with the status {status}")]
    UploadRefused {
        /// The HTTP status.
        status: u16,
        /// What the server said.
        #[source]
        source: Detail,
    },
    /// The time for the upload was over before it was done.
    #[error("the upload of the package to Apple took longer than Apple waits for it")]
    UploadExpired,
    /// What may have passed did not in time.
    #[error("Apple's {what} could not be reached in time")]
    Unreachable {
        /// Which of its services.
        what: &'static str,
        /// The last failure.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// There was no verdict in time.
    #[error("Apple did not come to a verdict on the package in time; it was submitted at {submitted_at}")]
    NoVerdict {
        /// Since when Apple had it.
        submitted_at: Timestamp,
    },
    /// Apple accepted the package, and there was no ticket in time.
    #[error("Apple accepted the package, but did not issue its ticket in time")]
    NoTicket,
    /// An answer that is not one of this interface.
    #[error("Apple's {what} answered with something that is not understood")]
    Malformed {
        /// Which of its services.
        what: &'static str,
        /// What is wrong with it.
        #[source]
        source: Detail,
    },
    /// The submission is for another package.
    #[error("the package is not the one that was submitted")]
    OtherPackage,
    /// The package could not be read.
    #[error("the package could not be read")]
    Package(#[source] io::Error),
    /// The submission could not be written down.
    #[error("the submission could not be written down")]
    Journal(#[source] io::Error),
    /// The token could not be signed.
    #[error("the request to Apple could not be signed")]
    Token,
}

/// A text for the log: what a server said, shortened and without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail(String);

/// What Apple found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Apple's summary, if the log could be had.
    pub summary: Option<String>,
    /// One sentence for each issue, at most [`Rejection::MOST_ISSUES`].
    pub issues: Vec<String>,
    /// How many issues are left out.
    pub left_out: usize,
}

impl Rejection {
    /// The most issues that are told.
    pub const MOST_ISSUES: usize = 20;
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Apple rejected the package")?;
        if let Some(summary) = &self.summary {
            write!(f, ": {summary}")?;
        }
        for issue in &self.issues {
            write!(f, "\n- {issue}")?;
        }
        match self.left_out {
            0 => Ok(()),
            more => write!(f, "\n- and {more} more"),
        }
    }
}

/// The most characters of a foreign text.
const MOST_CHARACTERS: usize = 400;

/// A foreign text on one line: control characters are spaces, and what is too long is cut.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
    {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if let Some((cut, _)) = line.char_indices().nth(MOST_CHARACTERS) {
            line.truncate(cut);
            line.push('…');
            break;
        }
    }
    line
}

impl Detail {
    pub(crate) fn new(text: &str) -> Self {
        Self(one_line(text))
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Detail {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_texts_are_one_line_and_not_too_long() {
        assert_eq!(one_line("  a\r\nb\u{1b}[31m\tc "), "a b [31m c");
        let long = one_line(&"ä".repeat(5000));
        assert_eq!(long.chars().count(), MOST_CHARACTERS + 1);
    }
}
