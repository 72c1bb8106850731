//! `report.pdf`: the report on paper. A sheet for the patient, the views, the largest scars, and how
//! it was done.

mod course;
mod font;
mod ink;
mod pictures;
mod sheets;
mod tables;

pub(super) use self::course::document as course;

use self::font::Weight;
use self::sheets::{BLACK, BODY, HAIR, Ink, MARGIN, NOTE, Place, SOFT, STRONG, Sheets, Style};
use super::Pictures;
use super::drawn::Drawn;
use super::schema::{Comparison, Interval, Verdict};
use super::settings::Paper;
use super::words::advice::{self, Advice};
use super::words::measure::yet_chance;
use super::words::page as text;
use super::words::{self, doubt, number, sentence, signed};
use crate::error::Cause;

const WORD: Style = Style::new(Weight::Bold, 11.0, BLACK);
const ANSWER: Style = Style::new(Weight::Bold, 14.0, BLACK);
const VALUE: Style = Style::new(Weight::Bold, 17.0, BLACK);

const GREEN: Ink = [0.0, 0.41, 0.30];
const ORANGE: Ink = [0.61, 0.24, 0.0];
const BLUE: Ink = [0.20, 0.31, 0.42];
const YELLOW: Ink = [0.79, 0.64, 0.15];

/// The document of a pair.
pub(super) fn document(
    comparison: &Comparison,
    pictures: &Pictures,
    drawn: &Drawn,
    paper: Paper,
) -> Result<Vec<u8>, Cause> {
    let compared = comparison.change.verdict != Verdict::NotComparable;
    let mut sheets = for_the_patient(comparison, drawn, paper);
    if compared {
        // What is kept by the patient ends with its sheet.
        sheets.turn();
        pictures::views(&mut sheets, drawn);
        pictures::close_ups(&mut sheets, comparison, pictures, drawn)?;
    }
    tables::compared(&mut sheets, comparison);
    tables::scars(&mut sheets, comparison, drawn);
    tables::technical(&mut sheets, comparison);
    let title = match doubt::dates(comparison) {
        Some(dates) => format!("{}: {dates}", text::TITLE),
        None => text::TITLE.to_string(),
    };
    let foot = format!(
        "{} {} · {}",
        text::PRODUCT,
        comparison.tool.version,
        text::NO_DIAGNOSIS
    );
    Ok(sheets.finish(&title, &foot))
}

/// What gives way, step by step, until all that is meant for the patient stands on one sheet.
#[derive(Debug, Clone, Copy)]
struct Fit {
    /// Share of the sheet's height that the photos may take.
    photos: f32,
    /// Size of the advice's letters, pt.
    letters: f32,
    /// With all that is said besides: what always helps, and beside numbers that could be chance why.
    wordy: bool,
}

const FITS: [Fit; 6] = {
    const fn fit(photos: f32, letters: f32, wordy: bool) -> Fit {
        Fit {
            photos,
            letters,
            wordy,
        }
    }
    [
        fit(0.31, 9.5, true),
        fit(0.26, 9.0, true),
        fit(0.22, 8.5, true),
        fit(0.22, 8.5, false),
        fit(0.16, 8.5, false),
        fit(0.13, 8.0, false),
    ]
};

/// The first sheet; where even the last fit is too wide, it goes on on the next.
fn for_the_patient(comparison: &Comparison, drawn: &Drawn, paper: Paper) -> Sheets {
    let laid = |fit: Fit| laid(comparison, drawn, paper, fit);
    let [first @ .., last] = FITS;
    let fitting = first.into_iter().map(laid).find(|s| s.count() == 1);
    fitting.unwrap_or_else(|| laid(last))
}

fn laid(comparison: &Comparison, drawn: &Drawn, paper: Paper, fit: Fit) -> Sheets {
    let mut sheets = Sheets::new(paper);
    answer(&mut sheets, comparison);
    pictures::photos(&mut sheets, drawn, fit.photos);
    if comparison.change.verdict != Verdict::NotComparable {
        changes(&mut sheets, comparison, fit.wordy);
    }
    if let Some(basis) = doubt::basis(comparison, &drawn.told()) {
        sheets.paragraph(0.0, BODY, &basis);
    }
    let mut advice = advice::of_pair(comparison);
    if !fit.wordy && !advice.lacked.is_empty() {
        advice.always.clear();
    }
    next(&mut sheets, &advice, advice::LACKED_PAIR, fit.letters);
    sheets
}

