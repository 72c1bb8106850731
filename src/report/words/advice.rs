//! What to do better next time: first what these photos lacked, then what always helps and was not
//! said by then.

use super::doubt::{self, said};
use super::{dated, light, number, of_100, sentence};
use crate::comparable;
use crate::quality::Reason;
use crate::report::schema::{Comparison, Quality, Verdict, Warning};
use crate::visits::schema::{Series, SeriesVisit};

pub const LACKED_PAIR: &str = "What these two photos lacked";
pub const LACKED_LATEST: &str = "What the latest photo lacked";
pub const ALWAYS: &str = "And always";

/// Sharpness from which a photo counts as sharp; below [`crate::quality::LEAST_SHARPNESS`] it is warned
/// of.
const SHARP: f64 = 0.5;

/// What advice is about, in the order in which it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Topic {
    Scale,
    /// Whether any light comes from a side.
    Lamp,
    /// Whether it comes from the same side.
    Light,
    Sharpness,
    Framing,
    Hair,
    Time,
    Other,
}

/// What always helps, most effective first.
const ADVICE: [(Topic, &str); 4] = [
    (
        Topic::Light,
        "One lamp, from the side, in the same place as at the first visit; no flash from the front.",
    ),
    (
        Topic::Framing,
        "The same distance and the same view, with the first photo beside the screen. Fill the frame \
         with the skin that matters.",
    ),
    (
        Topic::Sharpness,
        "Sharp, without filter, portrait mode or make-up; hand over the camera\u{2019}s own file.",
    ),
    (
        Topic::Time,
        "Four weeks or more after the last session: swelling fills dents for days.",
    ),
];

impl Topic {
    /// What a warning is about, by its code.
    fn of(code: &str) -> Self {
        match code {
            comparable::NO_SCALE | comparable::SCALE_UNLIKELY | comparable::SCALE_DECIDES => {
                Self::Scale
            }
            "flat-light" | "lamp-differs" => Self::Lamp,
            "light-differs" | "flash-differs" => Self::Light,
            "sharpness-differs" | "soft" | "smoothed" | "coarse" | "photo-of-screen" => {
                Self::Sharpness
            }
            "not-aligned"
            | "too-little-overlap"
            | "too-little-measured"
            | "little-measured"
            | "focal-length-differs"
            | "distance-differs"
            | "little-skin"
            | "too-little-skin" => Self::Framing,
            "hair-differs" => Self::Hair,
            "too-soon" | "swollen" => Self::Time,
            _ => Self::Other,
        }
    }

    /// Whether what was said of it says what always helps with `other`.
    fn covers(self, other: Self) -> bool {
        self == other || (self, other) == (Self::Lamp, Self::Light)
    }
}

/// What was wrong, a sentence each, and the one thing to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    pub messages: Vec<String>,
    pub remedy: String,
}

/// Advice for the next photo.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advice {
    /// Of the photos at hand.
    pub lacked: Vec<Lack>,
    /// What helps besides.
    pub always: Vec<&'static str>,
}

/// Advice from the warnings about photos and from what nobody warned of.
fn advise<'a>(warnings: impl Iterator<Item = &'a Warning>, seen: &Seen) -> Advice {
    let mut found: Vec<(Topic, String, String)> = warnings
        .map(|w| (Topic::of(&w.code), dated(&w.message), dated(&w.remedy)))
        .collect();
    let warned = |topic: Topic| found.iter().any(|f| f.0 == topic);
    let unwarned: Vec<_> = seen
        .lacks()
        .into_iter()
        .filter(|(topic, ..)| !warned(*topic))
        .collect();
    found.extend(unwarned);
    found.sort_by_key(|f| f.0);
    let always = ADVICE
        .iter()
        .filter(|a| !found.iter().any(|f| f.0.covers(a.0)));
    let always = always.map(|a| a.1).collect();
    let mut lacked: Vec<Lack> = Vec::new();
    for (_, message, remedy) in found {
        match lacked.iter_mut().find(|l| l.remedy == remedy) {
            Some(lack) if lack.messages.contains(&message) => {}
            Some(lack) => lack.messages.push(message),
            None => lacked.push(Lack {
                messages: vec![message],
                remedy,
            }),
        }
    }
    Advice { lacked, always }
}

/// Advice after a comparison.
#[must_use]
pub fn of_pair(comparison: &Comparison) -> Advice {
    let (before, after) = (&comparison.before, &comparison.after);
    let compared = comparison.change.verdict != Verdict::NotComparable;
    let mut advice = advise(
        comparison.warnings.iter(),
        &Seen {
            photos: [("first", &before.quality), ("second", &after.quality)],
            measured: (comparison.registration.confident_fraction).filter(|_| compared),
            asked: doubt::skin_asked(comparison),
            undated: Some([before, after].map(|v| v.day().is_none())),
        },
    );
    // What refuses comes first; its reasons stand in the answer.
    let refuses = |l: &Lack| l.messages.iter().any(|m| said(&comparison.change, m));
    advice.lacked.sort_by_key(|l| !refuses(l)); // stable
    for lack in &mut advice.lacked {
        lack.messages
            .retain(|m| !said(&comparison.change, m.as_str()));
    }
    advice
}

/// Advice after the latest photo of a course, whether or not it could be compared.
#[must_use]
pub fn of_course(series: &Series) -> Advice {
    let latest = series.visits.last();
    let quality = |v: Option<&SeriesVisit>| v.and_then(|v| v.quality.clone()).unwrap_or_default();
    let (first, last) = (quality(series.baseline_visit()), quality(latest));
    let scale = series
        .notes
        .iter()
        .filter(|n| n.code == comparable::NO_SCALE);
    let warnings = latest
        .into_iter()
        .flat_map(|v| v.flags.iter().chain(&v.warnings))
        .chain(scale);
    advise(
        warnings,
        &Seen {
            photos: [("first", &first), ("latest", &last)],
            measured: latest.and_then(|v| v.measured_fraction),
            asked: crate::comparable::ALL_SKIN,
            undated: None,
        },
    )
}

