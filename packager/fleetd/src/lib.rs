//! packager-fleetd
