//! Whether two photos can be compared, and how to take the next one.
//!
//! Each caveat has a code that does not change, a sentence that says what was seen and one that says
//! what to do. Some only warn, some make the pair not comparable: a number that cannot be trusted is
//! worse than none.

mod copy;
mod dates;
mod lamp;
mod scale;
mod shot;

pub use copy::is_copy;
pub use dates::{REVERSED, dates};
pub use lamp::{Lights, lamp_doubt, light, light_of_any};
pub use scale::{SCALE_DECIDES, SCALE_UNLIKELY, mostly_scar, scale_decides, unlikely};
pub use shot::shots;

use crate::decode::{Caveat as DecodeCaveat, Photo};
use crate::quality::{self, Quality, Reason};
use crate::register;
use crate::units::{PixelsPerMm, percent};

/// Something that makes a comparison less sure, or impossible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caveat {
    pub code: &'static str,
    pub message: String,
    pub remedy: String,
    /// The photos can't be compared.
    pub refuses: bool,
}

impl Caveat {
    fn warning(code: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            remedy: remedy.into(),
            refuses: false,
        }
    }

    fn refusal(code: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            refuses: true,
            ..Self::warning(code, message, remedy)
        }
    }
}

/// Why there is no alignment; `marked`: the search began at points that somebody marked.
#[must_use]
pub fn unregistered(reason: register::Reason, marked: bool) -> Caveat {
    use register::Reason as R;
    match reason {
        R::TooSmall { least } => Caveat::refusal(
            "too-small",
            format!("A photo is under {least} px high or wide at the scale the work is done at."),
            "Use the camera's original files, not thumbnails.",
        ),
        R::TooLittleSkin => Caveat::refusal(
            "too-little-skin",
            "There is too little open skin in at least one of the photos.",
            "Fill the picture with the skin to be measured, free of hair, clothes and hands.",
        ),
        R::NoAgreement { .. } if marked => Caveat::refusal(
            "not-aligned",
            "Where the marked points put it, the texture of the skin does not agree: the points are \
             off, or one photo is too soft, too dark or too small for texture to show.",
            "Mark points that are clear in both photos (moles, corners of scars), far apart.",
        ),
        R::NoAgreement { .. } => Caveat::refusal(
            "not-aligned",
            "The photos could not be laid onto each other: the texture of their skin does not agree. \
             They show different skin, another side or another view, they are lit from quite \
             different sides, or one of them is too soft, too dark or too small for texture to show.",
            "Check that both files show the same side of the same person. Take the next photo from \
             the same distance and angle, under the same lamp, with the first one beside the camera's \
             screen, near enough for the skin to fill the picture, and sharp.",
        ),
        R::TooLittleOverlap { found, needed } => Caveat::refusal(
            "too-little-overlap",
            format!(
                "Only {} of the first photo's skin is seen in the second ({} is needed).",
                percent(found),
                percent(needed)
            ),
            "Frame the second photo as the first one.",
        ),
    }
}

/// The skin of which shares are told: all of it, or what was drawn.
pub const ALL_SKIN: &str = "the skin of the first photo";
pub const REGION_SKIN: &str = "the skin of the region drawn on the first photo";

/// What the alignment left to measure of the skin `asked` about.
#[must_use]
pub fn measured_share(share: f64, least: f64, asked: &str) -> Option<Caveat> {
    (share < least).then(|| {
        Caveat::refusal(
            "too-little-measured",
            format!(
                "Only {} of {asked} could be laid onto the second one with confidence ({} is needed).",
                percent(share),
                percent(least)
            ),
            "Take the second photo from the same distance and angle and under the same lamp, with the \
             face held alike and the skin in focus.",
        )
    })
}

/// Share of the first photo's skin measured in both below which it is said.
pub const TELL_MEASURED: f64 = 0.3;

/// Share below which good photos have less in common than they should: a report says so in its advice, and
/// a check, which is in time to mend it, as [`little_measured`].
pub const LITTLE_MEASURED: f64 = 0.5;

