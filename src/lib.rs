//! How much indented (atrophic) skin scars changed between two ordinary photographs, and how sure
//! that is.
//!
//! The modules stand in the order in which a photo meets them; the ones after the last blank line
//! are what they all stand on.

pub mod pipeline;

pub mod date;
pub mod decode;

pub mod skin;

pub mod quality;

pub mod register;

pub mod normalise;

pub mod shading;

pub mod relief;

pub mod segment;

pub mod measure;

pub mod score;

pub mod comparable;

pub mod check;

pub mod report;

pub mod visits;

pub mod phantom;

pub mod learn;

pub mod accuracy;

pub mod error;
pub mod files;
pub mod filter;
pub mod fourier;
pub mod raster;
pub mod stats;
pub mod units;
