//! TEMP: a stand-in until the real path is here.

use std::collections::BTreeMap;

use image::GrayImage;

use crate::decode::Photo;
use crate::report::Pictures;
use crate::report::schema::{
    Change, Comparison, Interval, Quality, Registration, RegistrationMethod, SCHEMA, ScaleSource,
    Scars, Tool, Verdict, Visit,
};
use crate::units::PixelsPerMm;

/// How large the skin is in the before photo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    Unknown,
    Given(PixelsPerMm),
    /// How many millimetres the photo's width shows, a guess.
    Field {
        width_mm: f64,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    pub scale: Scale,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scale: Scale::Unknown,
        }
    }
}

pub struct Outcome {
    pub comparison: Comparison,
    pub pictures: Pictures,
}

#[must_use]
pub fn compare(before: &Photo, after: &Photo, _options: &Options) -> Outcome {
    let visit = |p: &Photo| Visit {
        file: p.source.file_name.clone(),
        blake3: p.source.blake3.clone(),
        taken: p.taken.clone(),
        width: p.width,
        height: p.height,
        quality: Quality::default(),
        scars: Scars::default(),
        redness: None,
        pigment: None,
    };
    let empty = GrayImage::new(before.width, before.height);
    Outcome {
        comparison: Comparison {
            schema: SCHEMA.to_string(),
            tool: Tool::default(),
            options: BTreeMap::new(),
            scale: crate::report::schema::Scale {
                px_per_mm: None,
                source: ScaleSource::Assumed,
            },
            before: visit(before),
            after: visit(after),
            registration: Registration {
                method: RegistrationMethod::None,
                overlap: None,
                confident_fraction: None,
                residual_px: None,
                grid: None,
            },
            change: Change {
                area_percent: Interval::default(),
                contrast_percent: Interval::default(),
                volume_index_percent: Interval::default(),
                verdict: Verdict::NotComparable,
                band: None,
                reasons: vec!["measuring is not there yet".to_string()],
            },
            lesions: vec![],
            warnings: vec![],
            timings_ms: BTreeMap::new(),
        },
        pictures: Pictures {
            scars_before: empty.clone(),
            scars_after: empty.clone(),
            measured: empty,
            aligned_after: None,
            before: before.display(),
            after: Some(after.display()),
        },
    }
}
