//! The Notary API.

use bytes::Bytes;
use hyper::{Method, Request};
use serde_json::{Value, json};

use crate::answers::{Answer, json_answer, refused};
use crate::fault::Endpoint;
use crate::server::Shared;
use crate::state::{Submission, Verdict};
use crate::token;

/// Which endpoint a path under the API's is.
pub(crate) fn endpoint(method: &Method, path: &str) -> Option<Endpoint> {
    let segments: Vec<&str> = path.split('/').collect();
    match (method.as_str(), &segments[..]) {
        ("POST", ["submissions"]) => Some(Endpoint::Submit),
        ("GET", ["submissions", _]) => Some(Endpoint::Status),
        ("GET", ["submissions", _, "logs"]) => Some(Endpoint::Logs),
        _ => None,
    }
}

pub(crate) fn answer(shared: &Shared, endpoint: Endpoint, request: &Request<()>, body: &Bytes) -> Answer {
    let header = request
        .headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    if let Err(complaint) = token::check(header, &shared.account, shared.clock.now()) {
        shared.state().complain(complaint);
        return refused(401, "NOT_AUTHORIZED");
    }
    let id = request
        .uri()
        .path()
        .split('/')
        .rev()
        .find(|part| *part != "logs")
        .unwrap_or_default();
    match endpoint {
        Endpoint::Submit => submit(shared, body),
        Endpoint::Status => status(shared, id),
        _ => logs(shared, id),
    }
}

fn submit(shared: &Shared, body: &Bytes) -> Answer {
    let mut state = shared.state();
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let (name, sha256) = (body["submissionName"].as_str(), body["sha256"].as_str());
    let is_digest = |text: &&str| text.len() == 64 && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte));
    let (Some(name), Some(sha256)) = (name.filter(|name| !name.is_empty()), sha256.filter(is_digest)) else {
        state.complain(format!("not a submission: {body}"));
        return refused(422, "ENTITY_ERROR.ATTRIBUTE.REQUIRED");
    };
    let number = state.submissions.len() + 1;
    let submission = Submission {
        id: format!("2efe2717-52ef-43a5-96dc-{number:012}"),
        name: name.to_owned(),
        sha256: sha256.to_owned(),
        // With characters that have to be encoded.
        object: format!("prod/AROARQRX7CZS3PRF6ZA5L:{number}/{name} +1"),
        secret_access_key: format!("secret/{number}+key"),
        session_token: format!("session{number}/+=="),
        uploaded: None,
        polls: 0,
    };
    let answer = json_answer(
        200,
        &json!({
            "data": {
                "attributes": {
                    "awsAccessKeyId": format!("ASIA{number:016}"),
                    "awsSecretAccessKey": submission.secret_access_key,
                    "awsSessionToken": submission.session_token,
                    "bucket": "notary-submissions-test",
                    "object": submission.object,
                },
                "id": submission.id,
                "type": "newSubmissions",
            },
            "meta": {},
        }),
    );
    state.submissions.push(submission);
    answer
}

fn status(shared: &Shared, id: &str) -> Answer {
    let mut state = shared.state();
    let (verdict, in_progress) = (state.verdict.clone(), state.polls_in_progress);
    let Some(submission) = state.submissions.iter_mut().find(|submission| submission.id == id) else {
        return refused(404, "NOT_FOUND");
    };
    submission.polls += 1;
    let status = match verdict {
        Verdict::Accepted if submission.uploaded.is_some() && submission.polls > in_progress => "Accepted",
        Verdict::Invalid(_) if submission.uploaded.is_some() && submission.polls > in_progress => "Invalid",
        _ => "In Progress",
    };
    json_answer(
        200,
        &json!({
            "data": {
                "attributes": {"createdDate": "2026-06-08T01:38:09.498Z", "name": submission.name, "status": status},
                "id": id,
                "type": "submissions",
            },
            "meta": {},
        }),
    )
}

fn logs(shared: &Shared, id: &str) -> Answer {
    let log = shared.url(&format!("logs/{id}?X-Amz-Signature=for-the-developer"));
    json_answer(
        200,
        &json!({"data": {"attributes": {"developerLogUrl": log}, "id": id, "type": "submissionsLog"}, "meta": {}}),
    )
}

/// The log, at its own address. The token must not come here.
pub(crate) fn developer_log(shared: &Shared, request: &Request<()>) -> Answer {
    let mut state = shared.state();
    if request.headers().contains_key("authorization") {
        state.complain("the token was sent to where the log is");
    }
    if request.uri().query() != Some("X-Amz-Signature=for-the-developer") {
        state.complain("the log's address was changed");
    }
    let Verdict::Invalid(issues) = &state.verdict else {
        return refused(404, "NOT_FOUND");
    };
    json_answer(
        200,
        &json!({
            "logFormatVersion": 1,
            "jobId": request.uri().path().rsplit('/').next(),
            "status": "Invalid",
            "statusSummary": "Archive contains critical validation errors",
            "statusCode": 4000,
            "issues": issues,
        }),
    )
}