/// The verdict, what it means, and how little it may be worth.
fn answer(sheets: &mut Sheets, comparison: &Comparison) {
    let change = &comparison.change;
    let kicker = match doubt::dates(comparison) {
        Some(dates) => format!("{} · {dates}", text::TITLE),
        None => text::TITLE.to_string(),
    };
    sheets.paragraph(0.0, NOTE, &kicker);
    let (settled, word) = doubt::settled(comparison);
    let ink = ink_of(settled);
    let mut lines = vec![
        (Style { ink, ..WORD }, word.to_string()),
        (ANSWER, doubt::headline(comparison)),
        (BODY, doubt::meaning(comparison)),
    ];
    lines.extend(change.reasons.iter().map(|r| (BODY, sentence(r))));
    barred(sheets, ink, &lines);
    if let Some(limits) = doubt::limits(comparison) {
        let mut lines = vec![(STRONG, limits.heading), (BODY, limits.text)];
        lines.extend(limits.because.into_iter().map(|b| (BODY, format!("• {b}"))));
        barred(sheets, YELLOW, &lines);
    }
}

/// The colour of an answer.
fn ink_of(verdict: Verdict) -> Ink {
    match verdict {
        Verdict::Improved => GREEN,
        Verdict::Worse => ORANGE,
        Verdict::NoDetectableChange | Verdict::NotComparable => BLUE,
    }
}

/// Paragraphs with a bar of colour at their left.
fn barred(sheets: &mut Sheets, ink: Ink, lines: &[(Style, String)]) {
    const BAR: f32 = 4.0;
    const INDENT: f32 = 14.0;
    let top = sheets.y;
    for (style, line) in lines {
        let height = sheets.block(
            MARGIN + INDENT,
            sheets.y,
            sheets.room() - INDENT,
            *style,
            line,
        );
        sheets.y += height + 2.0;
    }
    let height = sheets.y - top;
    sheets.fill(
        Place {
            left: MARGIN,
            top,
            width: BAR,
            height,
        },
        ink,
    );
    sheets.y += 8.0;
}

/// The three measures side by side.
fn changes(sheets: &mut Sheets, comparison: &Comparison, wordy: bool) {
    const HEIGHT: f32 = 84.0;
    const GAP: f32 = 16.0;
    sheets.heading(text::MEASURED_HEADING, HEIGHT);
    let width = (sheets.room() - 2.0 * GAP) / 3.0;
    let top = sheets.y;
    let mut bottom = top + HEIGHT;
    for (i, (name, interval)) in words::measures(&comparison.change).into_iter().enumerate() {
        let left = MARGIN + i as f32 * (width + GAP);
        let end = measure(sheets, (left, top), width, name, interval);
        // That it could be chance stands beside the number; this says why.
        let why = yet_chance(interval).filter(|_| wordy);
        let height = why.map_or(0.0, |why| sheets.block(left, end, width, NOTE, &why) + 2.0);
        bottom = bottom.max(end + height);
    }
    sheets.y = bottom;
}

/// Returns where it ends, pt from the top.
fn measure(
    sheets: &mut Sheets,
    (left, top): (f32, f32),
    width: f32,
    name: &str,
    interval: &Interval,
) -> f32 {
    sheets.line(left, top, STRONG, name);
    let value = interval
        .value
        .map_or(text::UNKNOWN.to_string(), |v| signed(v, 0) + " %");
    sheets.line(left, top + 13.0, VALUE, &value);
    if let Some(beyond) = words::beyond_chance(interval) {
        let said = if beyond { text::BEYOND } else { text::WITHIN };
        let right = left + width;
        sheets.line_to(right, top + 19.0, NOTE, said);
    }
    scale(sheets, left, top + 40.0, width, interval);
    let mut doubt = String::new();
    if let (Some(low), Some(high)) = (interval.low, interval.high) {
        doubt += &words::range(low, high);
        doubt += "; ";
    }
    if let Some(smallest) = interval.smallest_detectable {
        doubt += &format!("{} {} %", text::SMALLEST, number(smallest, 0));
    }
    let end = top + 56.0;
    end + sheets.block(left, end, width, NOTE, &doubt) + 2.0
}

