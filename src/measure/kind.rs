//! What kind of scar it is.

use super::Scar;
use crate::units::PixelsPerMm;

/// Kinds of atrophic scar (Jacob, Dover & Kaminer 2001, J. Am. Acad. Dermatol. 45:109), by width and
/// edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    IcePick,
    Boxcar,
    Rolling,
    Linear,
}

/// Length over width from which a scar is linear.
const LINEAR_FROM: f64 = 3.5;
/// Widths, mm, where ice pick turns to boxcar and boxcar to rolling (Jacob et al. 2001).
const ICE_PICK_BELOW_MM: f64 = 2.0;
const ROLLING_FROM_MM: f64 = 4.0;
/// Width, mm, over which a kind passes into the next.
const PASSING_MM: f64 = 0.8;

/// The kind of a scar and how sure that is, 0.5 (as likely the next kind) to 1.
///
/// Needs a scale; width decides, the edge tips what lies between boxcar and rolling.
#[must_use]
pub fn kind(scar: &Scar, scale: PixelsPerMm) -> (Kind, f64) {
    /// How many mm of width a full step of edge is worth.
    const EDGE_WORTH_MM: f64 = 2.0;
    /// Edge between a wall and a slope.
    const EDGE_MIDDLE: f64 = 0.45;
    let logistic = |d: f64| 1.0 / (1.0 + (-d).exp());
    let slenderness = scar.length_px / scar.width_px.max(1.0);
    if slenderness >= LINEAR_FROM {
        return (Kind::Linear, logistic(slenderness - LINEAR_FROM).max(0.5));
    }
    let width = scale.mm((scar.width_px * scar.length_px).sqrt());
    if width < ICE_PICK_BELOW_MM {
        let sure = logistic((ICE_PICK_BELOW_MM - width) / (0.5 * PASSING_MM));
        return (Kind::IcePick, sure.max(0.5));
    }
    let gentle = width - ROLLING_FROM_MM - EDGE_WORTH_MM * (scar.edge - EDGE_MIDDLE);
    let rolling = logistic(gentle / (0.5 * PASSING_MM));
    if rolling >= 0.5 {
        (Kind::Rolling, rolling)
    } else {
        (Kind::Boxcar, 1.0 - rolling)
    }
}
