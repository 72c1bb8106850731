//! Tables and the technical page on paper.

use super::font::{Weight, width, wrap};
use super::rule_across;
use super::sheets::{BLACK, MARGIN, NOTE, Sheets, Style};
use crate::report::drawn::Drawn;
use crate::report::fate::Told;
use crate::report::html::{ROWS, particulars};
use crate::report::schema::{Comparison, Verdict};
use crate::report::words::page as text;
use crate::report::words::page::rows;
use crate::report::words::{self, doubt, signed};

pub(super) const CELL: Style = Style::new(Weight::Regular, 8.0, BLACK);
pub(super) const HEAD: Style = Style::new(Weight::Bold, 8.0, BLACK);

/// Most scars on paper; all are in `lesions.csv`.
const MOST: usize = 120;

/// Cells of a row with the right edges of their columns, as shares of the sheet's width; a first
/// column stands at the left.
fn row(sheets: &mut Sheets, style: Style, cells: &[String], rights: &[f32]) {
    sheets.need(style.line() + 2.0);
    let (room, y) = (sheets.room(), sheets.y);
    for (cell, right) in cells.iter().zip(rights) {
        if *right <= 0.0 {
            sheets.line(MARGIN - right * room, y, style, cell);
        } else {
            sheets.line_to(MARGIN + right * room, y, style, cell);
        }
    }
    sheets.y += style.line();
    rule_across(sheets);
    sheets.y += 1.5;
}

/// All scars, largest first.
pub(super) fn scars(sheets: &mut Sheets, comparison: &Comparison, drawn: &Drawn) {
    if drawn.scars.is_empty() {
        return;
    }
    /// Right edges as shares of the width; minus a left edge. Without sizes there is more room.
    const SIZED: [f32; 7] = [0.05, -0.07, -0.32, 0.57, 0.67, 0.80, 1.0];
    const UNSIZED: [f32; 6] = [0.05, -0.07, -0.36, 0.60, 0.77, 1.0];
    sheets.heading(text::SCARS_HEADING, 5.0 * CELL.line());
    let volume = drawn.scars.iter().find_map(|s| s.told.volume);
    sheets.paragraph(0.0, NOTE, &text::scars_note(volume));
    if comparison.change.verdict == Verdict::NoDetectableChange {
        sheets.paragraph(0.0, NOTE, text::SCARS_MAY_BE_CHANCE);
    }
    let sized = drawn.sized();
    if !sized {
        sheets.paragraph(0.0, NOTE, text::NO_SCALE);
    }
    if drawn.guessed {
        sheets.paragraph(0.0, NOTE, text::KINDS_GUESSED);
    }
    let edges = if sized { &SIZED[..] } else { &UNSIZED };
    let heads = [
        text::NUMBER,
        text::STATE,
        text::KIND,
        text::AREA_MM2,
        text::DEPTH_SHORT,
        text::CHANGE_OF_AREA,
        text::VOLUME,
    ];
    let heads = kept(heads.map(str::to_string), sized);
    row(sheets, HEAD, &heads, edges);
    for told in drawn.told().into_iter().take(MOST) {
        // Each sheet of the table begins with its head.
        let sheet = sheets.count();
        sheets.need(CELL.line() + 2.0);
        if sheets.count() > sheet {
            row(sheets, HEAD, &heads, edges);
        }
        row(
            sheets,
            CELL,
            &kept(cells(told, drawn.guessed), sized),
            edges,
        );
    }
    if drawn.scars.len() > MOST {
        sheets.paragraph(0.0, NOTE, &words::cut_off(MOST, drawn.scars.len()));
    }
}

/// The cells of a row without that of sizes in mm, where there are none.
fn kept(cells: [String; 7], sized: bool) -> Vec<String> {
    const AREA_MM2: usize = 3;
    let cells = cells.into_iter().enumerate();
    cells
        .filter(|&(i, _)| sized || i != AREA_MM2)
        .map(|(_, cell)| cell)
        .collect()
}

