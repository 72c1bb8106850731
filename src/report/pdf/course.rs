//! The course of one view of a patient on paper.

use super::font::{Weight, wrap};
use super::ink::Pen;
use super::pictures::{legend_of, numbers_beside, traced};
use super::sheets::{
    BLACK, BODY, HAIR, Image, Ink, MARGIN, NOTE, Place, SOFT, STRONG, Sheets, Style,
};
use super::{ANSWER, BLUE, WORD, YELLOW, barred, ink_of, next, rule_across};
use crate::error::Cause;
use crate::report::chart::{self, Chart, LABEL_LINES};
use crate::report::course::{Course, Seen, Shown, around, ids, largest};
use crate::report::drawn::cut;
use crate::report::fate::Fate;
use crate::report::html::course_particulars;
use crate::report::labels::NUMBERED;
use crate::report::schema::Verdict;
use crate::report::settings::Paper;
use crate::report::words::measure::{caution, explained, grounds};
use crate::report::words::{
    self, advice, course as text, date, dated, doubt, number, page, signed,
};
use crate::visits::schema::{Series, SeriesScar, SeriesVisit};

/// Most visits beside a scar's first photo: the latest.
const BESIDE: usize = 5;

/// Longest side of a close-up, px.
const CLOSE_PX: u32 = 200;

const CELL: Style = Style::new(Weight::Regular, 8.0, BLACK);
const HEAD: Style = Style::new(Weight::Bold, 8.0, BLACK);

/// The document of a course.
pub(in crate::report) fn document(
    series: &Series,
    course: &Course,
    paper: Paper,
) -> Result<Vec<u8>, Cause> {
    let first = |tallest: f32| first(series, course, paper, tallest);
    let fitting = TALLEST.into_iter().map(first).find(|s| s.count() == 1);
    let mut sheets = fitting.unwrap_or_else(|| first(TALLEST[0]));
    close_ups(&mut sheets, series, course)?;
    technical(&mut sheets, series);
    let foot = format!(
        "{} {} · {}",
        page::PRODUCT,
        series.tool.version,
        page::NO_DIAGNOSIS
    );
    Ok(sheets.finish(&text::title(series), &foot))
}

/// Shares of the sheet's height that the photos may take: the largest at which all that comes before
/// single scars stands on one sheet.
const TALLEST: [f32; 4] = [0.34, 0.24, 0.19, 0.15];

/// All that comes before single scars.
fn first(series: &Series, course: &Course, paper: Paper, tallest: f32) -> Sheets {
    let mut sheets = Sheets::new(paper);
    answer(&mut sheets, series);
    if let Some(chart) = Chart::of(series) {
        draw(&mut sheets, &chart);
        sheets.paragraph(0.0, NOTE, &chart::note(series));
    }
    let tallest = tallest * sheets.bottom();
    photos(&mut sheets, series, course, tallest);
    visits(&mut sheets, series);
    let advice = advice::of_course(series);
    next(&mut sheets, &advice, advice::LACKED_LATEST, BODY.size);
    sheets
}

/// What became of the scars by the latest visit, and how fast.
fn answer(sheets: &mut Sheets, series: &Series) {
    sheets.paragraph(0.0, NOTE, &text::title(series));
    let Some(latest) = &series.latest else {
        let verdict = page::verdict(Verdict::NotComparable).to_string();
        let lines = [(WORD, verdict), (ANSWER, text::NO_VERDICT.to_string())];
        barred(sheets, BLUE, &lines);
        return;
    };
    let (settled, word) = doubt::settled_by_scale(latest.verdict(), text::guessed(series));
    let ink = ink_of(settled);
    let word = format!("{word} · {}", date(&latest.date));
    let mut lines = vec![
        (Style { ink, ..WORD }, word),
        (
            ANSWER,
            doubt::answered(&latest.change, text::guessed(series)),
        ),
    ];
    lines.extend(explained(&latest.change).map(|e| (BODY, e)));
    lines.extend(caution(&latest.change).map(|c| (STRONG, c)));
    let trend = series.trend.area_percent.as_ref();
    lines.extend(trend.map(|t| (BODY, text::trend(t))));
    lines.extend(series.plateau.as_ref().map(|p| (BODY, text::plateau(p))));
    barred(sheets, ink, &lines);
    for note in &series.notes {
        let lines = [(BODY, dated(&note.message)), (STRONG, dated(&note.remedy))];
        barred(sheets, YELLOW, &lines);
    }
}

