//! packager-signing
