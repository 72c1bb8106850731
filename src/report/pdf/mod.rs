//! `report.pdf`: the report on paper. A sheet for the patient, the views, the largest scars, and how
//! it was done.

mod chart;
mod course;
mod font;
mod ink;
mod largest;
mod pictures;
mod sheets;
mod tables;
mod visits;

pub(super) use self::course::document as course;

use self::font::{Weight, wrap};
use self::sheets::{
    BLACK, BODY, HAIR, Image, Ink, MARGIN, NOTE, Place, SOFT, STRONG, Sheets, Style,
};
use super::Pictures;
use super::drawn::Drawn;
use super::schema::{Change, Comparison, Interval, Verdict};
use super::settings::Paper;
use super::words::advice::{self, Advice};
use super::words::measure::Measure;
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
    let First { mut sheets, photos } = for_the_patient(comparison, drawn, paper);
    if compared {
        // What is kept by the patient ends with its sheet; what went over to the next stands on that.
        if sheets.count() == 1 {
            sheets.turn();
        }
        largest::largest(&mut sheets, pictures, drawn, &photos)?;
        pictures::views(&mut sheets, drawn);
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
}

const FITS: [Fit; 7] = {
    const fn fit(photos: f32, letters: f32) -> Fit {
        Fit { photos, letters }
    }
    [
        fit(0.31, 9.5),
        fit(0.26, 9.0),
        fit(0.22, 8.5),
        fit(0.18, 8.5),
        fit(0.15, 8.0),
        fit(0.13, 8.0),
        fit(0.11, 7.5),
    ]
};

/// So many of [`FITS`] leave photos on which a patient sees the scars.
const SEEN: usize = 3;

/// The first sheet and the photos on it, before and after.
struct First {
    sheets: Sheets,
    photos: Vec<Image>,
}

/// The first sheet. Where all would leave the photos too small, what always helps goes over to the next
/// sheet, under its heading; where even the rest is too much, that goes on there.
fn for_the_patient(comparison: &Comparison, drawn: &Drawn, paper: Paper) -> First {
    let advice = advice::of_pair(comparison);
    let shorter = Advice {
        lacked: advice.lacked.clone(),
        always: Vec::new(),
    };
    let laid = |fit: Fit, advice: &Advice| laid(comparison, drawn, paper, fit, advice);
    let one = |advice: &Advice, fits: &[Fit]| {
        let mut fits = fits.iter().copied();
        fits.find(|&fit| laid(fit, advice).sheets.count() == 1)
    };
    let fit = one(&advice, &FITS[..SEEN]).or_else(|| one(&shorter, &FITS));
    laid(fit.unwrap_or(FITS[FITS.len() - 1]), &advice)
}

fn laid(comparison: &Comparison, drawn: &Drawn, paper: Paper, fit: Fit, advice: &Advice) -> First {
    let mut sheets = Sheets::new(paper);
    answer(&mut sheets, comparison);
    let photos = pictures::photos(&mut sheets, drawn, fit.photos);
    if comparison.change.verdict != Verdict::NotComparable {
        changes(&mut sheets, comparison);
    }
    if let Some(basis) = doubt::basis(comparison, &drawn.told()) {
        sheets.paragraph(0.0, BODY, &basis);
    }
    next(&mut sheets, advice, advice::LACKED_PAIR, fit.letters);
    First { sheets, photos }
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

/// The three measures side by side, each with what it tells.
fn changes(sheets: &mut Sheets, comparison: &Comparison) {
    const HEIGHT: f32 = 71.0;
    const GAP: f32 = 16.0;
    let change = &comparison.change;
    let width = (sheets.room() - 2.0 * GAP) / 3.0;
    let lines = |m: Measure| wrap(m.is(), NOTE.weight, NOTE.size, width).len();
    let most = Measure::ALL.map(lines).into_iter().max().unwrap_or(0);
    let named = STRONG.line() + most as f32 * NOTE.line();
    sheets.heading(text::MEASURED_HEADING, named + HEIGHT);
    let top = sheets.y;
    let mut bottom = top + named;
    for (i, measure) in Measure::ALL.into_iter().enumerate() {
        let left = MARGIN + i as f32 * (width + GAP);
        sheets.line(left, top, STRONG, measure.name());
        sheets.block(left, top + STRONG.line(), width, NOTE, measure.is());
        let end = interval(sheets, (left, top + named), width, (measure, change));
        bottom = bottom.max(end);
    }
    sheets.y = bottom + 4.0;
    sheets.paragraph(0.0, NOTE, text::SCALE_KEY);
    let chance = |m: &Measure| m.beyond_chance(change) == Some(false);
    if Measure::ALL.iter().any(chance) {
        sheets.paragraph(0.0, NOTE, text::WITHIN_IS);
    }
}

/// A change with its doubt; returns where it ends, pt from the top.
fn interval(
    sheets: &mut Sheets,
    (left, top): (f32, f32),
    width: f32,
    (measure, change): (Measure, &Change),
) -> f32 {
    let interval = measure.of(change);
    let value = interval
        .value
        .map_or(text::UNKNOWN.to_string(), |v| signed(v, 0) + " %");
    sheets.line(left, top, VALUE, &value);
    if let Some(beyond) = measure.beyond_chance(change) {
        let said = if beyond { text::BEYOND } else { text::WITHIN };
        let right = left + width;
        sheets.line_to(right, top + 6.0, NOTE, said);
    }
    scale(sheets, left, top + 27.0, width, interval);
    let mut doubt = String::new();
    if let (Some(low), Some(high)) = (interval.low, interval.high) {
        doubt += &words::range(low, high);
        doubt += "; ";
    }
    if let Some(smallest) = interval.smallest_detectable {
        doubt += &format!("{} {} %", text::SMALLEST, number(smallest, 0));
    }
    let end = top + 43.0;
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
    if value.max(interval.high.unwrap_or(value)) > 100.0 {
        // It goes on beyond the line.
        let end = left + width;
        let arrow = [
            (end, middle - 4.5),
            (end + 6.0, middle),
            (end, middle + 4.5),
        ];
        sheets.polygon(&arrow, [0.5, 0.5, 0.5]);
    }
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
    // The whole list on one sheet, and its heading with it: an item takes a line or two.
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
        let sheet = sheets.count();
        sheets.need(always + strong.line());
        if sheets.count() > sheet {
            sheets.heading(text::NEXT_HEADING, always);
        }
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
        let advice = advice::of_pair(&comparison);
        for paper in [Paper::A4, Paper::Letter] {
            let wide = laid(&comparison, &drawn, paper, FITS[0], &advice);
            assert!(wide.sheets.count() > 1);
            // What always helps may go over, but nothing else does.
            let fitted = for_the_patient(&comparison, &drawn, paper);
            assert!(fitted.sheets.count() <= 2);
            let shorter = Advice {
                always: Vec::new(),
                ..advice.clone()
            };
            let sheets = FITS.map(|fit| laid(&comparison, &drawn, paper, fit, &shorter).sheets);
            assert!(sheets.iter().any(|s| s.count() == 1));
        }
    }
}
