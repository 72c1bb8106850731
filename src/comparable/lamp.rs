//! Lamps that were put up otherwise: from another side, or one photo lit from a side and the other not.

use super::Caveat;
use crate::units::{from_where, mark, of_100};

/// Gap between how surely the lights of two photos come from a side ([`crate::relief::sidedness`]) up to
/// which nothing speaks against the same lamp: of 73 pairs of development phantoms 64 were within it.
const SAME_LAMP: f64 = 2.5;

/// Gap from which it is told; of those 73 one was beyond it.
const TELL_LAMP: f64 = 3.5;

/// Gap from which one photo is lit from a side and the other is not. Of ten unchanged phantoms
/// photographed under a lamp and again under a ring flash nine had more, and five of these would have
/// been called improved or, the other way round, worse; of the 73 pairs none had.
const OTHER_LAMP: f64 = 6.0;

/// Directionality below which a light is all but without a side; added to both before they are compared,
/// so that the scatter of flat lights is none between lamps.
const FLAT: f64 = 0.08;

/// Directionality from which a photo is lit from a side without a doubt.
const SIDED: f64 = 0.2;

/// Natural logarithm of how many times more directional one light is, from which it is told, and from
/// which one photo is lit from a side and the other is not. Of 30 phantom pairs of another renderer, all
/// photographed under one lamp twice, the most was 0.31; of clinics' photos of which one was taken in
/// hard light and one in soft, 0.5 to 1.4.
const TELL_FALL: f64 = 0.5;
const OTHER_FALL: f64 = 0.85;

/// How many times more light from a side speaks for itself, in numbers.
const FAR_MORE: f64 = 1.5;

/// Where the light of two photos comes from, as far as their skin says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lights {
    /// Degrees, 0 to 360 exclusive, from +x (right) toward +y (down); `None` where it has no side.
    pub azimuths_deg: [Option<f64>; 2],
    /// How much surer it is of the first photo's light than of the second's that it comes from a side, a
    /// logit; see [`crate::relief::sidedness`].
    pub gap: f64,
    /// Directionality of both, 0 (from everywhere) to 1 (a single grazing lamp).
    pub directionality: [f64; 2],
}

impl Lights {
    /// Natural logarithm of how many times more directional the first light is than the second; 0 where
    /// neither comes from a side.
    #[must_use]
    fn fall(&self) -> f64 {
        let [before, after] = self.directionality;
        if before.max(after) < SIDED {
            return 0.0;
        }
        ((before + FLAT) / (after + FLAT)).ln()
    }

    /// Angle between the two, degrees, 0 to 180; `None` if one has no side.
    #[must_use]
    pub fn turn_deg(&self) -> Option<f64> {
        let [before, after] = self.azimuths_deg;
        let turn = (before? - after?).rem_euclid(360.0);
        Some(turn.min(360.0 - turn))
    }
}

/// Relative doubt (one standard deviation) of area that the lamps of two photos leave: by the gap
/// between how surely they come from a side, and by how far they are turned.
#[must_use]
pub fn lamp_doubt(lights: &Lights) -> f64 {
    let lost = gap_doubt(lights.gap).max(fall_doubt(lights.fall()));
    lost.hypot(turn_doubt(lights.turn_deg()))
}

/// None up to what one lamp makes of itself; as much as [`gap_doubt`] leaves where nothing can be said.
fn fall_doubt(fall: f64) -> f64 {
    const SAME: f64 = 0.3;
    const MOST: f64 = 0.4;
    MOST * ((fall.abs() - SAME) / (OTHER_FALL - SAME)).max(0.0)
}

/// Of the ten phantoms of [`OTHER_LAMP`] the logarithms of area were off by 0.4, root mean square, at a
/// gap of 8, those of volume by 0.85.
fn gap_doubt(gap: f64) -> f64 {
    const AT_EIGHT: f64 = 0.4;
    AT_EIGHT * (gap.abs() - SAME_LAMP).max(0.0) / (8.0 - SAME_LAMP)
}

/// A turned lamp lights and shades other slopes of a dent. Taken, not measured: half of what a lamp from
/// the front leaves where the turn is a right angle, none within what the light's direction is known to.
fn turn_doubt(turn_deg: Option<f64>) -> f64 {
    const MOST: f64 = 0.2;
    const KNOWN_DEG: f64 = 20.0;
    let beyond = (turn_deg.unwrap_or(0.0) - KNOWN_DEG) / (90.0 - KNOWN_DEG);
    MOST * beyond.clamp(0.0, 1.0)
}

