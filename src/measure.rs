//! Numbers for each scar.