fn cells(told: &Told, guessed: bool) -> [String; 7] {
    let l = &told.lesion;
    let unknown = || text::UNKNOWN.to_string();
    let pair = |b: Option<f64>, a: Option<f64>| words::from_to(b, a, 1);
    let percent = |v: Option<f64>| v.map_or_else(unknown, |n| signed(n, 0) + " %");
    [
        l.id.to_string(),
        text::told(told),
        text::kind_told(l, guessed),
        pair(l.before.area_mm2, l.after.area_mm2),
        pair(l.before.relief_index, l.after.relief_index),
        percent(l.change.area_percent),
        told.volume.as_ref().map_or_else(unknown, words::change),
    ]
}

/// How the two photos compare.
pub(super) fn compared(sheets: &mut Sheets, comparison: &Comparison) {
    const EDGES: [f32; 3] = [-0.0, -0.42, -0.72];
    // The whole table on one sheet.
    sheets.heading(text::HOW_HEADING, 24.0 * CELL.line());
    let compared = comparison.change.verdict != Verdict::NotComparable;
    let registration = &comparison.registration;
    if let (Some(overlap), Some(confident)) =
        (registration.overlap, registration.confident_fraction)
    {
        sheets.paragraph(
            0.0,
            NOTE,
            &words::laid_on(
                overlap,
                confident,
                words::doubt::skin_asked(comparison),
                compared,
            ),
        );
    }
    if compared {
        sheets.paragraph(0.0, NOTE, text::NOT_IN_IT);
    }
    let heads = ["", text::BEFORE, text::AFTER].map(str::to_string);
    row(sheets, HEAD, &heads, &EDGES);
    if let Some([before, after]) = doubt::counted(comparison) {
        let cells = [
            rows::SCARS.to_string(),
            before.to_string(),
            after.to_string(),
        ];
        row(sheets, CELL, &cells, &EDGES);
    }
    for (name, value) in ROWS {
        let (before, after) = (value(&comparison.before), value(&comparison.after));
        if before == text::UNKNOWN && after == text::UNKNOWN {
            continue;
        }
        // A remark may need more lines than one.
        let room = 0.27 * sheets.room();
        let columns = [before, after].map(|c| wrap(&c, CELL.weight, CELL.size, room));
        let most = columns.iter().map(Vec::len).max().unwrap_or(0);
        sheets.need(most as f32 * CELL.line());
        for i in 0..most {
            let name = if i == 0 { name } else { "" };
            let line = |c: &Vec<String>| c.get(i).cloned().unwrap_or_default();
            let cells = [name.to_string(), line(&columns[0]), line(&columns[1])];
            if i + 1 == most {
                row(sheets, CELL, &cells, &EDGES);
            } else {
                let y = sheets.y;
                let room = sheets.room();
                for (cell, left) in cells.iter().zip(EDGES) {
                    sheets.line(MARGIN - left * room, y, CELL, cell);
                }
                sheets.y += CELL.line();
            }
        }
    }
}

/// Options, versions, hashes, and what the numbers mean.
pub(super) fn technical(sheets: &mut Sheets, comparison: &Comparison) {
    listed(sheets, &particulars(comparison), 70.0);
}

/// The technical page: names and texts, on one sheet if that holds them. A last line alone on a sheet
/// helps nobody.
pub(super) fn listed(sheets: &mut Sheets, told: &[(&str, String)], least: f32) {
    let indent = |name: &str| least.max(width(name, HEAD.weight, HEAD.size) + 8.0);
    let heights = told
        .iter()
        .map(|(name, text)| sheets.height_of(indent(name), CELL, text));
    let height = heights.sum::<f32>() + sheets.height_of(0.0, NOTE, text::INTERVALS);
    sheets.heading(text::TECHNICAL_HEADING, height);
    for (name, text) in told {
        sheets.need(CELL.line());
        let y = sheets.y;
        sheets.line(MARGIN, y, HEAD, name);
        sheets.paragraph(indent(name), CELL, text);
    }
    // That it is no diagnosis stands at the foot of every sheet.
    sheets.paragraph(0.0, NOTE, text::INTERVALS);
}