/// Turn of the light, degrees, from which it is said.
const TELL_TURN_DEG: f64 = 45.0;

/// Light from another side, or from a side in one photo only: then where the other's comes from is none
/// that could be told.
#[must_use]
pub fn light(lights: &Lights) -> Option<Caveat> {
    lamps(lights).or_else(|| turned(lights))
}

/// What [`light`] says of the part of the photos that is measured and, unless that refuses already, of all
/// skin that both show: a lamp moves for a whole face, and on a part of it too little may tell.
#[must_use]
pub fn light_of_any(part: &Lights, whole: Option<&Lights>) -> Option<Caveat> {
    let of_part = light(part);
    let of_whole = whole.and_then(light);
    match (of_part, of_whole) {
        (Some(part), Some(whole)) if whole.refuses && !part.refuses => Some(whole),
        (part, whole) => part.or(whole),
    }
}

fn turned(lights: &Lights) -> Option<Caveat> {
    let turn = lights.turn_deg().filter(|&t| t >= TELL_TURN_DEG)?;
    let [first, second] = lights.azimuths_deg.map(|a| a.map_or("", from_where));
    Some(Caveat::warning(
        "light-differs",
        format!(
            "The light came from another side: {first} in the first photo, {second} in the second \
             (turned by about {turn:.0}°)."
        ),
        "Put the lamp and the patient in the same place at each visit.",
    ))
}

