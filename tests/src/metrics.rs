//! What a service says of itself to Prometheus.

use std::collections::{BTreeMap, BTreeSet};

/// What `/metrics` answered: the text format of `OpenMetrics` 1.0.
#[derive(Clone, Debug)]
pub struct Metrics(String);

impl Metrics {
    /// Asks the admin listener at `admin_url`.
    ///
    /// # Panics
    /// If it does not answer.
    #[must_use]
    pub fn of(admin_url: &str) -> Self {
        Self(crate::client::text(&format!("{admin_url}/metrics")))
    }

    /// As it was answered.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }

    /// Its families: the type and the explanation of each, by its name without the suffixes of samples.
    #[must_use]
    pub fn families(&self) -> BTreeMap<&str, (&str, &str)> {
        let lines = |keyword: &'static str| {
            self.0
                .lines()
                .filter_map(move |line| line.strip_prefix(keyword)?.split_once(' '))
        };
        let help: BTreeMap<_, _> = lines("# HELP ").collect();
        lines("# TYPE ")
            .map(|(name, kind)| (name, (kind, help.get(name).copied().unwrap_or_default())))
            .collect()
    }

    /// The names that samples of these families have, whether there are any yet or not.
    #[must_use]
    pub fn sample_names(&self) -> BTreeSet<String> {
        let suffixes = |kind: &str| match kind {
            "counter" => &["_total"][..],
            "histogram" => &["_bucket", "_sum", "_count"],
            _ => &[""],
        };
        let families = self.families();
        families
            .iter()
            .flat_map(|(name, (kind, _))| suffixes(kind).iter().map(move |suffix| format!("{name}{suffix}")))
            .collect()
    }

    /// The sample of `name` with these labels; 0 if there is none.
    ///
    /// # Panics
    /// If it is no number.
    #[must_use]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let labels: Vec<_> = labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{value}\""))
            .collect();
        let sample = format!("{name}{{{}}} ", labels.join(","));
        let value = self.0.lines().find_map(|line| line.strip_prefix(&sample));
        value.map_or(0.0, |value| value.parse().unwrap())
    }
}
