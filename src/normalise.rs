//! Takes lamp and camera out.
