//! The chart of a course on paper.

use super::BLUE;
use super::ink::Pen;
use super::sheets::{BLACK, HAIR, Ink, MARGIN, NOTE, Place, SOFT, Sheets};
use crate::report::chart::{Chart, LABEL_LINES};
use crate::report::words::{course as text, signed};

/// The change of the scar area over time.
pub(super) fn draw(sheets: &mut Sheets, chart: &Chart) {
    const HEIGHT: f32 = 112.0;
    /// Room for percentages at the left, for half a date at the right, for sessions above and dates
    /// below.
    const SIDE: (f32, f32) = (40.0, 26.0);
    const ABOVE: f32 = 14.0;
    /// A point, and how far to its right the measure stands that a verdict rests on.
    const DOT: f32 = 4.4;
    const ASIDE: f32 = 7.0;
    let below = 5.0 + LABEL_LINES as f32 * NOTE.line();
    sheets.heading(text::CHART, HEIGHT + ABOVE + below + 2.0 * NOTE.line());
    let (left, top) = (MARGIN + SIDE.0, sheets.y + ABOVE);
    let wide = sheets.room() - SIDE.0 - SIDE.1;
    let at = |(x, y): (f64, f64)| (left + wide * x as f32, top + HEIGHT * y as f32);
    let middle = |sheets: &mut Sheets, x: f32, y: f32, said: &str| {
        let half = 0.5 * super::font::width(said, NOTE.weight, NOTE.size);
        let right = MARGIN + sheets.room();
        sheets.line((x - half).min(right - 2.0 * half), y, NOTE, said);
    };
    let band: Vec<(f32, f32)> = chart.band().into_iter().map(at).collect();
    sheets.polygon(&band, [0.88, 0.87, 0.84]);
    for percent in chart.lines() {
        let y = at((0.0, chart.y(percent))).1;
        let ink = if percent == 0.0 { SOFT } else { HAIR };
        sheets.rule((left, y), (left + wide, y), 0.5, ink);
        let said = format!("{} %", signed(percent, 0));
        sheets.line_to(left - 6.0, y - 0.5 * NOTE.line(), NOTE, &said);
    }
    for session in &chart.sessions {
        let x = at((chart.x(session.days), 0.0)).0;
        let dashes = Pen {
            ink: BLUE,
            wide: 0.8,
            dash: &[3.0, 2.4],
        };
        sheets.stroke((x, top - 2.0), (x, top + HEIGHT), &dashes);
        middle(sheets, x, top - 3.0 - NOTE.line(), session.label);
    }
    let course: Vec<(f32, f32)> = chart.course().into_iter().map(at).collect();
    for ends in course.windows(2) {
        sheets.rule(ends[0], ends[1], 1.0, [0.45, 0.45, 0.45]);
    }
    let dot = |sheets: &mut Sheets, (x, y): (f32, f32), side: f32, ink: Ink| {
        let place = Place {
            left: x - 0.5 * side,
            top: y - 0.5 * side,
            width: side,
            height: side,
        };
        sheets.fill(place, ink);
    };
    dot(sheets, at((0.0, chart.y(0.0))), DOT, BLACK);
    middle(sheets, left, top + HEIGHT + 3.0, text::BASELINE);
    for p in &chart.points {
        let x = chart.x(p.days);
        let [low, high] = [p.low, p.high].map(|v| at((x, chart.y(v))));
        sheets.rule(low, high, 1.0, BLACK);
        dot(sheets, at((x, chart.y(p.value))), DOT, BLACK);
        if let Some((_, [value, lower, upper])) = p.rested {
            let [low, high, value] = [lower, upper, value].map(|v| at((x, chart.y(v))));
            sheets.rule((low.0 + ASIDE, low.1), (low.0 + ASIDE, high.1), 1.0, BLACK);
            dot(sheets, (low.0 + ASIDE, value.1), 5.0, BLACK);
            dot(sheets, (low.0 + ASIDE, value.1), 3.2, [1.0, 1.0, 1.0]);
        }
        for (i, label) in p.labels().into_iter().enumerate() {
            let y = top + HEIGHT + 3.0 + i as f32 * NOTE.line();
            middle(sheets, low.0, y, &label);
        }
    }
    sheets.y = top + HEIGHT + below;
}
