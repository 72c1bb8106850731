//! A check in words, for the person who holds the camera.

use super::{Advice, Against, Checked, Comparability, Fitness, Pose};
use crate::comparable::{RECOLOURED, SAME_PHOTO, SCALE_UNLIKELY, TELL_MEASURED};
use crate::quality::{self, Reason};
use crate::report::words::light::FROM_A_SIDE;
use crate::report::words::{number, of_100, percent};

/// What a photo can be used for, what was seen in it and what to do.
#[must_use]
pub fn photo(checked: &Checked) -> String {
    let verdict = match checked.fitness {
        Fitness::Good => "good for measuring",
        Fitness::Usable if told(checked, Reason::LittleSkin.code()) => {
            "hardly fit: there is little skin to measure in it"
        }
        Fitness::Usable => "can be measured, a better photo would be measured better",
        Fitness::Unfit if by_scale(checked) => "cannot be judged by the scale that was given",
        Fitness::Unfit => "cannot be measured, take it again",
    };
    let mut text = format!("{}: {verdict}\n", checked.file);
    if checked.fitness != Fitness::Unfit {
        // A guess from the picture's width says nothing of a face that fills a tenth of it.
        if !(checked.scale_assumed && told(checked, Reason::LittleSkin.code())) {
            text += &line("shows", &shows(checked));
        }
        text += &line("photo", &seen(checked));
    }
    text + &advised(&checked.advice) + &checked.against.as_ref().map_or_else(String::new, against)
}

/// Whether the scale that was given refuses, and not the photo.
fn by_scale(checked: &Checked) -> bool {
    let mut advice = checked.advice.iter();
    advice.any(|a| a.refuses && a.warning.code == SCALE_UNLIKELY)
}

fn line(name: &str, value: &str) -> String {
    format!("  {name:<9} {value}\n")
}

fn told(checked: &Checked, code: &str) -> bool {
    checked.advice.iter().any(|a| a.warning.code == code)
}

/// Down to which width scars show.
fn shows(checked: &Checked) -> String {
    /// Ice picks are under 2 mm wide, most of them about 1; boxcars 1.5 to 4 (Jacob et al. 2001).
    const ICE_PICK_MM: f64 = 1.2;
    const BOXCAR_MM: f64 = 2.5;
    let narrowest = checked.narrowest_scar_mm;
    let kinds = if narrowest <= ICE_PICK_MM {
        "all kinds of scars"
    } else if narrowest <= BOXCAR_MM {
        "boxcar and rolling scars, not the finest ice picks"
    } else {
        "wide scars only"
    };
    let guess = if checked.scale_assumed {
        let wide = f64::from(checked.width) / checked.px_per_mm;
        format!(
            " (if the photo is {} mm of skin across: --field-mm)",
            number(wide, 0)
        )
    } else {
        String::new()
    };
    format!("{kinds}, from {} mm across{guess}", number(narrowest, 1))
}

/// Sharpness, light and skin.
fn seen(checked: &Checked) -> String {
    let mut parts = Vec::new();
    if let Some(sharpness) = checked.sharpness {
        // Of what is less, the advice speaks.
        let soft = (quality::LEAST_SHARPNESS..quality::SHARP).contains(&sharpness);
        let soft = if soft { " (a little soft)" } else { "" };
        parts.push(format!("sharpness {}{soft}", of_100(sharpness)));
    }
    if let Some(side) = checked.light_directionality {
        let light = match checked.light_axis_deg {
            None => "light from everywhere".to_string(),
            Some(_) if side < FROM_A_SIDE => {
                format!("hardly any light from a side ({})", of_100(side))
            }
            Some(_) => format!("light from a side ({})", of_100(side)),
        };
        parts.push(light);
    }
    parts.push(format!("{} open skin", percent(checked.skin_fraction)));
    parts.join(", ")
}

/// Each piece of advice on a line of its own.
fn advised(advice: &[Advice]) -> String {
    let mut text = String::new();
    for a in advice {
        text += &format!("  - {} {}\n", a.warning.message, a.warning.remedy);
    }
    text
}

fn against(against: &Against) -> String {
    let verdict = match against.fitness {
        Comparability::Good => "can be compared, taken alike",
        Comparability::Usable if against.measured_share.is_some_and(|s| s < TELL_MEASURED) => {
            "little of it can be compared: take it again, more alike"
        }
        Comparability::Usable => "can be compared; taken more alike, it would say more",
        Comparability::NotComparable if again(against) => {
            "this is the baseline itself, or a copy of it: name the new photo"
        }
        Comparability::NotComparable => "cannot be compared, take it again",
    };
    let mut text = line("baseline", verdict);
    if let Some(share) = against.measured_share {
        let told = format!("{} of the baseline's skin", percent(share));
        text += &line("in both", &told);
    }
    if let Some(pose) = &against.pose {
        text += &line("pose", &posed(pose));
    }
    if let Some(light) = lit(against) {
        text += &line("light", &light);
    }
    text + &advised(&against.advice)
}

/// Whether the new photo is the old one.
fn again(against: &Against) -> bool {
    let mut codes = against.advice.iter().map(|a| a.warning.code.as_str());
    codes.any(|c| c == SAME_PHOTO || c == RECOLOURED)
}

/// Distance, turn and angle.
fn posed(pose: &Pose) -> String {
    let percent = 100.0 * (pose.magnification - 1.0);
    let size = match number(percent.abs(), 0).as_str() {
        "0" => "same size".to_string(),
        n if percent > 0.0 => format!("{n} % larger"),
        n => format!("{n} % smaller"),
    };
    let turn = match number(pose.turn_deg.abs(), 0).as_str() {
        "0" => "not turned".to_string(),
        n => {
            let way = if pose.turn_deg > 0.0 {
                "clockwise"
            } else {
                "counterclockwise"
            };
            format!("turned {n}\u{b0} {way}")
        }
    };
    let angle = match number(100.0 * (1.0 - 1.0 / pose.squeeze), 0).as_str() {
        "0" => "same angle".to_string(),
        n => format!("{n} % narrower in one direction"),
    };
    format!("{size}, {turn}, {angle}")
}

/// Where the light came from and how much of it there was.
fn lit(against: &Against) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(turn) = against.light_turn_deg {
        parts.push(format!("turned by about {}\u{b0}", number(turn, 0)));
    }
    let stops = against.brighter_stops?;
    parts.push(match number(stops.abs(), 1).as_str() {
        "0.0" => "as bright".to_string(),
        n if stops > 0.0 => format!("{n} stops brighter"),
        n => format!("{n} stops darker"),
    });
    Some(parts.join(", "))
}
