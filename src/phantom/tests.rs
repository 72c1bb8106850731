//! Tests that need the whole renderer.
