//! Lays a later photo onto the baseline, with doubt at every pixel.
