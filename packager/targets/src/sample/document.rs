use std::io;

use olpc_cjson::CanonicalFormatter;
use serde::Serialize;
use serde_json::{Value, json};

use super::key::SampleKey;

pub(super) fn canonical_json(value: &Value) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, CanonicalFormatter::new());
    value.serialize(&mut serializer)?;
    Ok(bytes)
}

/// `signed` with the signatures of `keys`, as a file.
pub(crate) fn sign(signed: &Value, keys: &[&SampleKey]) -> io::Result<Vec<u8>> {
    let message = canonical_json(signed)?;
    let signatures: Vec<Value> = keys
        .iter()
        .map(|key| json!({"keyid": key.id(), "sig": key.sign(&message)}))
        .collect();
    let mut file = serde_json::to_vec_pretty(&json!({"signed": signed, "signatures": signatures}))?;
    file.push(b'\n');
    Ok(file)
}
