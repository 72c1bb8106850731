//! Relief's light apart from pigment.
