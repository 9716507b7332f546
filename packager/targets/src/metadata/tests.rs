use std::num::NonZeroU64;

use serde_json::{Value, json};

use super::{Body, Candidate, RootBody, TargetsBody, TimestampBody, Trusted};
use crate::error::{Check, Error};
use crate::sample::signing::{SampleKey, sign};

fn root_value(keys: &[&SampleKey], threshold: u64) -> Value {
    let ids: Vec<_> = keys.iter().map(|key| key.id()).collect();
    let role = json!({"keyids": ids, "threshold": threshold});
    let listed: serde_json::Map<_, _> = keys
        .iter()
        .map(|key| (key.id().to_owned(), key.json().clone()))
        .collect();
    json!({
        "_type": "root", "spec_version": "1.0", "version": 1,
        "expires": "2026-01-01T00:00:00Z", "consistent_snapshot": false, "keys": listed,
        "roles": {"root": role, "timestamp": role, "snapshot": role, "targets": role},
    })
}

fn root(keys: &[&SampleKey], threshold: u64) -> Trusted<RootBody> {
    let raw = sign(&root_value(keys, threshold), keys).unwrap();
    let candidate = Candidate::<RootBody>::parse(raw.into()).unwrap();
    candidate.verify_itself().unwrap()
}

fn timestamp() -> Value {
    json!({
        "_type": "timestamp", "spec_version": "1.0.31", "version": 2,
        "expires": "2026-01-01T00:00:00Z", "meta": {"snapshot.json": {"version": 1}},
        "unknown": {"members": ["are", "signed", 2]},
    })
}

fn check<B: Body>(raw: Vec<u8>, root: &Trusted<RootBody>) -> Result<Trusted<B>, Check> {
    Candidate::<B>::parse(raw.into())
        .and_then(|candidate| candidate.verify(&root.body))
        .map_err(|error| match error {
            Error::Untrusted { check, .. } => check,
            other => panic!("{other}"),
        })
}

#[test]
fn as_many_keys_as_the_threshold_must_have_signed() {
    let keys: Vec<_> = (0..4).map(|_| SampleKey::generate().unwrap()).collect();
    let [a, b, c, stranger] = &keys[..] else {
        panic!("four keys");
    };
    let root = root(&[a, b, c], 2);
    let signed_by =
        |keys: &[&SampleKey]| check::<TimestampBody>(sign(&timestamp(), keys).unwrap(), &root).map(|held| held.version);
    let two = NonZeroU64::new(2).unwrap();
    assert_eq!(signed_by(&[a, b]), Ok(two));
    assert_eq!(signed_by(&[stranger, c, b]), Ok(two));
    for keys in [&[][..], &[a], &[a, a], &[a, stranger], &[stranger, stranger]] {
        assert_eq!(signed_by(keys), Err(Check::Signatures));
    }
}

#[test]
fn every_signed_member_counts_known_or_not() {
    let key = SampleKey::generate().unwrap();
    let root = root(&[&key], 1);
    let raw = String::from_utf8(sign(&timestamp(), &[&key]).unwrap()).unwrap();
    assert!(check::<TimestampBody>(raw.clone().into(), &root).is_ok());
    for (from, to) in [("\"are\"", "\"is\""), ("1.0.31", "1.0.32"), ("2026", "2036")] {
        let changed = raw.replacen(from, to, 1);
        assert_ne!(raw, changed);
        let result = check::<TimestampBody>(changed.into(), &root);
        assert_eq!(result.unwrap_err(), Check::Signatures, "{from}");
    }
    // Spaces and the order of members are not signed.
    let compact: Value = serde_json::from_str(&raw).unwrap();
    assert!(check::<TimestampBody>(compact.to_string().into(), &root).is_ok());
}

#[test]
fn metadata_of_another_role_or_specification_is_refused() {
    let key = SampleKey::generate().unwrap();
    let root = root(&[&key], 1);
    let raw = sign(&timestamp(), &[&key]).unwrap();
    assert_eq!(check::<TargetsBody>(raw, &root).unwrap_err(), Check::Type);
    for (member, value, expected) in [
        ("_type", json!("snapshot"), Check::Type),
        ("_type", json!(null), Check::Type),
        ("spec_version", json!("2.0.0"), Check::SpecificationVersion),
        ("spec_version", json!("10.0"), Check::SpecificationVersion),
        ("spec_version", json!(1), Check::SpecificationVersion),
        ("version", json!(0), Check::Form),
        ("version", json!(-1), Check::Form),
        ("version", json!("1"), Check::Form),
        ("expires", json!("tomorrow"), Check::Form),
        ("expires", json!(0), Check::Form),
        ("meta", json!({}), Check::Form),
        ("meta", json!([]), Check::Form),
    ] {
        let mut signed = timestamp();
        signed[member] = value;
        let raw = sign(&signed, &[&key]).unwrap();
        let result = check::<TimestampBody>(raw, &root);
        assert_eq!(result.unwrap_err(), expected, "{signed}");
    }
}

#[test]
fn documents_of_the_wrong_shape_are_refused() {
    let key = SampleKey::generate().unwrap();
    let root = root(&[&key], 1);
    for raw in [
        "",
        "[]",
        "{}",
        "null",
        "{\"signed\":{}}",
        "{\"signatures\":[]}",
        "{\"signed\":[],\"signatures\":[]}",
        "{\"signed\":{},\"signatures\":{}}",
        "{\"signed\":{},\"signatures\":[{\"keyid\":\"x\",\"sig\":\"\"}]}",
    ] {
        let result = check::<TimestampBody>(raw.into(), &root);
        assert_eq!(result.unwrap_err(), Check::Form, "{raw}");
    }
}

#[test]
fn one_key_under_two_ids_is_refused() {
    let keys = [SampleKey::generate().unwrap(), SampleKey::generate().unwrap()];
    let [a, b] = &keys;
    let mut twin = a.json().clone();
    twin["keyid_hash_algorithms"] = json!(["sha256"]);
    let twin_id = crate::sample::signing::key_id(&twin).unwrap();
    let mut value = root_value(&[a, b], 2);
    value["keys"][&twin_id] = twin;
    value["roles"]["targets"]["keyids"] = json!([a.id(), twin_id]);
    let raw = sign(&value, &[a, b]).unwrap();
    let result = Candidate::<RootBody>::parse(raw.into()).map(drop);
    assert!(matches!(result, Err(Error::Untrusted { check: Check::Form, .. })));
}

#[test]
fn a_malformed_target_spoils_only_itself() {
    let key = SampleKey::generate().unwrap();
    let root = root(&[&key], 1);
    let hash = "00".repeat(64);
    let good = json!({"length": 1, "hashes": {"sha512": hash}, "custom": {"other": 1}});
    let mut targets = json!({
        "_type": "targets", "spec_version": "1.0", "version": 1,
        "expires": "2026-01-01T00:00:00Z",
        "targets": {"good": good, "bad": {"length": 1}, "worse": 7, "../x": good},
    });
    targets["targets"]["version"] = good;
    targets["targets"]["version"]["custom"] = json!({"version": "1;rm"});
    let raw = sign(&targets, &[&key]).unwrap();
    let targets = check::<TargetsBody>(raw, &root).unwrap().body;
    assert!(targets.get(&"good".parse().unwrap()).unwrap().version.is_none());
    for name in ["bad", "worse", "version"] {
        let result = targets.get(&name.parse().unwrap());
        assert!(matches!(result, Err(Error::Untrusted { .. })), "{name}");
    }
}