/// What is known of two photos besides the warnings.
struct Seen<'a> {
    photos: [(&'static str, &'a Quality); 2],
    /// Share of the skin `asked` about that was measured in both.
    measured: Option<f64>,
    asked: &'static str,
    /// Whether a photo's file holds no date; `None` where that does not matter.
    undated: Option<[bool; 2]>,
}

impl Seen<'_> {
    /// What is not good enough to be called good and not bad enough to be warned of.
    fn lacks(&self) -> Vec<(Topic, String, String)> {
        let mut lacks = Vec::new();
        let little = light::too_little(&self.photos).into_iter();
        lacks.extend(little.map(|m| (Topic::Lamp, m, comparable::LAMP_ASIDE.to_string())));
        let soft = |q: &Quality| q.sharpness.is_some_and(|s| s < SHARP);
        if self.photos.iter().any(|p| soft(p.1)) {
            let told = |(photo, q): &(&str, &Quality)| {
                let sharpness = q.sharpness.filter(|_| soft(q))?;
                Some(format!(
                    "The {photo} photo is a little soft: sharpness {}, and sharp photos have {} or more.",
                    of_100(sharpness),
                    number(100.0 * SHARP, 0)
                ))
            };
            let message: Vec<String> = self.photos.iter().filter_map(told).collect();
            let remedy = sentence(Reason::Soft.remedy());
            lacks.push((Topic::Sharpness, message.join(" "), remedy));
        }
        if let Some(share) = self.measured.filter(|&s| s < comparable::LITTLE_MEASURED) {
            lacks.push((
                Topic::Framing,
                doubt::little_measured(share, self.asked),
                "Take the next photo from the same distance and angle, with the face held alike and \
                 nothing over the skin."
                    .to_string(),
            ));
        }
        if let Some(undated) = self.undated.filter(|u| u.contains(&true)) {
            let which = match undated {
                [true, true] => "Neither photo holds".to_string(),
                [first, _] => {
                    let photo = self.photos[usize::from(!first)].0;
                    format!("The {photo} photo does not hold")
                }
            };
            lacks.push((
                Topic::Other,
                format!(
                    "{which} the day it was taken, so nobody can see how long after a session that was."
                ),
                "Hand over the camera\u{2019}s own file: messengers and editors take the date out."
                    .to_string(),
            ));
        }
        lacks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;

    #[test]
    fn what_was_lacking_stands_first_and_is_not_said_again() {
        let (comparison, _) = sample();
        let advice = of_pair(&comparison);
        assert_eq!(
            advice.lacked,
            [Lack {
                messages: vec![comparison.warnings[0].message.clone()],
                remedy: "Keep lamp and window where they were.".to_string()
            }]
        );
        // The lamp was spoken of.
        assert_eq!(advice.always.len(), ADVICE.len() - 1);
        assert!(!advice.always.iter().any(|a| a.contains("lamp")));
    }

    #[test]
    fn one_remedy_is_told_once() {
        let (mut comparison, _) = sample();
        let mut warnings = vec![comparison.warnings[0].clone(); 2];
        warnings[1].message = "The lamp was moved.".to_string();
        comparison.warnings = warnings;
        let lacked = of_pair(&comparison).lacked;
        assert_eq!(lacked.len(), 1);
        assert_eq!(lacked[0].messages.len(), 2);
    }

    #[test]
    fn what_refuses_is_spoken_of_first() {
        let (mut comparison, _) = sample();
        let mut refused = comparison.warnings[0].clone();
        refused.code = "too-little-measured".to_string();
        refused.message = "Only 2 % could be laid on.".to_string();
        refused.remedy = "Hold the face alike.".to_string();
        comparison.change.verdict = Verdict::NotComparable;
        comparison.change.reasons = vec![refused.message.clone()];
        comparison.warnings.push(refused);
        let lacked = of_pair(&comparison).lacked;
        assert_eq!(lacked.len(), 2);
        assert_eq!(lacked[0].remedy, "Hold the face alike.");
        // The reason stands in the answer.
        assert!(lacked[0].messages.is_empty() && !lacked[1].messages.is_empty());
    }

    #[test]
    fn what_nobody_warned_of_is_seen() {
        let (mut comparison, _) = sample();
        comparison.warnings.clear();
        assert_eq!(of_pair(&comparison).lacked, []);
        comparison.after.quality.light_directionality = Some(0.05);
        comparison.after.quality.sharpness = Some(0.42);
        comparison.registration.confident_fraction = Some(0.31);
        comparison.after.taken = None;
        let advice = of_pair(&comparison);
        let told: Vec<&str> = advice.lacked.iter().map(|l| &*l.messages[0]).collect();
        assert_eq!(
            told,
            [
                "In the second photo the light comes from nearly everywhere, which hides dents.",
                "The second photo is a little soft: sharpness 42 of 100, and sharp photos have 50 or \
                 more.",
                "Only 31 % of the skin of the first photo could be measured in both.",
                "The second photo does not hold the day it was taken, so nobody can see how long after \
                 a session that was.",
            ]
        );
        assert_eq!(advice.always.len(), 1);
        comparison.before.quality.light_directionality = Some(0.05);
        assert!(of_pair(&comparison).lacked[0].messages[0].starts_with("In both photos the light"));
    }
}
