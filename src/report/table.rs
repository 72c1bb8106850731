//! `lesions.csv`: a row for each scar, full precision, empty where unknown.

use std::collections::BTreeMap;

use super::fate::Told;
use super::schema::{Interval, Lesion, word};
use super::words::page;
use crate::error::Cause;

/// The columns: those of [`Lesion`] with its `before`, `after` and `change` side by side; px and mm
/// of the before photo, fractions 0 to 1, changes in percent of the before value. Then what the report
/// says of the scar, which hears the doubts that `state` does not, and its change of depth times area
/// with the 95 % interval of a single scar.
const COLUMNS: [&str; 21] = [
    "id",
    "kind",
    "kind_confidence",
    "x",
    "y",
    "state",
    "before_area_mm2",
    "before_contrast",
    "before_relief_index",
    "before_width_mm",
    "after_area_mm2",
    "after_contrast",
    "after_relief_index",
    "after_width_mm",
    "change_area_percent",
    "change_contrast_percent",
    "change_relief_index_percent",
    "report",
    "change_volume_percent",
    "change_volume_low",
    "change_volume_high",
];

/// A text as a cell: a spreadsheet takes what begins with one of these signs for a formula and runs
/// it, unless a quotation mark stands in front (OWASP, "CSV injection"). For every cell that is not a
/// number of our own: file names, patients' ids, what was typed.
#[must_use]
pub fn text_cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_string()
    }
}

pub(super) fn lesions(lesions: &[Lesion], told: &[&Told]) -> Result<Vec<u8>, Cause> {
    let told: BTreeMap<u32, &Told> = told.iter().map(|&t| (t.lesion.id, t)).collect();
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(COLUMNS)?;
    for lesion in lesions {
        out.write_record(row(lesion, told.get(&lesion.id).copied()))?;
    }
    Ok(out.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

fn row(lesion: &Lesion, told: Option<&Told>) -> [String; COLUMNS.len()] {
    let number = |v: Option<f64>| v.map(|v| v.to_string()).unwrap_or_default();
    let (before, after, change) = (&lesion.before, &lesion.after, &lesion.change);
    let volume = |of: fn(&Interval) -> Option<f64>| {
        number(told.and_then(|t| t.volume.as_ref()).and_then(of))
    };
    [
        lesion.id.to_string(),
        lesion
            .kind
            .map(|k| text_cell(&word(&k)))
            .unwrap_or_default(),
        number(lesion.kind_confidence),
        lesion.x.to_string(),
        lesion.y.to_string(),
        text_cell(&word(&lesion.state)),
        number(before.area_mm2),
        number(before.contrast),
        number(before.relief_index),
        number(before.width_mm),
        number(after.area_mm2),
        number(after.contrast),
        number(after.relief_index),
        number(after.width_mm),
        number(change.area_percent),
        number(change.contrast_percent),
        number(change.relief_index_percent),
        told.map(|t| text_cell(page::became(t))).unwrap_or_default(),
        volume(|v| v.value),
        volume(|v| v.low),
        volume(|v| v.high),
    ]
}
