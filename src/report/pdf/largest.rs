//! The largest scars of a pair on paper: where they are, and each from both visits.

use rayon::prelude::*;

use super::pictures::{Besides, CAPTION, GAP, beside, legend_of, numbers_beside, traced};
use super::sheets::{Image, MARGIN, NOTE, Place, Sheets};
use crate::error::Cause;
use crate::report::Pictures;
use crate::report::drawn::{Drawn, Picture, Shown};
use crate::report::fate::Told;
use crate::report::labels::NUMBERED;
use crate::report::words::page as text;
use crate::report::words::{change, from_to, signed};

/// Longest side of a close-up, px.
const CLOSE_PX: u32 = 280;

/// Close-ups in a row.
const COLUMNS: usize = 3;

/// Width and height, pt, of a close-up with its words, and the side of its pictures.
fn close_up_size(sheets: &Sheets) -> (f32, f32, f32) {
    let width = (sheets.room() - (COLUMNS - 1) as f32 * 1.6 * GAP) / COLUMNS as f32;
    let side = 0.5 * (width - 4.0);
    let height = CAPTION.line() + side + 4.0 * NOTE.line() + 10.0;
    (width, height, side)
}

/// The largest scars: where they are, by their numbers, and each from both visits.
pub(super) fn largest(
    sheets: &mut Sheets,
    pictures: &Pictures,
    drawn: &Drawn,
    photos: &[Image],
) -> Result<(), Cause> {
    if drawn.scars.is_empty() {
        return Ok(());
    }
    overview(sheets, drawn, photos);
    close_ups(sheets, pictures, drawn)
}

/// The photos with the numbers of the largest scars: both if they are upright, side by side; else the
/// first across the sheet, with every scar that either visit shows.
fn overview(sheets: &mut Sheets, drawn: &Drawn, photos: &[Image]) {
    /// Rows of close-ups that stay on the sheet, and the least share of its height for the photos.
    const ROWS: usize = 2;
    const LEAST: f32 = 0.25;
    let rows = drawn.scars.len().div_ceil(COLUMNS).min(ROWS) as f32;
    let below = rows * close_up_size(sheets).1;
    let least = LEAST * sheets.bottom();
    sheets.heading(text::CLOSE_UPS, least + below);
    sheets.paragraph(0.0, NOTE, text::NUMBERED_NOTE);
    if drawn.guessed {
        sheets.paragraph(0.0, NOTE, text::KINDS_GUESSED);
    }
    let words = CAPTION.line() + 2.0 * NOTE.line() + 14.0;
    let tallest = (sheets.bottom() - sheets.y - words - below).max(least);
    let upright = drawn.full.1 >= drawn.full.0;
    let (shown, captions) = if upright {
        (photos, [text::BEFORE, text::AFTER_ALIGNED])
    } else {
        (&photos[..1], [text::BOTH_ON_FIRST, ""])
    };
    let places = beside(sheets, shown, tallest, &captions);
    for (visit, (image, place)) in shown.iter().zip(places).enumerate() {
        sheets.place(*image, place);
        let lines = |told: &Told| {
            let other = || drawn.lines(told, 1).filter(|_| !upright);
            drawn.lines(told, visit).or_else(other)
        };
        let size = (drawn.full.0 as f32, drawn.full.1 as f32);
        for told in drawn.told() {
            if let Some(lines) = lines(told) {
                traced(sheets, lines, size, place, told.fate);
            }
        }
        let outlined = drawn.outlined(lines);
        numbers_beside(sheets, drawn.full, place, &outlined, &drawn.numbered());
    }
    legend_of(sheets, &drawn.fates(), Besides::default());
}

/// The largest scars from both visits with their numbers.
fn close_ups(sheets: &mut Sheets, pictures: &Pictures, drawn: &Drawn) -> Result<(), Cause> {
    let Some(after) = &pictures.aligned_after else {
        return Ok(());
    };
    let (width, height, side) = close_up_size(sheets);
    let shown = &drawn.scars[..drawn.scars.len().min(NUMBERED)];
    let cut = |scar: &Shown| -> Result<[Picture; 2], Cause> {
        Ok([
            scar.cut(&pictures.before, CLOSE_PX)?,
            scar.cut(after, CLOSE_PX)?,
        ])
    };
    let cuts: Vec<[Picture; 2]> = shown.par_iter().map(cut).collect::<Result<_, _>>()?;
    let cut: Vec<(&Shown, [Picture; 2])> = shown.iter().zip(cuts).collect();
    for row in cut.chunks(COLUMNS) {
        sheets.need(height);
        let top = sheets.y;
        for (i, (scar, cuts)) in row.iter().enumerate() {
            let left = MARGIN + i as f32 * (width + 1.6 * GAP);
            close_up(sheets, drawn, scar, cuts, (left, top, side));
        }
        sheets.y = top + height;
    }
    Ok(())
}

fn close_up(
    sheets: &mut Sheets,
    drawn: &Drawn,
    scar: &Shown,
    cuts: &[Picture; 2],
    (left, top, side): (f32, f32, f32),
) {
    let told = &scar.told;
    let l = &told.lesion;
    let name = format!("{} {}: {}", text::SCAR, l.id, text::told(told));
    sheets.line(left, top, CAPTION, &name);
    let top = top + CAPTION.line() + 1.0;
    let scale = side / scar.side as f32;
    for (visit, cut) in cuts.iter().enumerate() {
        let place = Place {
            left: left + visit as f32 * (side + 4.0),
            top,
            width: side,
            height: side,
        };
        let image = sheets.image(cut);
        sheets.place(image, place);
        // The whole photo's outlines, laid so that the square falls on its place.
        let whole = Place {
            left: place.left - scar.left as f32 * scale,
            top: place.top - scar.top as f32 * scale,
            width: drawn.full.0 as f32 * scale,
            height: drawn.full.1 as f32 * scale,
        };
        let size = (drawn.full.0 as f32, drawn.full.1 as f32);
        if let Some(lines) = drawn.lines(told, visit) {
            sheets.within(place, |sheets| {
                traced(sheets, lines, size, whole, told.fate);
            });
        }
    }
    let lines = numbers(drawn, scar);
    for (i, line) in lines.iter().enumerate() {
        let y = top + side + 2.0 + i as f32 * NOTE.line();
        sheets.line(left, y, NOTE, line);
    }
}

/// Four short lines on a scar.
fn numbers(drawn: &Drawn, scar: &Shown) -> [String; 4] {
    let l = &scar.told.lesion;
    let percent = |v: Option<f64>| v.map_or(String::new(), |n| format!(", {} %", signed(n, 0)));
    let area = if drawn.sized() {
        format!(
            "{}: {}{}",
            text::AREA_MM2,
            from_to(l.before.area_mm2, l.after.area_mm2, 1),
            percent(l.change.area_percent)
        )
    } else {
        match l.change.area_percent {
            Some(v) => format!("{}: {} %", text::CHANGE_OF_AREA, signed(v, 0)),
            None => text::fate(scar.told.fate).to_string(),
        }
    };
    let depth = format!(
        "{}: {}{}",
        text::DEPTH_SHORT,
        from_to(l.before.relief_index, l.after.relief_index, 1),
        percent(l.change.relief_index_percent)
    );
    let volume = scar.told.volume.as_ref().map_or(String::new(), |v| {
        format!("{}: {}", text::VOLUME, change(v))
    });
    [text::kind_told(l, drawn.guessed), area, depth, volume]
}
