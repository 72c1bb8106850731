//! Which pixels are open skin.
