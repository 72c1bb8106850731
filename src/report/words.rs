//! The result in words and rounded numbers, for people.
//!
//! All text of the reports stands here and in the two rooms below, to be translated in one place.

pub mod advice;
pub mod cohort;
pub mod course;
pub mod doubt;
pub mod light;
pub mod measure;
pub mod page;

use std::collections::BTreeMap;

use super::schema::{Change, Interval, Verdict};
use crate::score;

pub use crate::units::{from_where, mark, of_100, percent};
pub use measure::{beyond_chance, measures};

/// A number rounded to `digits` decimals, with a real minus sign and no minus before zero.
#[must_use]
pub fn number(v: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", v.abs());
    let zero = text.bytes().all(|b| matches!(b, b'0' | b'.'));
    if v < 0.0 && !zero {
        format!("\u{2212}{text}")
    } else {
        text
    }
}

/// As [`number`], with a plus sign for growth.
#[must_use]
pub fn signed(v: f64, digits: usize) -> String {
    let text = number(v, digits);
    let zero = text.bytes().all(|b| matches!(b, b'0' | b'.'));
    if v > 0.0 && !zero {
        format!("+{text}")
    } else {
        text
    }
}

/// A change with its interval: `−31 % (−36 to −26)`, `+383 % (+202 or more)` where it has no upper end; a
/// dash where unknown.
#[must_use]
pub fn change(interval: &Interval) -> String {
    match change_parts(interval) {
        (value, Some(range)) => format!("{value} {range}"),
        (value, None) => value,
    }
}

/// The same in two parts, to be set on two lines: `−31 %` and `(−36 to −26)`.
#[must_use]
pub fn change_parts(interval: &Interval) -> (String, Option<String>) {
    let Some(value) = interval.value else {
        return ("\u{2013}".to_string(), None);
    };
    let range = interval.low.map(|low| {
        let low = signed(low, 0);
        match interval.high {
            Some(high) => format!("({low} to {})", signed(high, 0)),
            None => format!("({low} or more)"),
        }
    });
    (format!("{} %", signed(value, 0)), range)
}

/// `−36 to −26 %`.
#[must_use]
pub fn range(low: f64, high: f64) -> String {
    format!("{} to {} %", signed(low, 0), signed(high, 0))
}

/// How much of the skin was laid on; `asked` says of which, [`doubt::skin_asked`].
#[must_use]
pub fn laid_on(overlap: f64, confident: f64, asked: &str, compared: bool) -> String {
    let measured = if compared {
        " and was measured in both"
    } else {
        "; nothing was measured"
    };
    format!(
        "The photo after shows {} of the skin of the photo before. {} of {asked} could be laid on with \
         confidence{measured}.",
        percent(overlap),
        percent(confident)
    )
}

/// A number before and after: `2.5 to 1.8`, or what there is of it.
#[must_use]
pub fn from_to(before: Option<f64>, after: Option<f64>, digits: usize) -> String {
    match (before, after) {
        (Some(b), Some(a)) => format!("{} to {}", number(b, digits), number(a, digits)),
        (Some(b), None) => format!("{} before", number(b, digits)),
        (None, Some(a)) => format!("{} after", number(a, digits)),
        (None, None) => page::UNKNOWN.to_string(),
    }
}

/// A setting as it was typed: a number as short as six decimals allow.
#[must_use]
pub fn setting(value: &serde_json::Value) -> String {
    match value.as_f64() {
        Some(v) if value.is_f64() => ((v * 1e6).round() / 1e6).to_string(),
        _ => value.to_string(),
    }
}

/// All settings by their names; `None` without any.
#[must_use]
pub fn settings(options: &BTreeMap<String, serde_json::Value>) -> Option<String> {
    let told: Vec<String> = options
        .iter()
        .map(|(name, value)| format!("{name} = {}", setting(value)))
        .collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// `1 photo`, `2 photos`.
#[must_use]
pub fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Which of how many sheets of paper.
#[must_use]
pub fn sheet(number: usize, of: usize) -> String {
    format!("{number} / {of}")
}

/// What stands under a list that is cut off.
#[must_use]
pub fn cut_off(shown: usize, all: usize) -> String {
    format!("The {shown} largest of {all} scars; all are in lesions.csv.")
}

/// The answer where nothing was compared.
pub const NOT_COMPARED: &str = "These photos cannot be compared.";

/// The answer where there was no scar whose change could be told.
pub const NO_SCAR_BEFORE: &str =
    "No scar was found in the first photo: there is none whose change could be told.";

/// The answer in one sentence, with its doubt.
#[must_use]
pub fn verdict(change: &Change) -> String {
    match change.verdict {
        Verdict::Improved => moved(change, "fell"),
        Verdict::Worse => moved(change, "grew"),
        Verdict::NoDetectableChange => unmoved(change),
        Verdict::NotComparable => {
            let reasons = change.reasons.iter().map(|r| sentence(r));
            let told: Vec<String> = std::iter::once(NOT_COMPARED.to_string())
                .chain(reasons)
                .collect();
            told.join(" ")
        }
    }
}

/// A phrase as a sentence: a capital in front, a full stop at the end.
#[must_use]
pub fn sentence(phrase: &str) -> String {
    let phrase = phrase.trim().trim_end_matches('.');
    let mut letters = phrase.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}

/// A sentence that goes on after a colon or a comma: a small letter in front.
#[must_use]
pub fn inside(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{}{}", first.to_lowercase(), letters.as_str())
    })
}

