//! The ticket service.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::answers::{Answer, json_answer, refused};
use crate::server::Shared;
use crate::state::Verdict;

/// The name of the record with a package's ticket: of the digest of its table of contents, which this reads from the
/// archive's header.
pub(crate) fn record_name(package: &[u8]) -> Option<String> {
    let header = package.strip_prefix(b"xar!")?;
    let number = |at: usize, size: usize| -> Option<u64> {
        let bytes = header.get(at..at + size)?;
        Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    };
    let begin = usize::try_from(number(0, 2)?).ok()?;
    let length = usize::try_from(number(4, 8)?).ok()?;
    let toc = package.get(begin..begin.checked_add(length)?)?;
    let (kind, digest) = match number(20, 4)? {
        1 => (1, Sha1::digest(toc).to_vec()),
        3 => (2, Sha256::digest(toc).to_vec()),
        _ => return None,
    };
    Some(format!("2/{kind}/{}", hex::encode(&digest[..20])))
}

/// The ticket in the record of that name.
pub(crate) fn ticket(record_name: &str) -> Vec<u8> {
    [b"s8ch", record_name.as_bytes(), &[0x5a; 900]].concat()
}

pub(crate) fn answer(shared: &Shared, body: &Bytes) -> Answer {
    let mut state = shared.state();
    state.lookups += 1;
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(name) = body["records"][0]["recordName"].as_str() else {
        state.complain(format!("not a lookup: {body}"));
        return refused(400, "BAD_REQUEST");
    };
    let is_known = state
        .submissions
        .iter()
        .any(|submission| submission.uploaded.as_deref() == Some(name));
    let is_there = is_known && state.verdict == Verdict::Accepted && state.lookups > state.ticket_lag;
    let event = json!({"timestamp": 1_700_000_000_000_u64, "userRecordName": "_apple", "deviceID": "1"});
    let record = if is_there {
        json!({
            "recordName": name,
            "recordType": "DeveloperIDTicket",
            "fields": {"signedTicket": {"value": STANDARD.encode(ticket(name)), "type": "BYTES"}},
            "pluginFields": {},
            "recordChangeTag": "k1",
            "created": event,
            "modified": event,
            "deleted": false,
        })
    } else {
        json!({"recordName": name, "reason": "Record not found", "serverErrorCode": "NOT_FOUND"})
    };
    json_answer(200, &json!({ "records": [record] }))
}
