//! The ticket service: a public database of `CloudKit`, with a record for each package.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packager_clock::Clock;
use reqwest::Client;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::call::{Failure, may_pass, not_now};
use crate::error::Detail;
use crate::{Error, json};

pub(crate) const WHAT: &str = "ticket service";

/// What tickets begin with.
const MAGIC: &[u8] = b"s8ch";

/// A ticket has some hundred bytes and Apple's certificates.
const MOST_BYTES: usize = 256 << 10;

#[derive(Serialize)]
struct Lookup {
    records: [RecordName; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RecordName {
    record_name: String,
}

#[derive(Deserialize)]
struct Found {
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    #[serde(rename = "recordName")]
    name: String,
    fields: Option<Fields>,
    server_error_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    signed_ticket: Option<Field>,
}

#[derive(Deserialize)]
struct Field {
    value: String,
}

/// The ticket service at an address.
#[derive(Debug)]
pub(crate) struct Tickets<'a> {
    pub(crate) client: &'a Client,
    pub(crate) url: &'a Url,
    pub(crate) clock: &'a dyn Clock,
}

/// A record's name: the kind of the record, the kind of the digest (1 is SHA-1, 2 SHA-256), and the first 20 bytes of the
/// checksum of the package's table of contents.
fn record_name(toc: &[u8]) -> Option<String> {
    let kind = match toc.len() {
        20 => 1,
        32 => 2,
        _ => return None,
    };
    Some(format!("2/{kind}/{}", hex::encode(toc.get(..20)?)))
}

impl Tickets<'_> {
    /// Looks for the ticket of the package whose table of contents has this checksum. `None` while there is none.
    pub(crate) async fn find(&self, toc: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let record_name = record_name(toc).ok_or(Error::NoTicket)?;
        let lookup = Lookup {
            records: [RecordName {
                record_name: record_name.clone(),
            }],
        };
        let answer = json::body(self.client.post(self.url.clone()), &lookup).send().await;
        let answer = answer.map_err(Failure::broken)?;
        let status = answer.status();
        if may_pass(status) {
            return Err(not_now(answer, self.clock.now()).await);
        }
        if !status.is_success() {
            return Err(Failure::For(Error::Refused {
                status: status.as_u16(),
                source: json::detail(answer).await,
            }));
        }
        let found: Found = json::read(WHAT, answer).await?;
        let record = found.records.into_iter().find(|record| record.name == record_name);
        let record = record.ok_or_else(|| malformed("it has no record of that name"))?;
        match (
            record.fields.and_then(|fields| fields.signed_ticket),
            record.server_error_code,
        ) {
            (Some(field), _) => Ok(Some(read(&field.value)?)),
            (None, Some(code)) if code == "NOT_FOUND" => Ok(None),
            (None, Some(code)) => Err(Failure::ForNow {
                retry_after: None,
                source: Box::new(Detail::new(&code)),
            }),
            (None, None) => Err(malformed("the record has no ticket").into()),
        }
    }
}

fn read(base64: &str) -> Result<Vec<u8>, Error> {
    let ticket = STANDARD
        .decode(base64)
        .map_err(|_| malformed("the ticket is not base64"))?;
    if ticket.len() > MOST_BYTES || !ticket.starts_with(MAGIC) {
        return Err(malformed("the ticket is not one"));
    }
    Ok(ticket)
}

fn malformed(text: &str) -> Error {
    Error::Malformed {
        what: WHAT,
        source: Detail::new(text),
    }
}
