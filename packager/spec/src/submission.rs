//! From the body of `POST /create` to what is asked for.

use packager_api::{CreateRequest, FieldProblem, MAX_PROBLEMS, MalformedJson, Parsed};

use crate::PackageSpec;

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The package.
    pub spec: PackageSpec,
    /// `retry`: whether to build anew what failed before.
    pub retry: bool,
}

/// Why a body is refused. Both are the client's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// It cannot be read at all.
    #[error(transparent)]
    Malformed(#[from] MalformedJson),
    /// It breaks rules: all of them, each problem naming its field, at most [`MAX_PROBLEMS`].
    #[error("the request breaks {} rules of its fields", .0.len())]
    Invalid(Vec<FieldProblem>),
}

impl Submission {
    /// Reads the body of `POST /create`, whose length the caller bounds.
    pub fn parse(body: &[u8]) -> Result<Self, Rejection> {
        Self::from_parsed(CreateRequest::parse(body)?)
    }

    /// Judges a request that was read, adding its problems of form to those of its rules.
    pub fn from_parsed(parsed: Parsed) -> Result<Self, Rejection> {
        let Parsed { request, mut problems } = parsed;
        match PackageSpec::from_request(&request) {
            Ok(spec) if problems.is_empty() => Ok(Self {
                spec,
                retry: request.retry.unwrap_or(false),
            }),
            Ok(_) => Err(Rejection::Invalid(problems)),
            Err(broken_rules) => {
                // A field of the wrong type was reported once; that it is also missing would only confuse.
                let malformed: Vec<String> = problems.iter().map(|problem| problem.field.clone()).collect();
                problems.extend(
                    broken_rules
                        .into_iter()
                        .filter(|problem| !malformed.contains(&problem.field)),
                );
                problems.truncate(MAX_PROBLEMS);
                Err(Rejection::Invalid(problems))
            }
        }
    }
}
