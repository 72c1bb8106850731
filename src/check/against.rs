//! A new photo beside the baseline: whether the two could be compared, and what to do alike.

use serde::Serialize;

use super::{Advice, Checked, Fitness as Own, Pose, advice};
use crate::comparable::{self, ALL_SKIN, Caveat, LITTLE_MEASURED};
use crate::decode::Photo;
use crate::normalise::Gains;
use crate::pipeline::pair;
use crate::pipeline::{Clock, Frame, LEAST_MEASURED, Options, Scale, visits};

/// Whether a photo can be compared with the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fitness {
    /// It was taken as the baseline was.
    Good,
    /// It can be compared; taken more alike, it would be compared better.
    Usable,
    /// It cannot be compared.
    #[serde(rename = "not comparable")]
    NotComparable,
}

/// What a photo is like beside the baseline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Against {
    pub fitness: Fitness,
    /// Share of the baseline's skin that could be measured in both, 0 to 1.
    pub measured_share: Option<f64>,
    /// Share of the baseline's skin that this photo shows, 0 to 1.
    pub overlap: Option<f64>,
    pub pose: Option<Pose>,
    /// Angle between the lights, degrees, 0 to 180; `None` where one has no side.
    pub light_turn_deg: Option<f64>,
    /// Exposure stops by which the skin is brighter than in the baseline.
    pub brighter_stops: Option<f64>,
    /// How many times more red against blue than the baseline.
    pub warmer: Option<f64>,
    /// Blur, mm (standard deviation), that would make the baseline as soft as this photo, and this
    /// photo as soft as the baseline; one of them is 0.
    pub blur_mm: Option<[f64; 2]>,
    /// What was done differently, what weighs most first.
    pub advice: Vec<Advice>,
}

/// Compares how `photo` was taken with how `baseline` was.
#[must_use]
pub fn against(
    baseline: &Photo,
    photo: &Photo,
    own: &Checked,
    scale: Option<Scale>,
    options: &Options,
) -> Against {
    if baseline.source.blake3 == photo.source.blake3 {
        let same = comparable::same_photo();
        return refused(vec![Caveat {
            refuses: true,
            ..same
        }]);
    }
    let mut clock = Clock::default();
    let frame = Frame::of(baseline, photo, scale);
    let singles = pair::judged([baseline, photo], &frame, options, &mut clock);
    let sizes = singles.each_ref().map(|s| s.skin.mask.dim());
    let [first, second] = singles.each_ref().map(|s| s.quality.clone());
    let laid = match pair::laid(singles, &frame, options, &mut clock) {
        Ok(laid) => laid,
        Err(reason) => return refused(vec![comparable::unregistered(reason, false)]),
    };
    if laid.copy {
        return refused(vec![Caveat {
            refuses: true,
            ..comparable::recoloured()
        }]);
    }
    let pose = Pose::of(&laid.alignment, &laid.measured, sizes);
    let lights = visits::lights(&laid.matched, &laid.measured, frame.scale, options);
    let exposure = Exposure::of(&laid.gains);
    let blur =
        [laid.matched.before_blur, laid.matched.after_blur].map(|b| frame.scale.mm(f64::from(b)));
    let framing = pose.map_or_else(Vec::new, |p| framing(&p));
    let caveats: Vec<Caveat> = [
        comparable::measured_share(laid.share, LEAST_MEASURED, ALL_SKIN),
        comparable::little_measured(laid.share, LEAST_MEASURED, LITTLE_MEASURED, ALL_SKIN),
        comparable::sharpness(blur[0], blur[1]),
        comparable::smoothed_alone(&first, &second),
        comparable::light(&lights),
        exposure.caveat(),
    ]
    .into_iter()
    .flatten()
    // What no photo can be compared with is no baseline.
    .chain(
        comparable::of_photo("baseline", &first)
            .into_iter()
            .filter(|c| c.refuses),
    )
    .chain(framing)
    .chain(comparable::dates(
        baseline.day().as_deref(),
        photo.day().as_deref(),
    ))
    .collect();
    let fitness = if caveats.iter().any(|c| c.refuses) || own.fitness == Own::Unfit {
        Fitness::NotComparable
    } else if caveats.is_empty() {
        Fitness::Good
    } else {
        Fitness::Usable
    };
    Against {
        fitness,
        measured_share: Some(laid.share),
        overlap: Some(laid.alignment.overlap),
        pose,
        light_turn_deg: lights.turn_deg(),
        brighter_stops: Some(exposure.stops),
        warmer: Some(exposure.warmer),
        blur_mm: Some(blur),
        advice: advice(caveats),
    }
}

