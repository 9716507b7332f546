//! PEM (RFC 7468), for certificates and private keys.
//!
//! Keys pass through here, so decoded bytes are zeroized; and what is shipped is encoded anew from what was decoded, so
//! that a host sees exactly what was checked, whatever stood around it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::{InvalidValue, text};

const MAX_BYTES: usize = 64 * 1024;
/// Bytes on one line of 64 characters (RFC 7468, section 2).
const LINE_BYTES: usize = 48;

/// One encapsulated text.
pub(crate) struct Block<'a> {
    pub(crate) label: &'a str,
    pub(crate) der: Zeroizing<Vec<u8>>,
}

/// All blocks of `text`, of any label. Text around them is skipped (RFC 7468, section 5.2, "explanatory text").
pub(crate) fn blocks(text: &str) -> Result<Vec<Block<'_>>, InvalidValue> {
    text::check_length(text, MAX_BYTES)?;
    let malformed = || InvalidValue::new("must be well-formed PEM");
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let Some(begin) = line.strip_prefix("-----BEGIN ") else {
            continue;
        };
        let label = begin.strip_suffix("-----").ok_or_else(malformed)?;
        let body = lines.clone().take_while(|line| !line.starts_with("-----END "));
        // Large enough from the start, here and below: a growing buffer would leave a copy of a key behind.
        let mut base64 = Zeroizing::new(String::with_capacity(body.map(str::len).sum()));
        loop {
            let line = lines.next().ok_or_else(malformed)?;
            if let Some(end) = line.strip_prefix("-----END ") {
                if end.strip_suffix("-----") == Some(label) {
                    break;
                }
                return Err(malformed());
            }
            base64.push_str(line);
        }
        let mut der = Zeroizing::new(Vec::with_capacity(base64.len()));
        STANDARD
            .decode_vec(base64.as_bytes(), &mut der)
            .map_err(|_| malformed())?;
        blocks.push(Block { label, der });
    }
    Ok(blocks)
}

/// Appends `der` to `pem` under `label`.
pub(crate) fn encode(label: &str, der: &[u8], pem: &mut Zeroizing<String>) {
    pem.push_str("-----BEGIN ");
    pem.push_str(label);
    pem.push_str("-----\n");
    for line in der.chunks(LINE_BYTES) {
        STANDARD.encode_string(line, pem);
        pem.push('\n');
    }
    pem.push_str("-----END ");
    pem.push_str(label);
    pem.push_str("-----\n");
}

/// An upper bound of what [`encode`] appends: base64, line breaks, and both boundary lines.
pub(crate) fn encoded_bound(label: &str, der: &[u8]) -> usize {
    der.len().div_ceil(LINE_BYTES) * 65 + 2 * (label.len() + "-----BEGIN -----\n".len())
}
