//! Shading to relief index, and the light it was seen in.
