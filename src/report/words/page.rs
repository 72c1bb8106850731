//! The fixed words of the reports: headings, labels, short explanations. With [`super`] and
//! [`super::doubt`] all there is to translate, except what warnings say.

use super::{number, signed};
use crate::report::fate::{Fate, Told};
use crate::report::schema::{Interval, Kind, Lesion, RegistrationMethod, ScaleSource, Verdict};

pub const LANGUAGE: &str = "en";
pub const PRODUCT: &str = "scardepth";
pub const TITLE: &str = "Scar comparison";
pub const SKIP: &str = "Skip to the photos";
pub const STOP: &str = ".";
/// Beside a swatch of the shade.
pub const SHADED: &str = "skin not measured";
pub const UNKNOWN: &str = "\u{2013}";

pub const BEFORE: &str = "Before";
pub const AFTER: &str = "After";
pub const AFTER_ALIGNED: &str = "After, laid onto the first photo and in its light";
pub const AFTER_AS_TAKEN: &str = "After, as it was taken";
pub const SKIN_BEFORE: &str = "The skin before";
pub const SKIN_AFTER: &str = "The skin after";

pub const PHOTOS: &str = "The photos";
pub const SHOW: &str = "Show";
pub const SLIDER: &str = "Slider";
pub const BLINK: &str = "Blink";
pub const SIDE_BY_SIDE: &str = "Side by side";
pub const VIEW: &str = "View";
pub const PHOTO: &str = "Photo";
pub const RELIEF: &str = "Relief";
pub const REDNESS: &str = "Redness";
pub const PIGMENT: &str = "Pigment";
pub const OUTLINES: &str = "Outlines of scars";
pub const SHADE: &str = "Shade what was not measured";
pub const WIPE: &str = "Where the photo after begins, percent from the left";
pub const PAUSE: &str = "Pause";
pub const SWAP: &str = "Swap";
pub const STATES: &str = "Outlines by what became of the scar";

pub const PHOTO_NOTE: &str =
    "Both photos in the same place and in the same light, as far as that can be done.";
pub const SHADE_NOTE: &str = "Dark: not measured.";
pub const HATCHED_NOTE: &str = "Hatched: the photo after does not reach there.";
pub const CLICK_NOTE: &str = "Click a scar to see it closely.";
pub const RELIEF_NOTE: &str = "Dents as the light shows them: the bluer, the deeper. Both visits are drawn under the same \
     made-up lamp from the upper left. Not millimetres: one photo cannot give those.";
pub const REDNESS_NOTE: &str = "Redder or paler than the skin around, with shadows taken out. Deep scars can look redder \
     than they are. The two photos' overall tone says nothing: cameras change it.";
pub const PIGMENT_NOTE: &str = "Browner or paler than the skin around, with shadows taken out. Deep scars can look browner \
     than they are. The two photos' overall tone says nothing: cameras change it.";
pub const NOT_MEASURED_NOTE: &str = "Grey photo around: not measured.";
pub const RELIEF_ENDS: [&str; 2] = ["flat", "deep"];
pub const REDNESS_ENDS: [&str; 2] = ["paler", "redder"];
pub const PIGMENT_ENDS: [&str; 2] = ["paler", "browner"];

pub const MEASURED_HEADING: &str = "What changed, in numbers";
pub const BEYOND: &str = "more than chance";
pub const WITHIN: &str = "could be chance";
/// Beside numbers that could be.
pub const WITHIN_IS: &str = "Could be chance: on photos like these, skin that has not changed can seem to change by up to the \
     smallest detectable.";
pub const SCALE_LABEL: &str = "The change on a scale from minus 100 to plus 100 percent: the point is the change, the bar its \
     interval, the grey field what could be chance";
/// Below the scales, for those who see them.
pub const SCALE_KEY: &str = "On each line from \u{2212}100 to +100 %: the mark is the change, the bar its range, the grey field what \
     could be chance.";
pub const SMALLEST: &str = "smallest detectable";
pub const AREA_IS: &str = "How much skin is dented.";
pub const VOLUME_IS: &str =
    "How deep and how wide together: stands in for the volume of the dents.";
pub const CONTRAST_IS: &str =
    "How strongly scars stand out in light and shade. Lamps change it: it decides nothing alone.";

pub const NEXT_HEADING: &str = "For the next photo";

pub const SCARS_HEADING: &str = "Each scar";
/// Where the total shows no change that can be told, single scars show even less.
pub const SCARS_MAY_BE_CHANCE: &str = "The total of these two photos shows no change that can be told from chance, so no single scar is \
     called changed.";
pub const CHOOSE: &str =
    "The largest scar from both visits. Choose another in the picture or in the table.";
