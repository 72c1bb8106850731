//! Lamps that were put up otherwise: from another side, or one photo lit from a side and the other not.

use super::Caveat;

/// Gap between how surely the lights of two photos come from a side ([`crate::relief::sidedness`]) up to
/// which nothing speaks against the same lamp: of 73 pairs of development phantoms 64 were within it.
const SAME_LAMP: f64 = 2.5;

/// Gap from which it is told; of those 73 one was beyond it.
const TELL_LAMP: f64 = 3.5;

/// Gap from which one photo is lit from a side and the other is not. Of ten unchanged phantoms
/// photographed under a lamp and again under a ring flash nine had more, and five of these would have
/// been called improved or, the other way round, worse; of the 73 pairs none had.
const OTHER_LAMP: f64 = 6.0;

/// Relative doubt (one standard deviation) of area that the lamps of two photos leave: by the gap
/// between how surely they come from a side, and by how far they are turned.
#[must_use]
pub fn lamp_doubt(gap: f64, turn_deg: Option<f64>) -> f64 {
    gap_doubt(gap).hypot(turn_doubt(turn_deg))
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

/// One photo lit from a side and the other from everywhere: dents that light alone brings out, or hides.
#[must_use]
pub fn lamps(gap: f64) -> Option<Caveat> {
    let (sided, flat) = if gap > 0.0 {
        ("first", "second")
    } else {
        ("second", "first")
    };
    (gap.abs() > TELL_LAMP).then(|| Caveat {
        code: "lamp-differs",
        message: format!(
            "The {sided} photo is lit from a side, the {flat} one from the front or from everywhere: \
             that alone shows or hides dents."
        ),
        remedy: "Light every photo as the first one: the same lamp, in the same place at its side."
            .to_string(),
        refuses: gap.abs() >= OTHER_LAMP,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lamp_put_up_again_is_not_told_and_leaves_no_doubt() {
        for gap in [0.0, 2.0, -2.0] {
            assert_eq!(lamps(gap), None);
            assert!(lamp_doubt(gap, Some(10.0)).abs() < 1e-12);
        }
    }

    #[test]
    fn a_turned_lamp_leaves_doubt_up_to_a_right_angle() {
        let turns = [None, Some(15.0), Some(50.0), Some(90.0), Some(170.0)];
        let doubts = turns.map(|turn| lamp_doubt(0.0, turn));
        assert!(doubts[0].abs() < 1e-12 && doubts[1].abs() < 1e-12);
        assert!(doubts[1] < doubts[2] && doubts[2] < doubts[3]);
        assert!((doubts[3] - doubts[4]).abs() < 1e-12);
    }

    #[test]
    fn the_more_apart_two_lamps_the_more_doubt_until_nothing_can_be_said() {
        let between = lamps(-5.0).expect("told");
        assert!(!between.refuses);
        assert!(
            between
                .message
                .starts_with("The second photo is lit from a side")
        );
        let apart = lamps(8.0).expect("told");
        assert!(apart.refuses);
        assert!(
            apart
                .message
                .starts_with("The first photo is lit from a side")
        );
        let doubt = |gap| lamp_doubt(gap, None);
        assert!(doubt(5.0) > 0.0 && doubt(-8.0) > doubt(5.0));
    }
}
