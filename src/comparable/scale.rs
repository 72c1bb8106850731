//! A scale that was given and cannot be right: said of the scale, not of the photo.

use super::{Caveat, MOST_NARROWEST_MM, narrowest_scar_mm};
use crate::score::Verdict;
use crate::units::{PixelsPerMm, percent};

/// Code of a scale by which the photo would show far less, or far more, than skin that is measured.
pub const SCALE_UNLIKELY: &str = "scale-unlikely";

/// Shorter side of a field, mm, under which the working scale leaves too few pixels to lay photos on.
const LEAST_FIELD_MM: f64 = 4.0;

/// Longer side of a field, mm, under which a scale is doubted: a dermatoscope shows more.
const TELL_FIELD_MM: f64 = 16.0;

/// Longer side, mm, above which a photo shows more than a back.
const MOST_FIELD_MM: f64 = 500.0;

/// What speaks against a scale that was given for a photo of `size`, px, which is called `which`.
#[must_use]
pub fn unlikely(which: &str, size: (u32, u32), scale: PixelsPerMm) -> Option<Caveat> {
    let (width, height) = (scale.mm(f64::from(size.0)), scale.mm(f64::from(size.1)));
    let least = width.min(height) < LEAST_FIELD_MM;
    let small = least || width.max(height) < TELL_FIELD_MM;
    let large = width.max(height) > MOST_FIELD_MM;
    let mm = |v: f64| format!("{v:.*}", usize::from(v < 10.0));
    let per_mm = scale.get();
    let said = Caveat::warning(
        SCALE_UNLIKELY,
        format!(
            "By the scale that was given, {:.*} pixels per mm, {which} would show {} x {} mm \
             of skin.",
            usize::from(per_mm < 10.0),
            per_mm,
            mm(width),
            mm(height)
        ),
        "Check the scale before the photos: usual are 5 to 60 pixels per mm, or 60 to 250 mm of skin \
         across the photo. A ruler photographed from the same distance tells it: count the pixels of \
         10 mm.",
    );
    (small || large).then(|| Caveat {
        refuses: least || narrowest_scar_mm(scale) > MOST_NARROWEST_MM,
        ..said
    })
}

/// Code of a verdict that was taken back because another guess of the scale would turn it.
pub const SCALE_DECIDES: &str = "scale-decides";

/// A verdict that hangs on the guess: what was found by the guessed width of the skin, mm, and what by
/// another one; none if that could not be compared.
#[must_use]
pub fn scale_decides(found: Verdict, otherwise: Option<Verdict>, widths_mm: [f64; 2]) -> Caveat {
    let by = |verdict| match verdict {
        Some(Verdict::Improved) => "the scars would have improved",
        Some(Verdict::Worse) => "the scars would have got worse",
        Some(Verdict::NoDetectableChange) => "no change could be told from chance",
        None => "the photos could not be compared",
    };
    let [guessed, other] = widths_mm;
    Caveat::warning(
        SCALE_DECIDES,
        format!(
            "How much skin the photo shows is a guess, and the answer hangs on it: if it is {guessed:.0} \
             mm across, {}; if it is {other:.0} mm, {}.",
            by(Some(found)),
            by(otherwise)
        ),
        "Find the true scale: photograph a ruler once from the same distance, and count the pixels of \
         10 mm.",
    )
}

/// Share of the measured skin taken for scar from which it is told, and from which something else is
/// wrong. Taken, not measured.
const TELL_SCAR: f64 = 0.2;
const MOST_SCAR: f64 = 0.5;

/// More scar than there can be: the scale is wrong, or something else was taken for a scar.
#[must_use]
pub fn mostly_scar(share: f64) -> Option<Caveat> {
    (share > TELL_SCAR).then(|| Caveat {
        code: "mostly-scar",
        message: format!(
            "{} of the measured skin was taken for scars. Unless it is that scarred, the scale is wrong by \
             far, or shadows and folds were taken for scars.",
            percent(share)
        ),
        remedy: "Check --field-mm (how many millimetres of skin the first photo shows from its left edge \
                 to its right one) or --px-per-mm. If they are right, draw the part to be measured (--roi)."
            .to_string(),
        refuses: share > MOST_SCAR,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_scar_than_there_can_be_is_told_and_then_refused() {
        assert_eq!(mostly_scar(0.12), None);
        assert!(!mostly_scar(0.32).unwrap().refuses);
        let most = mostly_scar(0.66).unwrap();
        assert!(most.refuses && most.message.starts_with("66"));
    }

    #[test]
    fn a_verdict_that_hangs_on_a_guess_tells_both_answers() {
        let said = scale_decides(Verdict::Improved, None, [200.0, 150.0]);
        assert!(!said.refuses);
        assert!(
            said.message
                .contains("200 mm across, the scars would have improved")
        );
        assert!(
            said.message
                .contains("150 mm, the photos could not be compared")
        );
    }

    #[test]
    fn a_wrong_scale_is_not_blamed_on_the_photo() {
        let said = |size, px_per_mm: f64| {
            unlikely(
                "the first photo",
                size,
                PixelsPerMm::new(px_per_mm).unwrap(),
            )
        };
        for usual in [5.0, 16.0, 60.0] {
            assert_eq!(said((1120, 832), usual), None);
        }
        let fine = said((1120, 832), 300.0).unwrap();
        assert!(fine.refuses);
        assert!(
            fine.message.contains("300 pixels per mm") && fine.message.contains("3.7 x 2.8 mm"),
            "{}",
            fine.message
        );
        // A face on sixteen millimetres is a slip of the finger, a close-up may be as small.
        let close = said((1120, 832), 75.0).unwrap();
        assert!(
            !close.refuses && close.message.contains("15 x 11 mm"),
            "{}",
            close.message
        );
        let coarse = said((1120, 832), 1.0).unwrap();
        assert!(coarse.refuses && coarse.message.contains("1120 x 832 mm"));
        // Large enough to be measured, if that were so.
        assert!(!said((4000, 3000), 3.0).unwrap().refuses);
    }
}