pub const CLOSE_UPS: &str = "The largest scars";
pub const PREVIOUS: &str = "Previous";
pub const NEXT: &str = "Next";
pub const IN_TABLE: &str = "In the table";
pub const SCAR: &str = "Scar";
pub const NUMBER: &str = "No.";
pub const STATE: &str = "State";
pub const KIND: &str = "Kind";
pub const AREA: &str = "Area";
pub const AREA_MM2: &str = "Area, mm²";
pub const WIDTH_MM: &str = "Width, mm";
pub const DEPTH: &str = "Depth (relief index)";
pub const DEPTH_SHORT: &str = "Depth";
pub const CONTRAST: &str = "Contrast";
pub const CHANGE: &str = "Change";
pub const CHANGE_OF_AREA: &str = "Change of area";
pub const SCAR_AREA: &str = "Scar area";
pub const VOLUME: &str = "Depth times area";
pub const NO_SCALE: &str = "Sizes in millimetres are missing. To have them, photograph a ruler from the same distance once, \
     count the pixels of 10 mm, and tell the program how many make one millimetre.";
/// For the technical page, where a scale was assumed.
pub const GIVE_SCALE: &str = "the number of pixels that show a millimetre, given with --px-per-mm, brings sizes in millimetres";
/// Where the scale was assumed.
pub const KINDS_GUESSED: &str =
    "Kinds go by the width in millimetres: they hold only if the assumed scale is right.";
/// Beside an overview with numbers.
pub const NUMBERS: &str = "Numbers of the largest";
pub const NUMBERED_NOTE: &str =
    "The numbers beside the largest scars are those of the table of all scars.";
pub const BOTH_ON_FIRST: &str = "Before, with the scars of both photos";
pub const TABLE_SCROLLS: &str = "Table of scars";
pub const COMPARISON_SCROLLS: &str = "Table of both photos";

pub const HOW_HEADING: &str = "How the two photos compare";
pub const NOT_IN_IT: &str = "Measured are dents only. Raised scars, spots, pores and wrinkles are not counted, nor what is shaded: \
     hair, lips, edges of the face, and where the two photos do not fit together.";
pub const TECHNICAL_HEADING: &str = "Technical page";
pub const INTERVALS: &str = "Ranges are 95 % intervals. Smallest detectable: a change below it could not have been told from none on \
     these photos (2.77 times the standard error of measurement). The relief index is the mean depth in scars as a network reads it from light \
     and shade, which it sees in units of the healthy skin\u{2019}s fine texture. It is a unit of its own: \
     comparable between visits, not between people, and never a depth in micrometres. Contrast is the part of \
     light and shade in scars beyond that of healthy skin, and 0 where there is no more: shapes are still seen \
     there. The interval of a single scar comes from how far the \
     changes of all scars scatter.";
pub const NO_DIAGNOSIS: &str = "A measurement, not a diagnosis, and not a medical device.";
pub const MADE_BY: &str = "Made by";
pub const SCALE: &str = "Scale";
pub const ALIGNMENT: &str = "Alignment";
pub const OPTIONS: &str = "Options";
pub const WARNING_CODES: &str = "Warnings";
pub const AT_THE_KEYBOARD: &str = "To try again";
pub const HASH: &str = "BLAKE3";
pub const RESIDUAL: &str = "residual";

/// Rows of the table that compares the photos.
pub mod rows {
    pub const TAKEN: &str = "Taken";
    pub const SIZE: &str = "Size, pixels";
    pub const SHARPNESS: &str = "Sharpness";
    pub const CLIPPED: &str = "Skin too bright or too dark";
    pub const AZIMUTH: &str = "Light comes from";
    pub const DIRECTED: &str = "Light from a side";
    pub const ITA: &str = "Skin tone (ITA)";
    pub const SKIN: &str = "Open skin";
    pub const SCARS: &str = "Scars";
    pub const AREA_MM2: &str = "Scar area, mm²";
    pub const FRACTION: &str = "Scar area, share of measured skin";
    pub const DEPTH: &str = "Mean depth, relief index";
    pub const CONTRAST: &str = "Contrast";
    pub const REMARKS: &str = "Remarks";
}

/// Behind the day of a photo whose camera does not tell one.
pub const BY_ITS_NAME: &str = ", by its name";

/// Instead of a verdict.
pub const ORDER_IN_DOUBT: &str = "Which photo is the first?";

/// In the place of a verdict that hangs on a guess.
pub const SCALE_IN_DOUBT: &str = "Changed, if the guessed scale is right";

/// In the place of a verdict that another guess of the scale would turn.
pub const HANGS_ON_SCALE: &str = "Hangs on the guessed scale";

/// In the place of no detectable change where there was nothing to change.
pub const NO_SCAR: &str = "No scar found before";

/// In the place of a verdict where even the loss of all scars could be chance.
pub const CANNOT_BE_TOLD: &str = "Cannot be told";