/// Tells the measure that the verdict rests on.
fn moved(change: &Change, verb: &str) -> String {
    let measure = measure::rests_on(change);
    let (name, interval) = (measure.name(), measure.of(change));
    if interval.value.is_none() {
        return format!("{name} {verb}.");
    }
    // With its sign, as it stands in every table beside it.
    let mut text = format!("{name} {verb}: {}", self::change(interval));
    if let Some(smallest) = interval.smallest_detectable {
        text += &format!(
            "; changes under {} % could not have been told apart",
            number(smallest, 0)
        );
    }
    text + "."
}

/// Whether even the loss of all scars could be chance.
#[must_use]
pub fn shows_nothing(change: &Change) -> bool {
    change.area_percent.smallest_detectable >= Some(score::SHOWS_NOTHING)
}

/// Whether a change was found and taken back, because it hangs on the guessed scale; `reasons` tells how.
#[must_use]
pub fn hangs(change: &Change) -> bool {
    change.verdict == Verdict::NoDetectableChange
        && change.area_percent.value.is_some()
        && !change.reasons.is_empty()
}

fn unmoved(change: &Change) -> String {
    let area = &change.area_percent;
    if [area.value, area.low, area.high] == [Some(0.0); 3] {
        return "The second file is the first photo again, or a copy of it: nothing can have changed."
            .to_string();
    }
    if area.value.is_none() {
        return NO_SCAR_BEFORE.to_string();
    }
    let mut text = "No change that could be told apart".to_string();
    if shows_nothing(change) {
        return text + ": on these photos not even the loss of all scars would show.";
    }
    if hangs(change) {
        let area = self::change(area);
        return format!(
            "No change that can be relied on: scar area {area} hangs on the guessed scale."
        );
    }
    text += &format!(": scar area {}", self::change(area));
    if beyond_chance(area) == Some(true) {
        let volume = self::change(&change.volume_index_percent);
        return text + &format!(" and depth times area {volume} speak against each other.");
    }
    match area.smallest_detectable {
        Some(smallest) if area.value.is_some_and(|v| v.abs() > smallest) => {
            text += ", which can be chance";
        }
        Some(smallest) if smallest > 0.0 => {
            text += &format!("; only changes over {} % would show", number(smallest, 0));
        }
        _ => {}
    }
    text + "."
}

/// A day as people write it, `10 January 2026`, from ISO 8601; as it is if it is none.
#[must_use]
pub fn date(iso: &str) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let parts: Vec<usize> = iso
        .get(..10)
        .map(|day| day.split('-').filter_map(|p| p.parse().ok()).collect())
        .unwrap_or_default();
    match parts[..] {
        [year, month, day] if (1..=12).contains(&month) => {
            format!("{day} {} {year}", MONTHS[month - 1])
        }
        _ => iso.to_string(),
    }
}

/// A moment as people write it, `10 January 2026, 09:30`.
#[must_use]
pub fn moment(iso: &str) -> String {
    match iso.get(10..16).and_then(|time| time.strip_prefix('T')) {
        Some(time) => format!("{}, {time}", date(iso)),
        None => date(iso),
    }
}

/// A message with the days in it as people write them.
#[must_use]
pub fn dated(message: &str) -> String {
    let words: Vec<&str> = message.split(' ').collect();
    // Where a message shows how dates are written, people have to see just that.
    let shown = |i: usize| {
        words
            .get(i + 1)
            .is_some_and(|next| next.starts_with("(year"))
    };
    let told: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(i, &word)| {
            let day = word.trim_matches(|c: char| c.is_ascii_punctuation());
            let is_day = day.len() == 10 && crate::date::Date::parse(day).is_some();
            if is_day && !shown(i) {
                word.replacen(day, &date(day), 1)
            } else {
                word.to_string()
            }
        })
        .collect();
    told.join(" ")
}

#[cfg(test)]
pub(super) mod tests;
