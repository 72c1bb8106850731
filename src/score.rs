//! Change between two visits, with its doubt and verdict.