/// Enough to measure, but only a part of what could have been: less than `tell` of the skin `asked` about.
#[must_use]
pub fn little_measured(share: f64, least: f64, tell: f64, asked: &str) -> Option<Caveat> {
    (least..tell).contains(&share).then(|| {
        Caveat::warning(
            "little-measured",
            format!(
                "Only {} of {asked} could be laid onto the second one with confidence; nothing is said \
                 of the rest.",
                percent(share)
            ),
            "Take the next photo from the same distance and angle and under the same lamp, with the \
             face held alike and the skin in focus.",
        )
    })
}

/// Relative doubt (one standard deviation) of area where only a part of the skin could be measured: what
/// fits is then partly chance, and few scars lie on it. Taken, not measured; none from [`TELL_MEASURED`] on.
/// (Two real pairs of which 11 and 21 % could be measured were called improved by one plausible guess of
/// the scale and not by two others each.)
#[must_use]
pub fn little_doubt(share: f64) -> f64 {
    const MOST: f64 = 0.5;
    MOST * (1.0 - share / TELL_MEASURED).clamp(0.0, 1.0)
}

/// Blur, mm, that had to be given to the sharper photo, from which ice picks are lost and the photos
/// can't be compared.
const MOST_BLUR_MM: f64 = 0.3;
/// From which it is said.
const TELL_BLUR_MM: f64 = 0.12;

/// One photo softer than the other.
#[must_use]
pub fn sharpness(before_blur_mm: f64, after_blur_mm: f64) -> Option<Caveat> {
    let blur = before_blur_mm.max(after_blur_mm);
    let soft = if before_blur_mm > after_blur_mm {
        "second"
    } else {
        "first"
    };
    let remedy = "Use original files without filters, smoothing or enlargement; focus on the skin \
                  and hold still.";
    if blur >= MOST_BLUR_MM {
        Some(Caveat::refusal(
            "sharpness-differs",
            format!("The {soft} photo is so much softer that fine scars are lost in it."),
            remedy,
        ))
    } else if blur >= TELL_BLUR_MM {
        Some(Caveat::warning(
            "sharpness-differs",
            format!(
                "Where both show the same skin, the {soft} photo is softer (out of focus, smoothed, or \
                 taken from farther away): to be compared, the other one has to be blurred to match."
            ),
            remedy,
        ))
    } else {
        None
    }
}

/// Share of the skin grown over, or shorn, from which it is told.
const TELL_HAIR: f64 = 0.1;

/// Hair that grew or was cut between the visits.
#[must_use]
pub fn hair(grown: f64) -> Option<Caveat> {
    let (first, second) = if grown > 0.0 {
        ("second", "first")
    } else {
        ("first", "second")
    };
    (grown.abs() >= TELL_HAIR).then(|| {
        Caveat::warning(
            "hair-differs",
            format!("The {first} photo shows more hair on the skin than the {second}."),
            "Shave or trim the skin alike before each photo: hair hides scars, and looks like them.",
        )
    })
}

/// What to do about light without a side.
pub const LAMP_ASIDE: &str = "Put one lamp to the side, 30 to 60 degrees off the camera's axis.";

/// No side to the light in any of the photos.
#[must_use]
pub fn flat_light(directionality: &[f64]) -> Option<Caveat> {
    directionality
        .iter()
        // Exactly 0 stands for nothing measured.
        .all(|&d| d > 0.0 && d < crate::relief::LEAST_DIRECTIONAL)
        .then(|| {
            Caveat::warning(
                "flat-light",
                "The light had no side (a ring flash, or light from everywhere): it hides shallow \
                 scars.",
                LAMP_ASIDE,
            )
        })
}

/// What a photo's own quality says; a photo of a screen refuses.
#[must_use]
pub fn of_photo(which: &str, quality: &Quality) -> Vec<Caveat> {
    let make = |&reason: &Reason| Caveat {
        message: format!("In the {which} photo, {}.", reason.what()),
        ..of_reason(reason)
    };
    quality.reasons.iter().map(make).collect()
}

/// What a reason says of a photo that needs no name.
#[must_use]
pub fn of_reason(reason: Reason) -> Caveat {
    Caveat {
        code: reason.code(),
        message: sentence(reason.what()),
        remedy: sentence(reason.remedy()),
        refuses: reason == Reason::PhotoOfScreen,
    }
}

fn sentence(phrase: &str) -> String {
    let mut letters = phrase.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), letters.as_str())
    })
}

