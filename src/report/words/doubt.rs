//! What a result means, how sure it is and why it is not surer, in sentences for the first page.

use super::measure::{LARGE_PERCENT, caution, explained};
use super::page;
use super::{change, date, inside, light, number, percent, sentence};
use crate::comparable;
use crate::date::Date;
use crate::report::fate::{Fate, Told};
use crate::report::schema::{Change, Comparison, Lesion, ScaleSource, State, Verdict};

/// Fewer scars than this, and single outlines move the total.
const FEW_SCARS: usize = 10;

/// Why a pair can only show large changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub heading: String,
    pub text: String,
    /// A sentence each; never empty.
    pub because: Vec<String>,
}

/// What a pair cannot show, where that is more than scars usually change.
#[must_use]
pub fn limits(comparison: &Comparison) -> Option<Limits> {
    let compared = comparison.change.verdict != Verdict::NotComparable;
    let smallest = comparison.change.area_percent.smallest_detectable?;
    (compared && smallest > LARGE_PERCENT).then(|| Limits {
        heading: if smallest >= 100.0 {
            "These two photos cannot show a change.".to_string()
        } else {
            "These two photos can only show large changes.".to_string()
        },
        text: if smallest >= 100.0 {
            "Even if every scar had gone, these photos could not prove it.".to_string()
        } else {
            format!(
                "More than {} % of the scar area would have to go or come before it could be told from \
                 chance; many treatments change less.",
                number(smallest, 0)
            )
        },
        because: because(comparison),
    })
}

fn because(comparison: &Comparison) -> Vec<String> {
    let mut reasons = Vec::new();
    let (before, after) = (&comparison.before, &comparison.after);
    if let Some(share) = comparison.registration.confident_fraction
        && share < comparable::LITTLE_MEASURED
    {
        reasons.push(little_measured(share, skin_asked(comparison)));
    }
    if let Some([b, a]) = counted(comparison)
        && let count = b.max(a)
        && count < FEW_SCARS
    {
        reasons.push(match count {
            0 => "No scar was found on that skin.".to_string(),
            1 => "Only one scar was found on that skin: how it is outlined decides all.".to_string(),
            n => format!(
                "Only {n} scars were found on that skin: a single outline drawn a little wider moves the \
                 total."
            ),
        });
    }
    let photos = [("first", &before.quality), ("second", &after.quality)];
    reasons.extend(light::too_little(&photos));
    if !before.quality.reasons.is_empty() || !after.quality.reasons.is_empty() {
        reasons.push("One of the photos is not good enough; see below.".to_string());
    } else if comparison.warnings.iter().any(|w| taken_otherwise(&w.code)) {
        reasons.push("The two photos were taken differently; see below.".to_string());
    }
    if reasons.is_empty() {
        reasons.push(
            "The scars stand out so little from the skin around that their outlines are uncertain."
                .to_string(),
        );
    }
    reasons
}

/// Whether a warning tells that one photo was taken otherwise than the other.
fn taken_otherwise(code: &str) -> bool {
    code.ends_with("-differs")
}

/// The answer in a sentence; where there is none, its reasons stand below it.
#[must_use]
pub fn headline(comparison: &Comparison) -> String {
    match comparison.change.verdict {
        Verdict::NotComparable => super::NOT_COMPARED.to_string(),
        _ => in_order(comparison),
    }
}

