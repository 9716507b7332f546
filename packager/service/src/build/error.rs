//! Why a build failed.

/// Why a build failed. Its text is for the person who asked for the package: no secrets, no paths. The sources are for
/// the operator's log.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The package type is known, and not built yet.
    #[error("packages of this type are not built yet")]
    NotBuilt,
    /// The update repository did not deliver, or delivered what cannot be trusted.
    #[error("the agent could not be fetched: {0}")]
    Targets(#[from] packager_targets::Error),
    /// The repository's targets cannot be packaged.
    #[error("{0}")]
    Agent(#[from] packager_fleetd::Error),
    /// The package could not be composed.
    #[error("the package could not be composed")]
    Compose(#[from] packager_formats::Error),
    /// The storage failed.
    #[error("the package could not be stored")]
    Store(#[from] packager_store::Error),
    /// Reading shared parts failed.
    #[error("the package could not be read back")]
    Read(#[from] std::io::Error),
    /// The build took longer than it may.
    #[error("the build took too long and was stopped")]
    Timeout,
    /// A defect of this program.
    #[error("the build stopped because of a defect in the service")]
    Defect,
}

impl BuildError {
    /// A target's name that the request led to and that cannot be one.
    pub(super) const fn component(component: &'static str, reason: &'static str) -> Self {
        Self::Agent(packager_fleetd::Error::Component { component, reason })
    }
}
