//! What Apple knows.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

use crate::fault::{Endpoint, Fault};

/// What comes of submissions.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// They are accepted.
    Accepted,
    /// They are not, with these issues in the log.
    Invalid(Value),
    /// There is none.
    Never,
}

pub(crate) struct Submission {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) sha256: String,
    pub(crate) object: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
    /// The names of the ticket's record, once the package is there.
    pub(crate) uploaded: Option<String>,
    pub(crate) polls: usize,
}

pub(crate) struct State {
    pub(crate) submissions: Vec<Submission>,
    pub(crate) uploads: usize,
    pub(crate) verdict: Verdict,
    /// How often a submission is said to be in progress.
    pub(crate) polls_in_progress: usize,
    /// How often a ticket is not there yet.
    pub(crate) ticket_lag: usize,
    pub(crate) lookups: usize,
    pub(crate) complaints: Vec<String>,
    pub(crate) faults: HashMap<Endpoint, VecDeque<Fault>>,
    pub(crate) requests: HashMap<Endpoint, usize>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            submissions: Vec::new(),
            uploads: 0,
            verdict: Verdict::Accepted,
            polls_in_progress: 0,
            ticket_lag: 0,
            lookups: 0,
            complaints: Vec::new(),
            faults: HashMap::new(),
            requests: HashMap::new(),
        }
    }
}

impl State {
    pub(crate) fn complain(&mut self, text: impl Into<String>) {
        self.complaints.push(text.into());
    }
}