/// The change on a line from −100 to +100 %, its interval, and what could be chance.
fn scale(sheets: &mut Sheets, left: f32, middle: f32, width: f32, interval: &Interval) {
    let x = |percent: f64| left + width * (percent.clamp(-100.0, 100.0) as f32 + 100.0) / 200.0;
    let Some(value) = interval.value else { return };
    if let Some(smallest) = interval.smallest_detectable {
        let place = Place {
            left: x(-smallest),
            top: middle - 6.0,
            width: x(smallest) - x(-smallest),
            height: 12.0,
        };
        sheets.fill(place, [0.88, 0.87, 0.84]);
    }
    sheets.rule((left, middle), (left + width, middle), 0.6, SOFT);
    sheets.rule((x(0.0), middle - 6.0), (x(0.0), middle + 6.0), 0.6, SOFT);
    if let (Some(low), Some(high)) = (interval.low, interval.high) {
        sheets.rule((x(low), middle), (x(high), middle), 3.0, [0.5, 0.5, 0.5]);
    }
    let at = x(value);
    sheets.rule((at, middle - 4.5), (at, middle + 4.5), 3.0, BLACK);
}

/// What the photos lacked and what always helps.
fn next(sheets: &mut Sheets, advice: &Advice, lacked: &str, letters: f32) {
    const HALF: f32 = 0.5;
    let body = Style {
        size: letters,
        ..BODY
    };
    let strong = Style {
        size: letters,
        ..STRONG
    };
    let some = !advice.lacked.is_empty();
    // The whole list on one sheet, and its heading with it.
    let always = (1.5 * advice.always.len() as f32 + HALF) * body.line();
    let least = if some { 6.0 * body.line() } else { always };
    sheets.heading(text::NEXT_HEADING, least);
    if some {
        sheets.paragraph(0.0, strong, lacked);
    }
    for lack in &advice.lacked {
        sheets.need(3.0 * body.line());
        for message in &lack.messages {
            sheets.paragraph(12.0, body, message);
        }
        sheets.paragraph(12.0, strong, &lack.remedy);
        sheets.y += HALF * body.line();
    }
    if some && !advice.always.is_empty() {
        sheets.need(always + strong.line());
        sheets.paragraph(0.0, strong, advice::ALWAYS);
    }
    for (i, line) in advice.always.iter().enumerate() {
        sheets.need(2.0 * body.line());
        let y = sheets.y;
        sheets.line(MARGIN, y, body, &format!("{}.", i + 1));
        sheets.paragraph(14.0, body, line);
    }
}

/// A thin line across the sheet.
fn rule_across(sheets: &mut Sheets) {
    let (y, right) = (sheets.y, MARGIN + sheets.room());
    sheets.rule((MARGIN, y), (right, y), 0.4, HAIR);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::drawn::draw;
    use crate::report::schema::Warning;
    use crate::report::tests::sample;

    #[test]
    fn what_the_patient_keeps_is_one_sheet() {
        let (mut comparison, pictures) = sample();
        let warnings = [
            (
                "no-scale",
                "Nobody said how much skin the photo shows.",
                "Say it.",
            ),
            (
                "light-differs",
                "The light came from another side.",
                "Put the lamp alike.",
            ),
            (
                "little-measured",
                "Only a fourth could be laid on.",
                "Hold the face alike.",
            ),
            (
                "hair-differs",
                "There is more hair.",
                "Shave alike before each photo.",
            ),
        ];
        comparison.warnings = warnings
            .map(|(code, message, remedy)| Warning {
                code: code.to_string(),
                message: format!("{message} {}", "It is told at some length. ".repeat(3)),
                remedy: remedy.to_string(),
            })
            .to_vec();
        comparison.change.area_percent.smallest_detectable = Some(67.0);
        comparison.registration.confident_fraction = Some(0.25);
        let drawn = draw(&comparison, &pictures).unwrap();
        for paper in [Paper::A4, Paper::Letter] {
            assert!(laid(&comparison, &drawn, paper, FITS[0]).count() > 1);
            assert_eq!(for_the_patient(&comparison, &drawn, paper).count(), 1);
        }
    }
}
