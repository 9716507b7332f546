/// What is wrong with an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveFault {
    /// It is not a gzip-compressed tar archive, or it is damaged.
    #[error("it is not a well-formed tar.gz archive")]
    Malformed,
    /// It unpacks to more bytes than allowed.
    #[error("it unpacks to too many bytes")]
    TooLarge,
    /// It has more entries than allowed.
    #[error("it has too many entries")]
    TooManyEntries,
    /// An entry is neither a directory nor a regular file nor a symbolic link.
    #[error("it has an entry that is neither a directory nor a regular file nor a symbolic link")]
    EntryType,
    /// A path is absolute, leaves its folder, or has characters that paths should not have.
    #[error("it has an unsafe path")]
    Path,
    /// A path is longer or deeper than allowed.
    #[error("it has a path that is too long or too deep")]
    PathTooLong,
    /// Two entries have the same path.
    #[error("it has two entries of the same path")]
    Duplicate,
    /// An entry lies below a regular file or a link.
    #[error("it has an entry below a regular file or a link")]
    FileAsParent,
    /// A link leads out of the archive's tree, or might.
    #[error("it has a link that may lead out of it")]
    LinkTarget,
}
