//! What can go wrong at Apple's.

/// Something that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `POST submissions`
    Submit,
    /// `GET submissions/{id}`
    Status,
    /// `GET submissions/{id}/logs`
    Logs,
    /// The log itself.
    DeveloperLog,
    /// The upload.
    Upload,
    /// `records/lookup`
    Ticket,
}

/// How a request fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is answered with this status, and does nothing.
    Status(u16),
    /// The same, with a `Retry-After`.
    Busy(u16, String),
    /// The connection is closed in the place of an answer; the request did nothing.
    HangUp,
    /// What was asked for is done, and the connection is closed in the place of the answer.
    HangUpAfter,
    /// The connection is closed when so many bytes of the body have been read.
    HangUpWithin(usize),
    /// There is no answer, and the connection stays.
    Stall,
    /// The answer is 200 and no JSON.
    Garbage,
    /// S3 says that the right to upload has ended.
    ExpiredToken,
}
