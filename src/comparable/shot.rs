//! What the cameras say of how they took the two photos.

use super::Caveat;
use crate::decode::Shot;

/// Focal lengths that differ by more than this are another lens or another zoom; smaller differences
/// are a lens that breathes as it focuses.
const SAME_FOCAL_LENGTH: f64 = 0.1;

/// Distances that differ by more than this are another distance. Cameras round them coarsely.
const SAME_DISTANCE: f64 = 0.5;

/// What speaks against comparing photos that were taken like this.
#[must_use]
pub fn shots(before: &Shot, after: &Shot) -> Vec<Caveat> {
    [
        flash(before, after),
        lens(before, after),
        distance(before, after),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn flash(before: &Shot, after: &Shot) -> Option<Caveat> {
    let (before, after) = (before.flash?, after.flash?);
    (before != after).then(|| {
        let with = if before { "first" } else { "second" };
        Caveat::warning(
            "flash-differs",
            format!("Only the {with} photo was taken with flash; light from another side shows scars otherwise."),
            "Take all photos with the same lamp, and the camera's flash always off or always on.",
        )
    })
}

fn lens(before: &Shot, after: &Shot) -> Option<Caveat> {
    let length = |of: fn(&Shot) -> Option<f64>| of(before).zip(of(after));
    // The second is comparable between cameras, the first on one camera only.
    let (b, a) = length(|s| s.focal_length_35mm).or_else(|| {
        let same_lens = before.lens.is_some() && before.lens == after.lens;
        length(|s| s.focal_length_mm).filter(|_| same_lens)
    })?;
    differs(b, a, SAME_FOCAL_LENGTH).then(|| {
        Caveat::warning(
            "focal-length-differs",
            format!(
                "The photos were taken with other lenses or zooms ({b:.0} and {a:.0} mm); a face \
                 looks rounder from nearby."
            ),
            "Use the same lens and the same zoom at every visit (on a phone the same button, 1x or \
             2x).",
        )
    })
}

fn distance(before: &Shot, after: &Shot) -> Option<Caveat> {
    let (b, a) = before.distance_m.zip(after.distance_m)?;
    differs(b, a, SAME_DISTANCE).then(|| {
        Caveat::warning(
            "distance-differs",
            format!("The photos were taken from other distances ({b:.1} and {a:.1} m)."),
            "Take the next photo from the same distance as the first one.",
        )
    })
}

/// Whether two positive numbers differ by more than the share `within` of the smaller one.
fn differs(a: f64, b: f64, within: f64) -> bool {
    (a - b).abs() > within * a.min(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(before: &Shot, after: &Shot) -> Vec<&'static str> {
        shots(before, after).into_iter().map(|c| c.code).collect()
    }

    #[test]
    fn only_what_both_cameras_tell_can_differ() {
        let one = Shot {
            flash: Some(false),
            lens: Some("back camera 4.25mm".to_string()),
            focal_length_mm: Some(4.25),
            focal_length_35mm: Some(26.0),
            distance_m: Some(0.3),
            utc_offset_minutes: Some(60),
        };
        assert!(codes(&one, &one).is_empty());
        assert!(codes(&one, &Shot::default()).is_empty());
        let other = Shot {
            flash: Some(true),
            focal_length_35mm: Some(52.0),
            distance_m: Some(0.9),
            ..one.clone()
        };
        let all = ["flash-differs", "focal-length-differs", "distance-differs"];
        assert_eq!(codes(&one, &other), all);
        // Millimetres of different cameras are not the same millimetres.
        let another_camera = Shot {
            lens: Some("macro 90mm".to_string()),
            focal_length_mm: Some(90.0),
            focal_length_35mm: None,
            ..one.clone()
        };
        assert!(codes(&one, &another_camera).is_empty());
    }
}
