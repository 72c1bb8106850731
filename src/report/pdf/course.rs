//! The course of one view of a patient on paper.

use super::chart::draw;
use super::pictures::{Besides, beside, legend_of, numbers_beside, traced};
use super::sheets::{BODY, Image, MARGIN, NOTE, Place, STRONG, Sheets, Style};
use super::tables::{HEAD, listed};
use super::visits::visits;
use super::{ANSWER, BLUE, WORD, YELLOW, barred, ink_of, next};
use crate::error::Cause;
use crate::report::chart::{self, Chart};
use crate::report::course::{Course, Seen, Shown, around, ids, largest};
use crate::report::drawn::cut;
use crate::report::fate::Fate;
use crate::report::html::course_particulars;
use crate::report::labels::NUMBERED;
use crate::report::schema::Verdict;
use crate::report::settings::Paper;
use crate::report::words::measure::{caution, explained};
use crate::report::words::{self, advice, course as text, date, dated, doubt, page};
use crate::visits::schema::{Series, SeriesScar};

/// Most visits beside a scar's first photo: the latest.
const BESIDE: usize = 5;

/// Longest side of a close-up, px.
const CLOSE_PX: u32 = 200;

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
    let (settled, word) = doubt::settled_alone(&latest.change, text::guessed(series));
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
    lines.extend(text::trend(series).map(|t| (BODY, t)));
    lines.extend(series.plateau.as_ref().map(|p| (BODY, text::plateau(p))));
    barred(sheets, ink, &lines);
    for note in &series.notes {
        let lines = [(BODY, dated(&note.message)), (STRONG, dated(&note.remedy))];
        barred(sheets, YELLOW, &lines);
    }
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
    let places = beside(sheets, &images, tallest, &[text::BASELINE, &name]);
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
        let besides = Besides {
            shaded: last.region.is_some(),
            note: &text::counted_at(last.visit),
        };
        legend_of(sheets, &course.fates_at(last), besides);
    }
}

fn fate_of(shown: &Shown, id: u32) -> Fate {
    shown.scars.get(&id).map_or(Fate::NotMeasured, |s| s.fate)
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
    let below = HEAD.line() + 3.0 * NOTE.line() + 8.0;
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
    let named = [text::BASELINE, "", ""].map(str::to_string);
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
        let own = s.numbers.get(&scar.id).copied();
        let own = own.map_or(String::new(), text::own_number);
        let said = [date(&s.visit.date), said, own];
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
    listed(sheets, &told, 100.0);
}