/// The change of the scar area over time.
fn draw(sheets: &mut Sheets, chart: &Chart) {
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

/// The first photo and the latest that could be compared, `tallest` pt at most.
fn photos(sheets: &mut Sheets, series: &Series, course: &Course, tallest: f32) {
    let numbered = ids(&largest(series, NUMBERED));
    let Some(first) = &course.first else { return };
    let last = course.shown.last();
    let images: Vec<Image> = std::iter::once(first)
        .chain(last.map(|s| &s.picture))
        .map(|picture| sheets.image(picture))
        .collect();
    let name = last.map(|s| date(&s.visit.date)).unwrap_or_default();
    let places = super::pictures::beside(sheets, &images, tallest, &[text::BASELINE, &name]);
    for (i, (image, place)) in images.into_iter().zip(places).enumerate() {
        sheets.place(image, place);
        if let Some(last) = last {
            if let Some(region) = &last.region {
                sheets.shade(region, place);
            }
            let size = (course.size.0 as f32, course.size.1 as f32);
            for (id, lines) in &last.outlines[i] {
                traced(sheets, lines, size, place, fate_of(last, *id));
            }
            numbers_beside(sheets, course.size, place, &last.outlined(i), &numbered);
        }
    }
    if let Some(last) = last {
        let shaded = last.region.as_ref().map(|_| page::SHADED.to_string());
        let besides = std::iter::once(text::counted_at(last.visit)).chain(shaded);
        let besides = besides.collect::<Vec<_>>().join("; ");
        legend_of(sheets, &course.fates_at(last), &besides);
    }
}

fn fate_of(shown: &Shown, id: u32) -> Fate {
    shown.scars.get(&id).map_or(Fate::NotMeasured, |s| s.fate)
}

/// Left edges of the columns of visits, as shares of the width.
const LEFTS: [f32; 7] = [0.0, 0.147, 0.308, 0.433, 0.588, 0.728, 0.868];

/// A row for each photo, with what is to be minded in reading it.
fn visits(sheets: &mut Sheets, series: &Series) {
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
        for line in lines_of(sheets, visit) {
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

/// The lines of a visit in the table: one for each measure, and as many as its name needs.
fn lines_of(sheets: &Sheets, visit: &SeriesVisit) -> Vec<[String; 7]> {
    let change = visit.change.as_ref();
    let change = change.filter(|c| c.verdict != Verdict::NotComparable);
    let verdict = match change {
        Some(change) => page::verdict(change.verdict),
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
    let narrow = LEFTS[1] * sheets.room() - 3.0;
    let days = wrap(&date(&visit.date), CELL.weight, CELL.size, narrow);
    (0..measures.len().max(days.len()))
        .map(|i| {
            let first = |text: String| if i == 0 { text } else { String::new() };
            let [name, change, smallest] = measures.get(i).cloned().unwrap_or_default();
            [
                days.get(i).cloned().unwrap_or_default(),
                first(verdict.to_string()),
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

/// The largest scars in the first photo and at the latest visits.
fn close_ups(sheets: &mut Sheets, series: &Series, course: &Course) -> Result<(), Cause> {
    let scars = largest(series, NUMBERED);
    if scars.is_empty() || course.shown.is_empty() {
        return Ok(());
    }
    /// The heading and its note on the first sheet, pt.
    const ABOVE: f32 = 42.0;
    let from = course.shown.len().saturating_sub(BESIDE);
    let below = HEAD.line() + 2.0 * NOTE.line() + 8.0;
    // As many pictures in a row as there are, but none larger than a fourth of the sheet, and a whole
    // number of rows on it.
    let beside = (course.shown.len() - from + 1).max(4) as f32;
    let wide = (sheets.room() - (beside - 1.0) * GAP) / beside;
    // Less what adding up may round.
    let usable = sheets.bottom() - MARGIN - ABOVE - 0.1;
    let rows = (usable / (wide + below)).ceil();
    let side = (usable / rows - below).min(wide);
    let height = side + below;
    // On from where the sheet is, not on a new one.
    sheets.heading(text::SCARS, height + 2.0 * NOTE.line());
    sheets.paragraph(0.0, NOTE, &text::scars_note(series));
    for scar in scars {
        sheets.need(height);
        close_up(sheets, series, course, scar, (from, side))?;
        sheets.y += height;
    }
    Ok(())
}

/// Distance between two close-ups, pt.
const GAP: f32 = 6.0;

fn close_up(
    sheets: &mut Sheets,
    series: &Series,
    course: &Course,
    scar: &SeriesScar,
    (from, side): (usize, f32),
) -> Result<(), Cause> {
    let fate = course
        .fates
        .get(&scar.id)
        .copied()
        .unwrap_or(Fate::NotMeasured);
    let kind = scar
        .kind
        .map_or(String::new(), |k| format!(", {}", page::kind(k)));
    let name = format!("{} {}{kind}: {}", page::SCAR, scar.id, page::fate(fate));
    let y = sheets.y;
    sheets.line(MARGIN, y, HEAD, &name);
    let top = y + HEAD.line() + 1.0;
    let square = around(series, scar, course.size);
    let last = course.shown.last();
    let named = [text::BASELINE.to_string(), String::new()];
    let first = last.map(|s| (0, named, &s.outlines[0], fate));
    let later = course.shown.iter().enumerate().skip(from).map(|(i, s)| {
        let said = match s.scars.get(&scar.id) {
            Some(Seen {
                volume: Some(v), ..
            }) => words::change(v),
            Some(seen) => {
                let found = s.outlines[1].contains_key(&scar.id);
                text::without_size(seen.fate, found).to_string()
            }
            None => page::fate(Fate::NotMeasured).to_string(),
        };
        let said = [date(&s.visit.date), said];
        (i + 1, said, &s.outlines[1], fate_of(s, scar.id))
    });
    for (column, (photo, said, outlines, fate)) in first.into_iter().chain(later).enumerate() {
        let photo = &course.photos[photo];
        let reduced = f64::from(photo.width()) / f64::from(course.size.0.max(1));
        let picture = cut(photo, square.map(|v| v * reduced), CLOSE_PX)?;
        let place = Place {
            left: MARGIN + column as f32 * (side + GAP),
            top,
            width: side,
            height: side,
        };
        let image = sheets.image(&picture);
        sheets.place(image, place);
        if let Some(lines) = outlines.get(&scar.id) {
            let scale = side / square[2] as f32;
            let size = (course.size.0 as f32, course.size.1 as f32);
            // The whole photo's outlines, laid so that the square falls on its place.
            let whole = Place {
                left: place.left - square[0] as f32 * scale,
                top: place.top - square[1] as f32 * scale,
                width: size.0 * scale,
                height: size.1 * scale,
            };
            sheets.within(place, |sheets| traced(sheets, lines, size, whole, fate));
        }
        for (i, line) in said.iter().enumerate() {
            let y = top + side + 1.0 + i as f32 * NOTE.line();
            sheets.line(place.left, y, NOTE, line);
        }
    }
    Ok(())
}

/// Files, hashes and options.
fn technical(sheets: &mut Sheets, series: &Series) {
    let told = course_particulars(series);
    let told: Vec<(&str, String)> = (told.iter())
        .map(|(name, text)| (name.as_str(), text.clone()))
        .collect();
    super::tables::listed(sheets, &told, 100.0);
}
