//! Values written as TOML.

use toml::Value;

use crate::setting::Setting;

/// `key = value`, such that reading it gives `text` again.
pub(crate) fn assignment(setting: &Setting, text: &str) -> String {
    format!("{} = {}", setting.key, value(setting, text))
}

fn value(setting: &Setting, text: &str) -> String {
    if setting.kind.is_list() {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        return Value::Array(entries.map(string).collect()).to_string();
    }
    let number = text.parse::<i64>().ok().filter(|number| number.to_string() == text);
    match number {
        Some(number) if setting.kind.is_number() => Value::Integer(number),
        _ => string(text),
    }
    .to_string()
}

/// With `${` written so that it is not taken for a variable.
fn string(text: &str) -> Value {
    Value::String(text.replace("${", "$${"))
}
