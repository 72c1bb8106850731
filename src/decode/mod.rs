//! File to upright photo in linear light.
