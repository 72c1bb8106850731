//! `result.json`, field by field. What is here is the contract; a change of it is a new version of
//! [`SCHEMA`].
//!
//! Unknown is `None` (`null`), never 0 and never a number that is none. Lengths and areas in mm are
//! `None` without a scale.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::date::of_photo;

/// The name of this layout.
pub const SCHEMA: &str = "scardepth.comparison/1";

/// `v`, if it is a number: what may go into a field of the schema.
#[must_use]
pub fn finite(v: f64) -> Option<f64> {
    v.is_finite().then_some(v)
}

/// Two visits compared: everything that was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// [`SCHEMA`].
    pub schema: String,
    pub tool: Tool,
    /// What the work was done with, by the options' names.
    pub options: BTreeMap<String, serde_json::Value>,
    pub scale: Scale,
    pub before: Visit,
    /// As `before`; its scars are measured on the before photo's grid.
    pub after: Visit,
    pub registration: Registration,
    pub change: Change,
    /// A row for each scar.
    pub lesions: Vec<Lesion>,
    /// What makes the result less sure, each with its remedy.
    pub warnings: Vec<Warning>,
    /// Wall-clock time of each stage, ms.
    pub timings_ms: BTreeMap<String, f64>,
}

/// What made the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    pub name: String,
    pub version: String,
}

impl Default for Tool {
    fn default() -> Self {
        Self {
            name: env!("CARGO_PKG_NAME").to_string(),
            version: env!("CARGO_PKG_VERSION").to_string(),
        }
    }
}

/// How large the skin is in the before photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// Pixels of the before photo that show one millimetre of skin.
    pub px_per_mm: Option<f64>,
    pub source: ScaleSource,
}

/// Where the scale comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScaleSource {
    /// Given by the user.
    Option,
    /// Two points of known distance.
    Points,
    /// A colour card in the photo.
    Card,
    /// A printed marker in the photo.
    Marker,
    /// Guessed, good enough to set the filters; no millimetres are reported.
    Assumed,
}

/// One photo and what was measured in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// The file's name without its folder.
    pub file: String,
    /// BLAKE3 of the file, 64 hexadecimal digits.
    pub blake3: String,
    /// When it was taken by the camera's clock, ISO 8601 without a zone.
    pub taken: Option<String>,
    /// Upright width, px.
    pub width: u32,
    /// Upright height, px.
    pub height: u32,
    pub quality: Quality,
    pub scars: Scars,
    /// Haemoglobin of the measured skin, density units.
    pub redness: Option<f64>,
    /// Melanin of the measured skin, density units.
    pub pigment: Option<f64>,
}

impl Visit {
    /// The day of the photo, by its file's name or else its camera's clock.
    #[must_use]
    pub fn day(&self) -> Option<String> {
        of_photo(&self.file, self.taken.as_deref())
    }
}

/// How good a photo is for this purpose.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// 0 (blurred) to 1 (as sharp as pixels can show).
    pub sharpness: Option<f64>,
    /// Share of skin pixels at black or white, 0 to 1.
    pub clipped_fraction: Option<f64>,
    /// Where the light comes from, degrees clockwise from the right edge, 0 to 360.
    pub light_azimuth_deg: Option<f64>,
    /// 0 (ring flash) to 1 (a single grazing lamp).
    pub light_directionality: Option<f64>,
    /// Individual typology angle of the skin, degrees (Chardon et al. 1991): about -60 to 90.
    pub ita_deg: Option<f64>,
    /// Share of the photo that is open skin, 0 to 1.
    pub skin_fraction: Option<f64>,
    /// Why it is not better, a phrase each.
    pub reasons: Vec<String>,
}

/// All scars of a visit, on the pixels measured in both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scars {
    pub count: Option<usize>,
    /// px of the before photo.
    pub area_px: Option<f64>,
    pub area_mm2: Option<f64>,
    /// Share of the measured skin, 0 to 1.
    pub area_fraction: Option<f64>,
    /// RMS of pigment-free shading inside scars less that of the healthy skin around, in quadrature
    /// (Peli 1990), as a fraction of luminance; 0 or more.
    pub contrast: Option<f64>,
    /// Mean depth inside scars as the network reads it from shading in units of healthy texture; an
    /// index, no length.
    pub relief_index: Option<f64>,
    /// Relief index summed over area, mm² or, without a scale, px.
    pub volume_index: Option<f64>,
}

