//! One JSON object a line: time, level, message and fields, and where in the program it is from.
//!
//! An error has all of its causes in its text. What is told to people often leaves them out, and the log is where an operator
//! looks for them; the library's own format has the first text alone.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields, Layer};
use tracing_subscriber::registry::LookupSpan;

/// Formats events so. Of spans, the innermost is told, with its fields.
pub(super) struct Json;

/// A layer that writes so.
pub(super) fn layer<S>() -> Layer<S, JsonFields, Json>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    Layer::default().fmt_fields(JsonFields::new()).event_format(Json)
}

impl<S, N> FormatEvent<S, N> for Json
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let mut fields = Fields::default();
        event.record(&mut fields);
        let level = event.metadata().level().to_string();
        write!(writer, "{{\"timestamp\":{},\"level\":{}", json!(time), json!(level))?;
        for (name, value) in &fields.0 {
            write!(writer, ",{}:{value}", json!(name))?;
        }
        write!(writer, ",\"target\":{}", json!(event.metadata().target()))?;
        if let Some(span) = context.lookup_current() {
            // `layer` has them kept as an object.
            let extensions = span.extensions();
            let fields = extensions
                .get::<FormattedFields<N>>()
                .map(|fields| fields.fields.as_str());
            let mut fields: Map<String, Value> = serde_json::from_str(fields.unwrap_or("{}")).unwrap_or_default();
            fields.insert("name".to_owned(), span.name().into());
            write!(writer, ",\"span\":{}", Value::Object(fields))?;
        }
        writeln!(writer, "}}")
    }
}

/// The fields of an event, the message among them.
#[derive(Default)]
struct Fields(BTreeMap<&'static str, Value>);

impl Fields {
    fn set(&mut self, field: &Field, value: Value) {
        // What macros name after keywords of the language.
        let name = field.name();
        self.0.insert(name.strip_prefix("r#").unwrap_or(name), value);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, Value::String(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value.into());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut text = value.to_string();
        let mut cause = value.source();
        while let Some(error) = cause {
            let more = error.to_string();
            // Some say what their cause is.
            if !text.ends_with(&more) {
                text = format!("{text}: {more}");
            }
            cause = error.source();
        }
        self.set(field, Value::String(text));
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::MakeWriter;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Lines {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error("it \"failed\"")]
    struct Outer(#[source] io::Error);

    #[test]
    fn an_event_is_a_line_with_all_causes() {
        let lines = Lines::default();
        let layer = layer().with_writer(lines.clone());
        let outer = Outer(io::Error::other("the disk is\nfull"));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let _entered = tracing::info_span!("request", id = 5).entered();
            tracing::warn!(number = 7, error = &outer as &dyn Error, at = %"x", "a build failed");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        let event: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(event["message"], "a build failed");
        assert_eq!(event["error"], "it \"failed\": the disk is\nfull");
        assert_eq!((&event["number"], &event["at"]), (&json!(7), &json!("x")));
        assert_eq!(
            (&event["level"], &event["target"]),
            (&json!("WARN"), &json!(module_path!()))
        );
        assert_eq!(event["span"], json!({"name": "request", "id": 5}));
        assert!(event["timestamp"].as_str().unwrap().ends_with('Z'));
    }
}
