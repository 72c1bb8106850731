//! The table of a course's visits on paper.

use super::font::wrap;
use super::rule_across;
use super::sheets::{MARGIN, NOTE, Sheets, Style};
use super::tables::{CELL, HEAD};
use crate::report::schema::Verdict;
use crate::report::words::measure::grounds;
use crate::report::words::{self, course as text, date, doubt, number, page};
use crate::visits::schema::{Series, SeriesVisit};

/// Left edges of the columns of visits, as shares of the width.
const LEFTS: [f32; 7] = [0.0, 0.147, 0.308, 0.433, 0.588, 0.728, 0.868];

/// A row for each photo, with what is to be minded in reading it.
pub(super) fn visits(sheets: &mut Sheets, series: &Series) {
    sheets.heading(text::VISITS, 4.0 * CELL.line());
    let heads = [
        text::DATE,
        text::VERDICT,
        text::MEASURE,
        page::CHANGE,
        text::DETECTABLE_FROM,
        text::SKIN_MEASURED,
        text::LIGHT_FROM,
    ];
    cells(sheets, HEAD, &heads.map(str::to_string));
    rule_across(sheets);
    sheets.y += 1.5;
    for visit in &series.visits {
        for line in lines_of(sheets, visit, text::guessed(series)) {
            cells(sheets, CELL, &line);
        }
        noted(sheets, visit);
        rule_across(sheets);
        sheets.y += 1.5;
    }
    sheets.paragraph(0.0, NOTE, text::MEASURED_NOTE);
}

fn cells(sheets: &mut Sheets, style: Style, cells: &[String; 7]) {
    sheets.need(style.line() + 2.0);
    let (room, y) = (sheets.room(), sheets.y);
    for (cell, left) in cells.iter().zip(LEFTS) {
        sheets.line(MARGIN + left * room, y, style, cell);
    }
    sheets.y += style.line();
}

/// The lines of a visit in the table: one for each measure, and as many as its date and verdict need.
/// `guessed`: nobody said how large the skin is.
fn lines_of(sheets: &Sheets, visit: &SeriesVisit, guessed: bool) -> Vec<[String; 7]> {
    let change = visit.change.as_ref();
    let change = change.filter(|c| c.verdict != Verdict::NotComparable);
    let verdict = match change {
        Some(change) => doubt::settled_alone(change, guessed).1,
        None => text::status(visit.status),
    };
    let unknown = || page::UNKNOWN.to_string();
    let percent = |v: Option<f64>| v.map_or_else(unknown, |s| number(s, 0) + " %");
    let told = change.map_or_else(Vec::new, grounds).into_iter();
    let mut measures: Vec<[String; 3]> = told
        .map(|(measure, interval)| {
            let name = measure.name().to_string();
            let smallest = percent(interval.smallest_detectable);
            [name, words::change(interval), smallest]
        })
        .collect();
    if measures.is_empty() {
        measures.push([(); 3].map(|()| unknown()));
    }
    let wrapped = |text: &str, column: usize| {
        let wide = (LEFTS[column + 1] - LEFTS[column]) * sheets.room() - 3.0;
        wrap(text, CELL.weight, CELL.size, wide)
    };
    let days = wrapped(&date(&visit.date), 0);
    let verdict = wrapped(verdict, 1);
    (0..measures.len().max(days.len()).max(verdict.len()))
        .map(|i| {
            let first = |text: String| if i == 0 { text } else { String::new() };
            let [name, change, smallest] = measures.get(i).cloned().unwrap_or_default();
            [
                days.get(i).cloned().unwrap_or_default(),
                verdict.get(i).cloned().unwrap_or_default(),
                name,
                change,
                smallest,
                first(text::measured(visit)),
                first(text::light(visit)),
            ]
        })
        .collect()
}

fn noted(sheets: &mut Sheets, visit: &SeriesVisit) {
    let indent = LEFTS[1] * sheets.room();
    let room = sheets.room() - indent;
    for line in wrap(&text::notes(visit), NOTE.weight, NOTE.size, room) {
        sheets.need(NOTE.line());
        let y = sheets.y;
        sheets.line(MARGIN + indent, y, NOTE, &line);
        sheets.y += NOTE.line();
    }
}
