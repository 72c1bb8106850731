//! The whole path of a photo on one screen.