/// The verdict as a word.
#[must_use]
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Improved => "Improved",
        Verdict::Worse => "Worse",
        Verdict::NoDetectableChange => "No detectable change",
        Verdict::NotComparable => "Not comparable",
    }
}

#[must_use]
pub fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Improved => "improved",
        Fate::Gone => "no longer seen",
        Fate::Unsure => "no sure change",
        Fate::Once => "in one photo only",
        Fate::Joined => "joined a neighbour",
        Fate::Worse => "worse",
        Fate::New => "new",
        Fate::NotMeasured => "not measured",
    }
}

/// What became of a scar.
#[must_use]
pub fn became(told: &Told) -> &'static str {
    match told.fate {
        Fate::Once if told.seen(0) => "in the first photo only",
        Fate::Once => "in the second photo only",
        other => fate(other),
    }
}

/// The same, and how many outlines it was and is: `no sure change, parts 3 → 1`.
#[must_use]
pub fn told(told: &Told) -> String {
    let text = became(told);
    match told.parts {
        [before, after] if told.seen(0) && told.seen(1) && before.max(after) > 1 => {
            format!("{text}, parts {before} \u{2192} {after}")
        }
        _ => text.to_string(),
    }
}

/// What can be chance of a single scar on these two photos: `−33 to +50 % of depth times area`.
fn scar_chance(volume: &Interval) -> Option<String> {
    let smallest = volume.smallest_detectable?;
    // A ratio's doubt is the same both ways: half and twice are equally far from none.
    let down = 100.0 * (1.0 / (1.0 + smallest / 100.0) - 1.0);
    Some(format!(
        "{} to {} % of depth times area",
        signed(down, 0),
        signed(smallest, 0)
    ))
}

/// Why a single scar is not called changed, where it has a change in size; `total`: what is said of all.
#[must_use]
pub fn unsure(told: &Told, total: Verdict) -> Option<String> {
    if told.fate != Fate::Unsure {
        return None;
    }
    if total == Verdict::NoDetectableChange {
        return Some(SCARS_MAY_BE_CHANCE.to_string());
    }
    let chance = scar_chance(told.volume.as_ref()?)?;
    Some(format!("{chance} can be chance in a single scar."))
}

/// How sure a single scar is on these two photos.
#[must_use]
pub fn scars_note(volume: Option<Interval>) -> String {
    let mut text = "Largest first. A single scar is far less sure than the total".to_string();
    if let Some(chance) = volume.as_ref().and_then(scar_chance) {
        text += &format!(": on these two photos, {chance} can be chance");
    }
    text + ". It is called improved or worse only beyond that, and no longer seen where it is not found any \
            more while all together improved: healed, or too shallow to show. Parts: outlines that ran together or parted are one scar."
}

#[must_use]
pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::IcePick => "ice pick",
        Kind::Boxcar => "boxcar",
        Kind::Rolling => "rolling",
        Kind::Linear => "linear",
    }
}

/// A scar's kind with how sure it is; without that on a guessed scale, on which kinds hang.
#[must_use]
pub fn kind_told(lesion: &Lesion, guessed: bool) -> String {
    let name = lesion.kind.map_or(UNKNOWN, kind);
    match lesion.kind_confidence.filter(|_| !guessed) {
        Some(sure) => format!("{name} ({})", confidence(sure)),
        None => name.to_string(),
    }
}

/// A confidence of 0 to 1 in percent: nobody is entirely sure of anything.
fn confidence(sure: f64) -> String {
    const MOST: f64 = 0.99;
    if sure > MOST {
        format!("over {} %", number(100.0 * MOST, 0))
    } else {
        format!("{} %", number(100.0 * sure, 0))
    }
}

#[must_use]
pub fn scale_source(source: ScaleSource) -> &'static str {
    match source {
        ScaleSource::Option => "as given",
        ScaleSource::Points => "from two points",
        ScaleSource::Card => "from the colour card",
        ScaleSource::Marker => "from the marker",
        ScaleSource::Assumed => "assumed, to set the filters only",
    }
}

#[must_use]
pub fn method(method: RegistrationMethod) -> &'static str {
    match method {
        RegistrationMethod::Dense => "every pixel, by the skin\u{2019}s texture",
        RegistrationMethod::Points => "from the given point pairs",
        RegistrationMethod::Region => "the same region in both; scars are not paired",
        RegistrationMethod::None => "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_entirely_sure_of_a_kind() {
        let (comparison, _) = crate::report::tests::sample();
        let mut lesion = comparison.lesions[0].clone();
        assert_eq!(kind_told(&lesion, false), "boxcar (80 %)");
        assert_eq!(kind_told(&lesion, true), "boxcar");
        for sure in [0.996, 1.0] {
            lesion.kind_confidence = Some(sure);
            assert_eq!(kind_told(&lesion, false), "boxcar (over 99 %)");
        }
    }
}