/// One photo lit from a side and the other from everywhere: dents that light alone brings out, or hides.
fn lamps(lights: &Lights) -> Option<Caveat> {
    let (gap, fall) = (lights.gap, lights.fall());
    let refuses = gap.abs() >= OTHER_LAMP || fall.abs() >= OTHER_FALL;
    // What skin looks like and how fine shading lies must not contradict each other.
    let doubtful = gap.abs() > TELL_LAMP && gap * fall >= 0.0;
    if !(refuses || doubtful || fall.abs() >= TELL_FALL) {
        return None;
    }
    // The surer of both says which photo it is.
    let by_looks = gap.abs() >= OTHER_LAMP || fall == 0.0;
    let first = if by_looks { gap } else { fall } > 0.0;
    let [own, other] = if first { [0, 1] } else { [1, 0] };
    let [sided, flat] = [own, other].map(|i| ["first", "second"][i]);
    let remedy = if first {
        "Light every photo as the first one: the same lamp, in the same place at its side."
    } else {
        "Light every photo as the first one; or, better, begin anew: take a first photo with one lamp to \
         the side, and all others like it."
    };
    let azimuth = lights.azimuths_deg[own];
    let from = azimuth.map_or_else(String::new, |a| format!(" ({})", from_where(a)));
    let shares = [own, other].map(|i| lights.directionality[i]);
    let seen = if lights.azimuths_deg[other].is_none() {
        format!("the {flat} one from the front or from everywhere")
    } else if shares[0] > FAR_MORE * shares[1] {
        format!(
            "the {flat} one far less ({} against {})",
            of_100(shares[0]),
            mark(shares[1])
        )
    } else {
        format!(
            "the {flat} one, as its dents look, more from the front (finer shading alone would say {} from \
             a side for the {sided} and {} for the {flat})",
            of_100(shares[0]),
            mark(shares[1])
        )
    };
    let so = if refuses {
        "that alone shows or hides dents"
    } else {
        "that alone shows or hides shallow dents, and makes the answer less sure"
    };
    Some(Caveat {
        code: "lamp-differs",
        message: format!("The {sided} photo is lit from a side{from}, {seen}: {so}."),
        remedy: remedy.to_string(),
        refuses,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(gap: f64) -> Lights {
        Lights {
            gap,
            ..Lights::default()
        }
    }

    fn from_to(from: Option<f64>, to: Option<f64>) -> Lights {
        Lights {
            azimuths_deg: [from, to],
            ..Lights::default()
        }
    }

    #[test]
    fn a_lamp_put_up_again_is_not_told_and_leaves_no_doubt() {
        for gap in [0.0, 2.0, -2.0] {
            let lights = Lights {
                gap,
                ..from_to(Some(355.0), Some(5.0))
            };
            assert_eq!(light(&lights), None);
            assert!(lamp_doubt(&lights).abs() < 1e-12);
        }
    }

    #[test]
    fn a_turned_lamp_leaves_doubt_up_to_a_right_angle() {
        let turns = [None, Some(345.0), Some(50.0), Some(270.0), Some(170.0)];
        let doubts = turns.map(|to| lamp_doubt(&from_to(Some(0.0), to)));
        assert!(doubts[0].abs() < 1e-12 && doubts[1].abs() < 1e-12);
        assert!(doubts[1] < doubts[2] && doubts[2] < doubts[3]);
        assert!((doubts[3] - doubts[4]).abs() < 1e-12);
    }

    #[test]
    fn a_turned_lamp_is_told_with_where_it_was() {
        let told = light(&from_to(Some(350.0), Some(220.0))).expect("told");
        assert_eq!(
            told.message,
            "The light came from another side: the right in the first photo, upper left in the second \
             (turned by about 130°)."
        );
        assert!(!told.refuses);
        assert_eq!(light(&from_to(Some(350.0), None)), None);
    }

    #[test]
    fn a_lamp_that_turned_soft_is_told_and_then_refused() {
        let soft = |directionality| Lights {
            directionality,
            ..Lights::default()
        };
        for same in [[0.36, 0.28], [0.58, 0.41], [0.08, 0.0], [0.15, 0.02]] {
            assert_eq!(light(&soft(same)), None);
            assert!(lamp_doubt(&soft(same)) < 0.05);
        }
        let told = light(&soft([0.17, 0.39])).expect("told");
        assert!(
            !told.refuses
                && told
                    .message
                    .starts_with("The second photo is lit from a side")
        );
        assert!(light(&soft([0.36, 0.08])).expect("told").refuses);
        let sided = Lights {
            directionality: [0.44, 0.23],
            ..from_to(Some(90.0), Some(80.0))
        };
        assert_eq!(
            light(&sided).expect("told").message,
            "The first photo is lit from a side (below), the second one far less (44 of 100 against \
             23): that alone shows or hides shallow dents, and makes the answer less sure."
        );
        assert!(lamp_doubt(&soft([0.39, 0.17])) > lamp_doubt(&soft([0.39, 0.28])));
    }

    #[test]
    fn a_lamp_that_the_whole_face_tells_of_counts_for_a_part_of_it() {
        let [none, some, much] = [0.0, 5.0, 8.0].map(apart);
        let refuses = |part: &Lights, whole: Option<&Lights>| {
            light_of_any(part, whole).map(|caveat| caveat.refuses)
        };
        assert_eq!(refuses(&none, None), None);
        assert_eq!(refuses(&none, Some(&none)), None);
        assert_eq!(refuses(&none, Some(&some)), Some(false));
        assert_eq!(refuses(&some, Some(&none)), Some(false));
        assert_eq!(refuses(&some, Some(&much)), Some(true));
        assert_eq!(refuses(&much, Some(&some)), Some(true));
    }

    #[test]
    fn nobody_is_told_what_the_shading_contradicts() {
        let lights = |directionality| Lights {
            directionality,
            ..apart(5.0)
        };
        assert!(light(&lights([0.4, 0.3])).is_some());
        assert_eq!(light(&lights([0.34, 0.37])), None);
    }

    #[test]
    fn the_more_apart_two_lamps_the_more_doubt_until_nothing_can_be_said() {
        let between = light(&apart(-5.0)).expect("told");
        assert!(!between.refuses);
        let says = |caveat: &Caveat, begin: &str| assert!(caveat.message.starts_with(begin));
        says(&between, "The second photo is lit from a side, ");
        says(&light(&apart(5.0)).expect("told"), "The first photo is lit");
        let other = Lights {
            azimuths_deg: [Some(215.0), Some(40.0)],
            ..apart(8.0)
        };
        let told = light(&other).expect("told");
        assert!(told.refuses);
        says(&told, "The first photo is lit from a side (upper left), ");
        let doubt = |gap| lamp_doubt(&apart(gap));
        assert!(doubt(5.0) > 0.0 && doubt(-8.0) > doubt(5.0));
    }
}
