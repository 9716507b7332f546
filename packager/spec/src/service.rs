//! `service`

/// Whether the package installs the agent's service and starts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Service {
    /// The service is installed and started.
    #[default]
    Installed,
    /// The files alone are installed.
    Absent,
}
