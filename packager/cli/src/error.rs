//! Why a command did not do what it was asked for.

use std::io;

use packager_api::FieldProblem;

use crate::exit_status::ExitStatus;
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
    /// What was asked has an answer, and it is no.
    #[error("{0}")]
    Refused(String),
    /// The package cannot be built, and the source says why.
    #[error("the package cannot be built")]
    Build(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The same, because of this machine's disk: elsewhere it is built.
    #[error("the package cannot be built")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What was written, or what came, is not what it should be.
    #[error("{0}")]
    Corrupt(String),
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

    /// What the process ends with.
    pub(crate) const fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Usage(_) | Self::Flags(_) => ExitStatus::Usage,
            Self::Failed { .. } | Self::Refused(_) => ExitStatus::Failed,
            Self::Build(_) => ExitStatus::BuildFailed,
            Self::Corrupt(_) => ExitStatus::Corrupt,
            Self::Io { .. } | Self::Storage(_) => ExitStatus::Io,
            Self::Remote(error) => error.exit_status(),
            Self::Interrupted => ExitStatus::Interrupted,
        }
    }

    /// What is wrong with each field or flag, under the field's name.
    pub(crate) fn fields(&self) -> &[FieldProblem] {
        match self {
            Self::Flags(problems) => problems,
            Self::Remote(error) => error.fields(),
            _ => &[],
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
        assert_eq!(error.exit_status(), ExitStatus::Usage);
        assert_eq!(error.fields().len(), 2);
    }
}
