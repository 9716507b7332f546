//! The summary information stream: what a package is, for who asks before it opens the database.
//!
//! A property set ([MS-OLEPS] 2.21) of one section: for each property a number and where its value is, then the values, each with its type
//! and filled up to four bytes. Which properties a package has: Windows Installer SDK, "Summary Property Descriptions".

use zeroize::Zeroizing;

use super::super::compound::{Data, Stream, StreamName};
use crate::Error;

/// {F29F85E0-4FF9-1068-AB91-08002B27B3D9}: a summary.
const FORMAT: [u8; 16] = [
    0xE0, 0x85, 0x9F, 0xF2, 0xF9, 0x4F, 0x68, 0x10, 0xAB, 0x91, 0x08, 0x00, 0x2B, 0x27, 0xB3, 0xD9,
];
/// Where the section begins.
const SECTION: u32 = 48;
/// Seconds from 1601, which Windows counts from, to 1970.
const FROM_1601: u64 = 11_644_473_600;
/// Ticks of 100 ns.
const TICKS: u64 = 10_000_000;
/// Windows Installer 5.
const SCHEMA: i32 = 500;
/// Long file names, compressed files.
const COMPRESSED: i32 = 2;
/// Read only is recommended.
const READ_ONLY: i32 = 2;

/// What a package says of itself in the summary.
pub(crate) struct Summary<'a> {
    /// The name of the product.
    pub(crate) product: &'a str,
    /// Who makes it.
    pub(crate) manufacturer: &'a str,
    /// The processor and the language: `x64;1033`.
    pub(crate) template: &'a str,
    /// The package code.
    pub(crate) package_code: String,
    /// What made the package.
    pub(crate) application: &'a str,
    /// When, in seconds since 1970-01-01 UTC.
    pub(crate) build_time: u64,
}

enum Value<'a> {
    Short(i16),
    Long(i32),
    Text(&'a str),
    Time(u64),
}

impl Summary<'_> {
    /// # Errors
    /// None in practice.
    pub(crate) fn stream(&self) -> Result<Stream, Error> {
        let comments = format!(
            "This installer database contains the logic and data required to install {}.",
            self.product
        );
        let time = self.build_time.saturating_add(FROM_1601).saturating_mul(TICKS);
        let is_ascii = [self.product, self.manufacturer].iter().all(|text| text.is_ascii());
        let properties = [
            (1, Value::Short(if is_ascii { 1252 } else { 65001_u16.cast_signed() })),
            (2, Value::Text("Installation Database")),
            (3, Value::Text(self.product)),
            (4, Value::Text(self.manufacturer)),
            (5, Value::Text("Installer")),
            (6, Value::Text(&comments)),
            (7, Value::Text(self.template)),
            (9, Value::Text(&self.package_code)),
            (12, Value::Time(time)),
            (13, Value::Time(time)),
            (14, Value::Long(SCHEMA)),
            (15, Value::Long(COMPRESSED)),
            (18, Value::Text(self.application)),
            (19, Value::Long(READ_ONLY)),
        ];
        Ok(Stream {
            name: StreamName::plain("\u{5}SummaryInformation")?,
            data: Data::Own(Zeroizing::new(property_set(&properties))),
        })
    }
}

fn property_set(properties: &[(u32, Value<'_>)]) -> Vec<u8> {
    let (mut offsets, mut values) = (Vec::new(), Vec::new());
    let head = 8 + 8 * properties.len();
    for (id, value) in properties {
        offsets.extend_from_slice(&id.to_le_bytes());
        offsets.extend_from_slice(&size(head + values.len()).to_le_bytes());
        value.write(&mut values);
    }
    let mut set = Vec::new();
    // Byte order, version 0, the version of Windows that made it (6.1), no class.
    set.extend_from_slice(&[0xFE, 0xFF, 0, 0, 6, 1, 2, 0]);
    set.extend_from_slice(&[0; 16]);
    set.extend_from_slice(&1_u32.to_le_bytes());
    set.extend_from_slice(&FORMAT);
    set.extend_from_slice(&SECTION.to_le_bytes());
    set.extend_from_slice(&size(head + values.len()).to_le_bytes());
    set.extend_from_slice(&size(properties.len()).to_le_bytes());
    set.extend_from_slice(&offsets);
    set.extend_from_slice(&values);
    set
}

impl Value<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        let mut value = |kind: u32, bytes: &[u8]| {
            out.extend_from_slice(&kind.to_le_bytes());
            out.extend_from_slice(bytes);
        };
        match self {
            Self::Short(number) => value(2, &number.to_le_bytes()),
            Self::Long(number) => value(3, &number.to_le_bytes()),
            Self::Time(ticks) => value(64, &ticks.to_le_bytes()),
            Self::Text(text) => {
                value(30, &size(text.len() + 1).to_le_bytes());
                out.extend_from_slice(text.as_bytes());
                out.push(0);
            }
        }
        out.resize(out.len().next_multiple_of(4), 0);
    }
}

fn size(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
