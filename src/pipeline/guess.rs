//! Whether a verdict stands if the guessed scale is wrong.

use super::{Clock, Frame, Options, Scale, ScaleSource, Weighed, weighed};
use crate::comparable;
use crate::decode::Photo;
use crate::score::Verdict;

/// How far a guess of the skin's width is taken to be off, either way. (Who guesses the width of a cheek
/// or a face from memory is easily a third out.)
const OFF: f64 = 4.0 / 3.0;

/// Takes a verdict of change back that rests on a guessed scale and is not the same with the skin narrower
/// and wider by [`OFF`]; says so.
pub fn confirm(found: &mut Weighed, photos: [&Photo; 2], frame: &Frame, options: &Options) {
    let Some(verdict @ (Verdict::Improved | Verdict::Worse)) = found.verdict() else {
        return;
    };
    if frame.source != ScaleSource::Assumed {
        return;
    }
    let width = frame.full_scale.mm(f64::from(photos[0].width));
    for field in [width / OFF, width * OFF] {
        let options = Options {
            scale: Some(Scale::FieldMm(field)),
            ..options.clone()
        };
        let frame = Frame::of(photos[0], photos[1], options.scale);
        let other = weighed(photos, &frame, &options, &mut Clock::default());
        let said = other.ok().and_then(|other| other.verdict());
        if said != Some(verdict) {
            let caveat = comparable::scale_decides(verdict, said, [width, field]);
            found.score.verdict = Verdict::NoDetectableChange;
            found.caveats.push(caveat);
            return;
        }
    }
}
