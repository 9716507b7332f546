//! The signature packet (RFC 9580, section 5.2), in the form that gpg writes: what debsig-verify hands it is a binary,
//! detached signature of version 4. Version 4 has no salt in front of the data, and so the hash over the data may have
//! begun before anyone knew that it would be signed.

use jiff::Timestamp;
use packager_artifact::{Sha256Digest, Sha256State};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::ser::Serialize;
use pgp::types::{KeyDetails, Timestamp as PgpTimestamp};

use crate::Error;

/// What a signature by `key` says, but for its numbers.
pub(super) fn config(key: &dyn KeyDetails, at: Timestamp) -> Result<SignatureConfig, Error> {
    let at = u32::try_from(at.as_second()).map_err(|_| Error::Failed)?;
    let subpacket = |data| Subpacket::regular(data).map_err(|_| Error::Failed);
    let mut config = SignatureConfig::v4(SignatureType::Binary, key.algorithm(), HashAlgorithm::Sha256);
    config.hashed_subpackets = vec![
        subpacket(SubpacketData::IssuerFingerprint(key.fingerprint()))?,
        subpacket(SubpacketData::SignatureCreationTime(PgpTimestamp::from_secs(at)))?,
    ];
    config.unhashed_subpackets = vec![subpacket(SubpacketData::IssuerKeyId(key.legacy_key_id()))?];
    Ok(config)
}

/// What is signed: the hash over the content, gone on with what the packet says and how long that is (RFC 9580,
/// section 5.2.4).
pub(super) fn digest(mut content: Sha256State, config: &SignatureConfig) -> Result<Sha256Digest, Error> {
    let mut subpackets = Vec::new();
    for subpacket in config.hashed_subpackets() {
        subpacket.to_writer(&mut subpackets).map_err(|_| Error::Failed)?;
    }
    let size = u16::try_from(subpackets.len()).map_err(|_| Error::Failed)?;
    let fields = [
        config.version().into(),
        config.typ.into(),
        config.pub_alg.into(),
        config.hash_alg.into(),
    ];
    let hashed = [&fields[..], &size.to_be_bytes(), &subpackets].concat();
    content.update(&hashed);
    content.update(&config.trailer(hashed.len()).map_err(|_| Error::Failed)?);
    Ok(content.finish())
}
