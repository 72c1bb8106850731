//! What can go wrong with an input or output.
