//! Where each scar ends.