/// The answer with all that must be known to read it, for a terminal.
#[must_use]
pub fn answer(comparison: &Comparison) -> String {
    let change = &comparison.change;
    let parts = [
        Some(in_order(comparison)),
        explained(change),
        // Said already where nothing could be told at all.
        caution(change).filter(|_| !told_nothing(change)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Whether the answer is that these photos can show nothing.
#[must_use]
pub fn told_nothing(change: &Change) -> bool {
    change.verdict == Verdict::NoDetectableChange && super::shows_nothing(change)
}

/// The answer with its doubt, and before it what would turn it round or make it void.
fn in_order(comparison: &Comparison) -> String {
    let change = &comparison.change;
    let answer = answered(change, warned(comparison, comparable::NO_SCALE));
    if reversed(comparison) {
        format!(
            "The photos may be in the wrong order: see their dates. As given, {}",
            inside(&answer)
        )
    } else {
        answer
    }
}

/// The answer; `guessed`: nobody said how large the skin is, on which a verdict hangs.
#[must_use]
pub fn answered(change: &Change, guessed: bool) -> String {
    let answer = super::verdict(change);
    match change.verdict {
        Verdict::Improved | Verdict::Worse if guessed => {
            format!("On a guessed scale, which may void it, {}", inside(&answer))
        }
        _ => answer,
    }
}

fn warned(comparison: &Comparison, code: &str) -> bool {
    comparison.warnings.iter().any(|w| w.code == code)
}

/// The verdict whose colour and sign stand above the answer, and the word beside it: none of a change
/// that a wrong order of the photos would turn round or a wrong scale make void, none where no change
/// could have shown.
#[must_use]
pub fn settled(comparison: &Comparison) -> (Verdict, &'static str) {
    if reversed(comparison) {
        (Verdict::NotComparable, page::ORDER_IN_DOUBT)
    } else {
        settled_alone(&comparison.change, warned(comparison, comparable::NO_SCALE))
    }
}

/// The same where the order is known; `guessed`: nobody said how large the skin is.
#[must_use]
pub fn settled_alone(change: &Change, guessed: bool) -> (Verdict, &'static str) {
    match change.verdict {
        Verdict::Improved | Verdict::Worse if guessed => {
            (Verdict::NotComparable, page::SCALE_IN_DOUBT)
        }
        _ if told_nothing(change) => (Verdict::NotComparable, page::CANNOT_BE_TOLD),
        Verdict::NoDetectableChange if super::hangs(change) => {
            (Verdict::NotComparable, page::HANGS_ON_SCALE)
        }
        Verdict::NoDetectableChange if change.area_percent.value.is_none() => {
            (Verdict::NoDetectableChange, page::NO_SCAR)
        }
        verdict => (verdict, page::verdict(verdict)),
    }
}

/// Whether a change was found between photos that seem to be in the wrong order.
#[must_use]
pub fn reversed(comparison: &Comparison) -> bool {
    comparison.change.verdict != Verdict::NotComparable && warned(comparison, comparable::REVERSED)
}

/// Whether a warning's message stands among the reasons already.
#[must_use]
pub fn said(change: &Change, message: &str) -> bool {
    let mut reasons = change.reasons.iter();
    reasons.any(|r| sentence(r) == sentence(message))
}

/// What the verdict means, a sentence or two after it.
#[must_use]
pub fn meaning(comparison: &Comparison) -> String {
    let means = match comparison.change.verdict {
        Verdict::Improved | Verdict::Worse => {
            "The numbers in brackets are the range in which the true change lies with 95 % confidence."
        }
        Verdict::NoDetectableChange if exactly_none(comparison) => {
            "Both photos show the very same picture of the skin."
        }
        Verdict::NoDetectableChange if comparison.change.area_percent.value.is_none() => {
            "This does not say that there is none: faint scars may not show on these photos."
        }
        Verdict::NoDetectableChange if super::hangs(&comparison.change) => {
            "With the true scale the same photos may well tell."
        }
        Verdict::NoDetectableChange if limits(comparison).is_none() => {
            "This does not say that nothing changed: it says that smaller changes than that would not have \
             shown."
        }
        Verdict::NoDetectableChange => {
            "This does not say that nothing changed: it says that these two photos cannot tell."
        }
        Verdict::NotComparable => {
            "No number is given, because it would mislead. What to do better stands below."
        }
    };
    let explained = explained(&comparison.change);
    let told: Vec<&str> = explained.as_deref().into_iter().chain([means]).collect();
    told.join(" ")
}

/// The skin of which shares are told: all of the first photo's, or what was drawn on it.
#[must_use]
pub fn skin_asked(comparison: &Comparison) -> &'static str {
    if comparison.options.contains_key("roi") {
        comparable::REGION_SKIN
    } else {
        comparable::ALL_SKIN
    }
}

/// That only a part of the skin `asked` about, [`skin_asked`], could be measured.
#[must_use]
pub fn little_measured(share: f64, asked: &str) -> String {
    format!(
        "Only {} of {asked} could be measured in both.",
        percent(share)
    )
}

fn exactly_none(comparison: &Comparison) -> bool {
    comparison.change.area_percent.smallest_detectable == Some(0.0)
}

/// What was compared: how many scars on how much skin, and what became of them. All add up.
#[must_use]
pub fn basis(comparison: &Comparison, told: &[&Told]) -> Option<String> {
    /// From here on it is told as 100 %.
    const WHOLE: f64 = 0.995;
    if exactly_none(comparison) {
        // Of one photo there is nothing that became of its scars.
        return None;
    }
    let [before, _] = counted(comparison)?;
    let share = comparison.registration.confident_fraction?;
    let of = |fate: Fate, visit: usize| {
        told.iter()
            .filter(|t| t.fate == fate && (visit == 1) == (t.lesion.state == State::New))
            .count()
    };
    let parts = [
        (Fate::Improved, "improved"),
        (Fate::Gone, "no longer seen"),
        (Fate::Worse, "worse"),
        (Fate::Unsure, "without a sure change"),
        (Fate::Once, "not found after, which can be chance"),
        (Fate::NotMeasured, "not measured"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .map(|&(fate, said)| (of(fate, 0), said))
        .filter(|p| p.0 > 0)
        .map(|(n, said)| format!("{n} {said}"))
        .collect();
    let whole = skin_asked(comparison);
    let mut text = format!("On {} of {whole}, ", percent(share));
    text += &match before {
        0 => "no indented scar was found before".to_string(),
        1 => "1 indented scar was found before".to_string(),
        n => format!("{n} indented scars were found before"),
    };
    if !parts.is_empty() {
        text += &format!(": {}", parts.join(", "));
    }
    text += ".";
    let (new, once) = (of(Fate::New, 1), of(Fate::Once, 1));
    if new > 0 {
        text += &format!(" {new} more came new.");
    }
    if once > 0 {
        text += &format!(" {once} more can be seen only after, which can be chance.");
    }
    if share < WHOLE {
        text += " The rest of the skin could not be measured in both photos and was left out.";
    }
    Some(text)
}

/// Scars before and after, as the table counts them: what ran together or parted is one.
#[must_use]
pub fn counted(comparison: &Comparison) -> Option<[usize; 2]> {
    let compared = comparison.change.verdict != Verdict::NotComparable;
    let seen = |without: State| {
        let shown = |l: &&Lesion| l.state != without;
        comparison.lesions.iter().filter(shown).count()
    };
    compared.then(|| [seen(State::New), seen(State::Gone)])
}

/// What only the person at the keyboard can do about the warnings: for the terminal and the technical
/// page, never for the patient.
#[must_use]
pub fn hints(comparison: &Comparison) -> Vec<&'static str> {
    let warned = |code: &str| comparison.warnings.iter().any(|w| w.code == code);
    let mut hints = Vec::new();
    if warned("not-aligned") {
        hints.push(if comparison.options.contains_key("points") {
            "Each line of the table of points must read before x, before y, after x, after y, in \
             pixels of the upright photos."
        } else {
            "If both photos do show the same skin, mark three or more points in both (moles, corners \
             of scars, far apart) and give them with --points."
        });
    }
    if warned(comparable::SCALE_DECIDES) {
        hints.push("Give the true scale: --px-per-mm.");
    } else if warned(comparable::SCALE_UNLIKELY) {
        hints.push("Check the number given with --px-per-mm, or the width given with --field-mm.");
    } else if warned(comparable::NO_SCALE) {
        hints.push(
            "Say how much skin the first photo shows: --field-mm WIDTH, or --px-per-mm if you know it.",
        );
    } else if warned("coarse") && comparison.scale.source == ScaleSource::Assumed {
        hints.push("If the photo shows less skin than a cheek, say how much with --field-mm.");
    }
    hints
}

/// The visits' dates and how far apart they are.
#[must_use]
pub fn dates(comparison: &Comparison) -> Option<String> {
    let (before, after) = (comparison.before.day()?, comparison.after.day()?);
    let days = Date::parse(&after)?.days_since(Date::parse(&before)?);
    let apart = match days {
        0 => "the same day".to_string(),
        1 | -1 => "1 day apart".to_string(),
        d => format!("{} days apart", d.abs()),
    };
    Some(format!("{} and {}, {apart}", date(&before), date(&after)))
}

/// Why a photo is not better, as sentences.
#[must_use]
pub fn remarks(reasons: &[String]) -> String {
    let told: Vec<String> = reasons.iter().map(|r| sentence(r)).collect();
    told.join(" ")
}

/// A change told in a phrase, with what could have been chance.
#[must_use]
pub fn told(interval: &crate::report::schema::Interval) -> String {
    match interval.smallest_detectable {
        Some(smallest) => format!(
            "{}, smallest detectable {} %",
            change(interval),
            number(smallest, 0)
        ),
        None => change(interval),
    }
}

#[cfg(test)]
mod tests;
