//! packager-tests
