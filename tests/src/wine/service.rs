//! Services, as the registry and the service manager have them.

use super::{RegistryValue, WineHost};

/// Whether a service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It does.
    Running,
    /// It does not.
    Stopped,
    /// It is on the way to one or the other.
    Pending,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// What it is called in lists.
    pub display_name: String,
    /// What it is for.
    pub description: String,
    /// The command line that it is started with.
    pub image_path: String,
    /// Whom it runs as.
    pub account: String,
    /// When it is started: 2 is with the system, 3 on demand, 4 never.
    pub start: u32,
    /// What it is: 16 is a process of its own.
    pub kind: u32,
    /// The variables that it gets beside the system's.
    pub environment: Vec<String>,
    /// Whether it runs.
    pub state: State,
}

impl Service {
    pub(super) fn find(host: &WineHost, name: &str) -> Option<Self> {
        let key = format!(r"HKLM\System\CurrentControlSet\Services\{name}");
        let registry = host.registry(&key);
        if !registry.has_key(&key) {
            return None;
        }
        let text = |name: &str| match registry.value(&key, name) {
            Some(RegistryValue::String(text) | RegistryValue::Expandable(text)) => text.clone(),
            _ => String::new(),
        };
        let number = |name: &str| match registry.value(&key, name) {
            Some(RegistryValue::Number(number)) => *number,
            _ => 0,
        };
        Some(Self {
            display_name: text("DisplayName"),
            description: text("Description"),
            image_path: text("ImagePath"),
            account: text("ObjectName"),
            start: number("Start"),
            kind: number("Type"),
            environment: match registry.value(&key, "Environment") {
                Some(RegistryValue::Strings(variables)) => variables.clone(),
                _ => Vec::new(),
            },
            state: state(&host.run("sc", &["query", name]).stdout),
        })
    }
}

/// What `sc query` says of the state: `STATE : 4  RUNNING`.
fn state(query: &str) -> State {
    let state = query
        .lines()
        .find_map(|line| line.trim().strip_prefix("STATE"))
        .unwrap_or_default();
    if state.contains("RUNNING") {
        State::Running
    } else if state.contains("PENDING") {
        State::Pending
    } else {
        State::Stopped
    }
}