/// What decoding left open.
#[must_use]
pub fn of_file(which: &str, photo: &Photo) -> Vec<Caveat> {
    let make = |&c: &DecodeCaveat| Caveat {
        message: format!("{which} photo: {}", c.message()),
        ..of_decoding(c)
    };
    photo.caveats.iter().map(make).collect()
}

/// What decoding left open in a photo that needs no name.
#[must_use]
pub fn of_decoding(caveat: DecodeCaveat) -> Caveat {
    Caveat::warning(caveat.code(), caveat.message(), caveat.remedy())
}

/// Width, mm, of the narrowest scar whose walls and floor can be told apart: six pixels.
#[must_use]
pub fn narrowest_scar_mm(scale: PixelsPerMm) -> f64 {
    scale.mm(6.0)
}

/// Width, mm, of a scar from which its loss is said: boxcars are narrower.
const TELL_NARROWEST_MM: f64 = 2.0;
/// From which nothing is left to measure but the widest scars.
const MOST_NARROWEST_MM: f64 = 4.0;

/// Too few pixels for narrow scars; `assumed`: on a guessed scale.
#[must_use]
pub fn coarse(narrowest_mm: f64, assumed: bool) -> Option<Caveat> {
    let guess = if assumed {
        "If the photo shows a cheek or a face, scars"
    } else {
        "Scars"
    };
    let message = format!(
        "The photo has few pixels. {guess} narrower than about {narrowest_mm:.1} mm cannot be seen \
         in it."
    );
    let remedy = if assumed {
        "Use the camera's original file, not a thumbnail or a screenshot."
    } else {
        "Use the camera's original file, not a thumbnail or a screenshot, or move closer."
    };
    if narrowest_mm > MOST_NARROWEST_MM {
        Some(Caveat::refusal("coarse", message, remedy))
    } else if narrowest_mm > TELL_NARROWEST_MM {
        Some(Caveat::warning("coarse", message, remedy))
    } else {
        None
    }
}

/// Code of a scale that nobody gave.
pub const NO_SCALE: &str = "no-scale";

/// Nobody said how large the skin is; `field_mm`: what the longer side of the first photo was taken to
/// show.
#[must_use]
pub fn no_scale(field_mm: f64) -> Caveat {
    Caveat::warning(
        NO_SCALE,
        format!(
            "Nobody said how much skin the photo shows. Scars were looked for as if its longer side \
             showed {field_mm:.0} mm; if it shows half or twice that, pores are taken for scars or \
             small scars missed, and the numbers mislead."
        ),
        "Say how many millimetres of skin the first photo shows from its left edge to its right one \
         (about 200 for a whole face, 120 for half of one, 80 for a cheek); lay a ruler or a sticker of \
         known size beside the skin in the next photo.",
    )
}

/// One photo is smoothed and the other is not: its scars are smoothed with it.
#[must_use]
pub fn smoothed_alone(before: &Quality, after: &Quality) -> Option<Caveat> {
    let smoothed = |q: &Quality| q.empty_band.is_some_and(|e| e > quality::MOST_EMPTY);
    let which = match (smoothed(before), smoothed(after)) {
        (true, false) => "first",
        (false, true) => "second",
        _ => return None,
    };
    Some(Caveat::refusal(
        "smoothed",
        format!(
            "The {which} photo was enlarged, smoothed or beautified, the other one was not: scars \
             would seem to have changed by that alone."
        ),
        "Use the camera's original files, with no filter and no portrait or beauty mode.",
    ))
}

/// Codes of one photo in the place of two.
pub const SAME_PHOTO: &str = "same-photo";
pub const RECOLOURED: &str = "recoloured-copy";

/// The same photo given twice.
#[must_use]
pub fn same_photo() -> Caveat {
    Caveat::warning(
        SAME_PHOTO,
        "Both files hold the same photo; nothing can have changed between them.",
        "Choose the photo of the other visit.",
    )
}

/// The same exposure with other colours.
#[must_use]
pub fn recoloured() -> Caveat {
    Caveat::warning(
        RECOLOURED,
        "The second photo is a copy of the first with other colours, the same in its finest detail; \
         nothing can have changed between them.",
        "Choose the photo of the other visit.",
    )
}
