//! Why a command did not do what it was asked for.

use std::io;

use packager_api::FieldProblem;

use crate::package::flag_of;

/// Why a command failed, by what the command line does about it. No text of it holds a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The command line cannot be run as it stands.
    #[error("{0}")]
    Usage(String),
    /// Flags whose values break rules: all of them.
    #[error("{}", join(.0))]
    Flags(Vec<FieldProblem>),
    /// The system refused something.
    #[error("cannot {action}")]
    Io {
        /// What was being done.
        action: String,
        /// What the system said.
        source: io::Error,
    },
    /// Something failed, and the source says what.
    #[error("{what}")]
    Failed {
        /// What was being done.
        what: String,
        /// What went wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It was finished, and what came of it is wrong.
    #[error("{0}")]
    Refused(String),
    /// A service did not deliver.
    #[error(transparent)]
    Remote(#[from] crate::remote::Error),
    /// A signal asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action: action.into(),
            source,
        }
    }

    pub(crate) fn failed<E>(what: impl Into<String>) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |source| Self::Failed {
            what: what.into(),
            source: source.into(),
        }
    }

    /// The process's exit code: 2 for a command line that cannot be run, 130 as shells have it for an interruption, 1
    /// for everything else.
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Flags(_) => 2,
            Self::Interrupted => 130,
            Self::Io { .. } | Self::Failed { .. } | Self::Refused(_) | Self::Remote(_) => 1,
        }
    }
}

fn join(problems: &[FieldProblem]) -> String {
    let lines = problems
        .iter()
        .map(|problem| format!("{} {}", flag_of(&problem.field), problem.detail));
    lines.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_stand_on_one_line_under_the_names_of_their_flags() {
        let error = Error::Flags(vec![
            FieldProblem::new("fleet_url", "is required"),
            FieldProblem::new("orbit-channel", "must not be empty"),
        ]);
        assert_eq!(
            error.to_string(),
            "--fleet-url is required; --orbit-channel must not be empty"
        );
        assert_eq!(error.exit_code(), 2);
    }

    #[test]
    fn usage_and_failure_have_exit_codes_of_their_own() {
        assert_eq!(Error::Usage(String::new()).exit_code(), 2);
        assert_eq!(Error::Refused(String::new()).exit_code(), 1);
        assert_eq!(Error::io("read")(io::Error::other("x")).exit_code(), 1);
    }
}