/// How the after photo was laid onto the before photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Registration {
    pub method: RegistrationMethod,
    /// Share of the before photo's skin that the after photo shows, 0 to 1.
    pub overlap: Option<f64>,
    /// Share of that which was laid on with confidence, 0 to 1.
    pub confident_fraction: Option<f64>,
    /// What forward and backward do not agree on, px of the before photo.
    pub residual_px: Option<f64>,
    pub grid: Option<Grid>,
}

/// What laid the photos onto each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationMethod {
    /// Every pixel by the skin's texture.
    Dense,
    /// From the user's point pairs.
    Points,
    /// The same region in both, scars not paired.
    Region,
    /// Not at all.
    None,
}

/// Where nodes of the before photo lie in the after photo, row-major; node (c, r) is at
/// (c · step, r · step) px of the before photo. `None` where unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// px of the before photo.
    pub step_px: u32,
    pub columns: usize,
    pub rows: usize,
    /// px of the after photo.
    pub x: Vec<Option<f64>>,
    /// px of the after photo.
    pub y: Vec<Option<f64>>,
}

/// How much the scars changed, and how sure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub area_percent: Interval,
    pub contrast_percent: Interval,
    pub volume_index_percent: Interval,
    pub verdict: Verdict,
    /// How much less scar, by the measure that the verdict rests on (scar area, or depth times area
    /// where only that moved); `None` when not comparable.
    pub band: Option<Band>,
    /// Why the verdict is what it is, a phrase each.
    pub reasons: Vec<String>,
}

/// A change in percent of the before value with its doubt; all `None` when not comparable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Percent; negative is less scar.
    pub value: Option<f64>,
    /// Lower end of the 95 % interval, percent.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval, percent.
    pub high: Option<f64>,
    /// Smallest change that could have been told from none, percent points (1.96·√2·SEM).
    pub smallest_detectable: Option<f64>,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    #[serde(rename = "improved")]
    Improved,
    #[serde(rename = "worse")]
    Worse,
    #[serde(rename = "no detectable change")]
    NoDetectableChange,
    #[serde(rename = "not comparable")]
    NotComparable,
}

/// Improvement in quarters, as clinicians grade it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Band {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "<25")]
    Under25,
    #[serde(rename = "25-50")]
    From25To50,
    #[serde(rename = "50-75")]
    From50To75,
    #[serde(rename = ">75")]
    Over75,
}

/// One scar, followed over both visits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lesion {
    /// Counted from 1.
    pub id: u32,
    pub kind: Option<Kind>,
    /// 0 to 1.
    pub kind_confidence: Option<f64>,
    /// Centre, px of the before photo from the centre of its upper left pixel, to the right.
    pub x: f64,
    /// As `x`, downwards.
    pub y: f64,
    pub state: State,
    pub before: LesionVisit,
    pub after: LesionVisit,
    pub change: LesionChange,
}

/// A scar at one visit; all `None` where it was not seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LesionVisit {
    pub area_mm2: Option<f64>,
    /// As [`Scars::contrast`].
    pub contrast: Option<f64>,
    /// As [`Scars::relief_index`].
    pub relief_index: Option<f64>,
    pub width_mm: Option<f64>,
}

/// A scar's change, percent of its before value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LesionChange {
    pub area_percent: Option<f64>,
    pub contrast_percent: Option<f64>,
    pub relief_index_percent: Option<f64>,
}

/// Kinds of indented scars (Jacob et al. 2001).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    #[serde(rename = "ice pick")]
    IcePick,
    Boxcar,
    Rolling,
    Linear,
}

/// What became of a scar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Improved,
    Unchanged,
    Worse,
    /// Only after.
    New,
    /// Only before.
    Gone,
    /// Not on skin that both photos show with confidence.
    #[serde(rename = "not measured")]
    NotMeasured,
}

/// What makes a result less sure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// A short name that does not change, such as `light-differs`.
    pub code: String,
    /// What it is, a sentence.
    pub message: String,
    /// What to do next time, a sentence.
    pub remedy: String,
}

/// The word of a serialised enum, as `result.json` has it.
#[must_use]
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
