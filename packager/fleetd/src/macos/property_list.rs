//! Property lists in XML.

use plist::{Dictionary, Value};
use zeroize::Zeroizing;

use crate::Error;

/// Room for a list: the longest values are a URL of 2 KiB twice, a path of 1 KiB and the secret, escaped.
const CAPACITY: usize = 32 << 10;

/// The file with `list` as its only element. All texts are escaped.
///
/// # Errors
/// [`Error::Tree`] if a text has a control character: few of them can stand in XML. Requests have none.
pub(super) fn write(list: Dictionary) -> Result<Zeroizing<Vec<u8>>, Error> {
    let list = Value::Dictionary(list);
    check(&list)?;
    // Sized beforehand: a vector that grows leaves copies of a secret behind.
    let mut file = Zeroizing::new(Vec::with_capacity(CAPACITY));
    list.to_writer_xml(&mut *file)
        .map_err(|_| packager_formats::Error::Invalid("a property list cannot be written".to_owned()))?;
    file.push(b'\n');
    Ok(file)
}

/// The message never has the value.
fn check(value: &Value) -> Result<(), Error> {
    match value {
        Value::String(text) if text.chars().any(char::is_control) => {
            let message = "a value of a property list has a control character".to_owned();
            Err(packager_formats::Error::Invalid(message).into())
        }
        Value::Array(values) => values.iter().try_for_each(check),
        Value::Dictionary(values) => values.values().try_for_each(check),
        _ => Ok(()),
    }
}
