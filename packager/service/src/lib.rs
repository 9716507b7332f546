//! packager-service