fn refused(caveats: Vec<Caveat>) -> Against {
    Against {
        fitness: Fitness::NotComparable,
        measured_share: None,
        overlap: None,
        pose: None,
        light_turn_deg: None,
        brighter_stops: None,
        warmer: None,
        blur_mm: None,
        advice: advice(caveats),
    }
}

/// What the gains say of exposure and white balance.
struct Exposure {
    stops: f64,
    warmer: f64,
}

impl Exposure {
    /// The gains turn the photo's light into the baseline's, so they are the inverse of what it did.
    fn of(gains: &Gains) -> Self {
        let [r, g, b] = gains.channels.map(|c| f64::from(c).max(1e-6));
        Self {
            stops: -g.log2(),
            warmer: b / r,
        }
    }

    fn caveat(&self) -> Option<Caveat> {
        /// Stops from which it is said: the tone curve bends light there.
        const STOPS: f64 = 1.0;
        let stops = self.stops.abs();
        let (how, what) = if self.stops > 0.0 {
            ("brighter", "Lower")
        } else {
            ("darker", "Raise")
        };
        (stops >= STOPS).then(|| Caveat {
            code: "exposure-differs",
            message: format!(
                "The skin is {:.1} times {how} than in the baseline.",
                stops.exp2()
            ),
            remedy: format!("{what} the exposure until it looks like the baseline."),
            refuses: false,
        })
    }
}

/// What to do about the framing.
fn framing(pose: &Pose) -> Vec<Caveat> {
    /// Magnification from which it is said: a scar then has 15 % more area.
    const MAGNIFIED: f64 = 1.07;
    /// Turn of the camera, degrees: the lamp seems to turn by as much.
    const TURNED: f64 = 6.0;
    /// Foreshortening of a head turned by some 10 degrees from a half profile.
    const SQUEEZED: f64 = 1.12;
    let warning = |code, message: String, remedy: String| Caveat {
        code,
        message,
        remedy,
        refuses: false,
    };
    let mut said = Vec::new();
    let larger = pose.magnification.max(1.0 / pose.magnification);
    if larger >= MAGNIFIED {
        let percent = 100.0 * (pose.magnification - 1.0).abs();
        let (how, what) = if pose.magnification > 1.0 {
            ("larger", "farther away")
        } else {
            ("smaller", "nearer")
        };
        said.push(warning(
            "distance-differs",
            format!("The skin is {percent:.0} % {how} in the picture than in the baseline."),
            format!("Go {what} by about {percent:.0} % of the distance, with the same zoom."),
        ));
    }
    if pose.squeeze >= SQUEEZED {
        let level = pose.squeeze_axis_deg.min(180.0 - pose.squeeze_axis_deg) < 45.0;
        let (across, what) = if level {
            ("from side to side", "Turn the head")
        } else {
            (
                "from top to bottom",
                "Raise or lower the camera or the chin",
            )
        };
        said.push(warning(
            "angle-differs",
            format!(
                "The skin is seen from another angle: it looks {:.0} % narrower {across}.",
                100.0 * (1.0 - 1.0 / pose.squeeze)
            ),
            format!("{what} until the picture looks like the baseline."),
        ));
    }
    if pose.turn_deg.abs() >= TURNED {
        let (how, back) = if pose.turn_deg > 0.0 {
            ("clockwise", "counterclockwise")
        } else {
            ("counterclockwise", "clockwise")
        };
        said.push(warning(
            "turn-differs",
            format!(
                "The picture is turned by {:.0} degrees {how} against the baseline.",
                pose.turn_deg.abs()
            ),
            // A camera turned one way turns what it shows the other way.
            format!("Turn the camera {how}, or tip the head {back}, until they look alike."),
        ));
    }
    said
}
