//! What each attack comes to.

use packager_targets::{Check, Role, Subject};

/// An attack and its end.
pub struct Attack {
    /// The folder's name.
    pub name: &'static str,
    pub end: End,
    /// The files of the cache that change: metadata that was verified before the attack showed, or none.
    pub kept: &'static [&'static str],
}

pub enum End {
    /// The refresh is refused, and builds go on with what was trusted before.
    Refresh(Refusal),
    /// The refresh is refused, and so is everything under the root that it brought.
    Root(Role),
    /// The metadata is good, and the target is refused.
    Target(Refusal),
    /// The metadata is good until its date.
    Frozen,
    /// The refresh takes two steps at a time.
    Steps,
    /// The metadata is good, and no name leads anywhere.
    TargetNames,
    /// The metadata is good, and its names are not followed.
    MetadataNames,
    /// The metadata is good, and what a delegated role lists is not there.
    Delegated,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Untrusted(Subject, Check),
    Expired(Role),
    TooSlow(Subject),
}

const ROOT: Subject = Subject::Metadata(Role::Root);
const TIMESTAMP: Subject = Subject::Metadata(Role::Timestamp);
const SNAPSHOT: Subject = Subject::Metadata(Role::Snapshot);
const TARGETS: Subject = Subject::Metadata(Role::Targets);

const NOTHING: &[&str] = &[];
const THE_TIMESTAMP: &[&str] = &["metadata/timestamp.json"];
const THE_SNAPSHOT: &[&str] = &["metadata/snapshot.json", "metadata/timestamp.json"];

const fn untrusted(name: &'static str, subject: Subject, check: Check) -> Attack {
    // Timestamp and snapshot are verified, and kept, one after the other.
    let kept = match subject {
        Subject::Metadata(Role::Snapshot) => THE_TIMESTAMP,
        Subject::Metadata(Role::Targets) => THE_SNAPSHOT,
        _ => NOTHING,
    };
    let refusal = Refusal::Untrusted(subject, check);
    let end = match subject {
        Subject::Target => End::Target(refusal),
        Subject::Metadata(_) => End::Refresh(refusal),
    };
    Attack { name, end, kept }
}

const fn other(name: &'static str, end: End, kept: &'static [&'static str]) -> Attack {
    Attack { name, end, kept }
}

pub const ATTACKS: &[Attack] = &[
    untrusted("rollback-root", ROOT, Check::Rollback),
    untrusted("rollback-timestamp", TIMESTAMP, Check::Rollback),
    untrusted("rollback-snapshot-in-timestamp", TIMESTAMP, Check::Rollback),
    untrusted("rollback-snapshot", SNAPSHOT, Check::Version),
    untrusted("rollback-targets", SNAPSHOT, Check::Rollback),
    untrusted("rollback-delegated-targets", SNAPSHOT, Check::Rollback),
    untrusted("rollback-by-leaving-out", SNAPSHOT, Check::Rollback),
    untrusted("skipped-root", ROOT, Check::Version),
    other(
        "freeze",
        End::Frozen,
        &["metadata/complete.json", "metadata/timestamp.json"],
    ),
    other("expired-root", End::Root(Role::Root), &["metadata/4.root.json"]),
    other(
        "expired-timestamp",
        End::Refresh(Refusal::Expired(Role::Timestamp)),
        NOTHING,
    ),
    other(
        "expired-snapshot",
        End::Refresh(Refusal::Expired(Role::Snapshot)),
        THE_TIMESTAMP,
    ),
    other(
        "expired-targets",
        End::Refresh(Refusal::Expired(Role::Targets)),
        THE_SNAPSHOT,
    ),
    untrusted("mix-and-match-snapshot", SNAPSHOT, Check::Hash),
    untrusted("mix-and-match-targets", TARGETS, Check::Hash),
    untrusted("mix-and-match-versions", TARGETS, Check::Version),
    untrusted("wrong-length-snapshot", SNAPSHOT, Check::Length),
    untrusted("wrong-length-targets", TARGETS, Check::Length),
    untrusted("wrong-length-target-longer", Subject::Target, Check::Length),
    untrusted("wrong-length-target-shorter", Subject::Target, Check::Length),
    untrusted("wrong-hash-snapshot", SNAPSHOT, Check::Hash),
    untrusted("wrong-hash-targets", TARGETS, Check::Hash),
    untrusted("wrong-hash-of-two", Subject::Target, Check::Hash),
    untrusted("arbitrary-software", Subject::Target, Check::Hash),
    untrusted("endless-data-root", ROOT, Check::Length),
    untrusted("endless-data-timestamp", TIMESTAMP, Check::Length),
    untrusted("endless-data-snapshot", SNAPSHOT, Check::Length),
    untrusted("endless-data-targets", TARGETS, Check::Length),
    untrusted("endless-data-target", Subject::Target, Check::Length),
    untrusted("huge-json", TIMESTAMP, Check::Length),
    other("endless-roots", End::Steps, NOTHING),
    other(
        "slow-data-timestamp",
        End::Refresh(Refusal::TooSlow(TIMESTAMP)),
        NOTHING,
    ),
    other(
        "slow-data-target",
        End::Target(Refusal::TooSlow(Subject::Target)),
        NOTHING,
    ),
    untrusted("unsigned-metadata", TIMESTAMP, Check::Signatures),
    untrusted("too-few-signatures-root", ROOT, Check::Signatures),
    untrusted("too-few-signatures-snapshot", SNAPSHOT, Check::Signatures),
    untrusted("too-few-signatures-targets", TARGETS, Check::Signatures),
    untrusted("same-key-twice", TARGETS, Check::Signatures),
    untrusted("same-key-under-two-ids", ROOT, Check::Form),
    untrusted("unknown-keys", TARGETS, Check::Signatures),
    untrusted("key-of-another-role", TIMESTAMP, Check::Signatures),
    untrusted("revoked-key-root", ROOT, Check::Signatures),
    untrusted("revoked-key-timestamp", TIMESTAMP, Check::Signatures),
    untrusted("revoked-key-snapshot", SNAPSHOT, Check::Signatures),
    untrusted("revoked-key-targets", TARGETS, Check::Signatures),
    untrusted("root-by-new-keys-alone", ROOT, Check::Signatures),
    untrusted("root-by-old-keys-alone", ROOT, Check::Signatures),
    untrusted("key-id-mismatch", ROOT, Check::Form),
    untrusted("key-id-mismatch-in-signature", TARGETS, Check::Signatures),
    untrusted("threshold-zero", ROOT, Check::Form),
    untrusted("changed-after-signing", TARGETS, Check::Signatures),
    other("delegated-too-few-signatures", End::Delegated, NOTHING),
    untrusted("another-role", TIMESTAMP, Check::Type),
    untrusted("another-specification", TIMESTAMP, Check::SpecificationVersion),
    untrusted("ambiguous-json", TARGETS, Check::Form),
    untrusted("deeply-nested-json", TIMESTAMP, Check::Form),
    untrusted("deeply-nested-signed-json", TIMESTAMP, Check::Form),
    untrusted("huge-numbers", TIMESTAMP, Check::Form),
    untrusted("missing-members", SNAPSHOT, Check::Form),
    untrusted("html-in-place-of-metadata", ROOT, Check::Form),
    untrusted("truncated-json", TIMESTAMP, Check::Form),
    untrusted("signatures-without-end", TIMESTAMP, Check::Signatures),
    other("hostile-target-names", End::TargetNames, NOTHING),
    other("hostile-metadata-names", End::MetadataNames, NOTHING),
    untrusted("unicode-twin-names", TARGETS, Check::Form),
];
