//! What can go wrong while the files of an installer are laid out.

/// Why the files of an installer could not be laid out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The update repository serves an agent in a form that it does not have for this platform, or without a version.
    #[error("the update repository's {component} cannot be packaged: {reason}")]
    Component {
        /// `orbit`, `osqueryd` or `desktop`.
        component: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The repository's metadata is not what TUF metadata is.
    #[error("the update repository's {role} cannot be packaged")]
    Metadata {
        /// The role whose document cannot be read.
        role: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A file cannot stand in a package.
    #[error("a file cannot be packaged")]
    Tree(#[from] packager_formats::Error),
}
