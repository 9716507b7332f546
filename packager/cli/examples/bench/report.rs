//! Figures as lines of JSON.

use std::time::Duration;

use serde_json::{Value, json};

/// Prints one figure.
pub fn figure(name: &str, value: f64, unit: &str, more: Value) {
    let mut line = json!({"figure": name, "value": round(value), "unit": unit});
    if let (Some(line), Value::Object(more)) = (line.as_object_mut(), more) {
        line.extend(more);
    }
    println!("{line}");
}

/// Six significant decimals are more than any of these figures has.
fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// Durations of one thing done many times.
pub struct Summary(Vec<Duration>);

impl Summary {
    pub fn of(mut durations: Vec<Duration>) -> Self {
        durations.sort_unstable();
        Self(durations)
    }

    /// In seconds.
    pub fn p50(&self) -> f64 {
        self.percentile(50)
    }

    fn percentile(&self, percent: usize) -> f64 {
        let last = self.0.len() - 1;
        self.0[(last * percent).div_ceil(100)].as_secs_f64()
    }

    pub fn print(&self, name: &str) {
        let milliseconds = |percent| self.percentile(percent) * 1000.0;
        let more = json!({"p99": round(milliseconds(99)), "min": round(milliseconds(0)), "runs": self.0.len()});
        figure(name, milliseconds(50), "ms", more);
    }
}

/// A count as a number to reckon with.
#[allow(clippy::cast_precision_loss)]
pub fn float(count: usize) -> f64 {
    count as f64
}
