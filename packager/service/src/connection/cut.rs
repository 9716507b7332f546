//! Why a connection was ended before its time.

/// Why a connection was ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The TLS handshake did not end in time.
    SlowHandshake,
    /// A request did not arrive in time, or the rest of one that had been answered went on and on.
    SlowRequest,
    /// It was idle for too long, or the body of a request that had been answered did not end.
    Idle,
    /// The client took nothing of an answer, or too little.
    SlowReader,
    /// It was idle, and there was no room for another connection.
    MadeRoom,
    /// The client has too many connections.
    Crowded,
    /// There are too many connections, and none of them is idle.
    Full,
    /// The service stopped, and the time for what was under way was over.
    Stopping,
}

impl Cut {
    /// All reasons.
    pub(crate) const ALL: [Self; 8] = [
        Self::SlowHandshake,
        Self::SlowRequest,
        Self::Idle,
        Self::SlowReader,
        Self::MadeRoom,
        Self::Crowded,
        Self::Full,
        Self::Stopping,
    ];

    /// The name under which it is counted.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::SlowHandshake => "slow_handshake",
            Self::SlowRequest => "slow_request",
            Self::Idle => "idle",
            Self::SlowReader => "slow_reader",
            Self::MadeRoom => "made_room",
            Self::Crowded => "crowded",
            Self::Full => "full",
            Self::Stopping => "stopping",
        }
    }
}
