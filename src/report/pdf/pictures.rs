//! Photos, views and close-ups on paper.

use rayon::prelude::*;

use super::font::{self, Weight};
use super::ink::Pen;
use super::sheets::{BLACK, Image, Ink, MARGIN, NOTE, Place, Sheets, Style};
use crate::error::Cause;
use crate::report::Pictures;
use crate::report::drawn::{Drawn, Picture, Shown, Subject};
use crate::report::fate::{Fate, Told};
use crate::report::labels::{NUMBERED, Outlined, plates};
use crate::report::outlines::Outline;
use crate::report::words::page as text;
use crate::report::words::{change, from_to, signed};

const CAPTION: Style = Style::new(Weight::Bold, 8.5, BLACK);

/// The numbers of scars in a picture.
const DIGITS: Style = Style::new(Weight::Bold, 7.0, [1.0, 1.0, 1.0]);

/// Distance between two pictures, pt.
const GAP: f32 = 10.0;

/// Longest side of a close-up, px.
const CLOSE_PX: u32 = 280;

/// The line of a fate, as on the page: dark enough for white paper beside the photo.
pub(super) fn pen(fate: Fate) -> Pen {
    const GREEN: [f32; 3] = [0.18, 0.90, 0.65];
    const ORANGE: [f32; 3] = [1.0, 0.54, 0.17];
    const WHITE: [f32; 3] = [1.0, 1.0, 1.0];
    let (ink, wide, dash): ([f32; 3], f32, &'static [f32]) = match fate {
        Fate::Improved => (GREEN, 0.9, &[]),
        Fate::Gone => (GREEN, 0.9, &[1.0, 2.0]),
        Fate::Unsure => (WHITE, 0.7, &[]),
        Fate::Once => (WHITE, 0.7, &[2.0, 2.0]),
        Fate::Joined => (WHITE, 0.7, &[4.0, 1.2, 1.0, 1.2]),
        Fate::Worse => (ORANGE, 1.3, &[]),
        Fate::New => (ORANGE, 1.3, &[2.6, 2.0]),
        Fate::NotMeasured => ([0.73, 0.75, 0.78], 0.6, &[0.6, 1.6]),
    };
    Pen { ink, wide, dash }
}

/// The two photos side by side with their outlines, and what the outlines mean; `tallest`: share of
/// the sheet's height that they may take. Returns the photos, to be placed again.
pub(super) fn photos(sheets: &mut Sheets, drawn: &Drawn, tallest: f32) -> Vec<Image> {
    let before = sheets.image(&drawn.before);
    let after = drawn.after.as_ref().map(|p| sheets.image(p));
    let captions = [
        text::BEFORE,
        if drawn.aligned {
            text::AFTER_ALIGNED
        } else {
            text::AFTER_AS_TAKEN
        },
    ];
    let images: Vec<Image> = std::iter::once(before).chain(after).collect();
    let tallest = tallest * sheets.bottom();
    let places = beside(sheets, &images, tallest, &captions);
    for (visit, (image, place)) in images.iter().zip(&places).enumerate() {
        sheets.place(*image, *place);
        if visit == 0 || drawn.aligned {
            if let Some(region) = &drawn.region {
                sheets.shade(region, *place);
            }
            outlines(sheets, drawn, visit, *place);
        }
    }
    legend_of(sheets, &drawn.fates(), text::SHADED);
    images
}

/// Places for pictures in a row with their captions above; moves on below them.
pub(super) fn beside(
    sheets: &mut Sheets,
    images: &[Image],
    tallest: f32,
    captions: &[&str],
) -> Vec<Place> {
    let n = images.len().max(1) as f32;
    let column = (sheets.room() - (n - 1.0) * GAP) / n;
    let fitted: Vec<(f32, f32)> = images
        .iter()
        .map(|image| {
            let ratio = image.size.1 as f32 / image.size.0.max(1) as f32;
            let width = column.min(tallest / ratio);
            (width, width * ratio)
        })
        .collect();
    let height = fitted.iter().map(|f| f.1).fold(0.0, f32::max);
    sheets.need(height + CAPTION.line() + 4.0);
    let top = sheets.y + CAPTION.line() + 2.0;
    let mut places = Vec::new();
    let mut left = MARGIN;
    for (i, &(width, height)) in fitted.iter().enumerate() {
        let caption = captions.get(i).copied().unwrap_or_default();
        sheets.line(left, sheets.y, CAPTION, caption);
        places.push(Place {
            left,
            top,
            width,
            height,
        });
        // Close together, and no caption over the next.
        let wide = font::width(caption, CAPTION.weight, CAPTION.size);
        left += width.max(wide).min(column) + GAP;
    }
    sheets.y = top + height + 4.0;
    places
}

/// The scars of a visit on its photo: a dark line under each, so that it stands out on any skin.
fn outlines(sheets: &mut Sheets, drawn: &Drawn, visit: usize, place: Place) {
    let size = (drawn.full.0 as f32, drawn.full.1 as f32);
    for told in drawn.told() {
        if let Some(lines) = drawn.lines(told, visit) {
            traced(sheets, lines, size, place, told.fate);
        }
    }
}

/// Outlines in the line of a fate.
pub(super) fn traced(
    sheets: &mut Sheets,
    lines: &[Outline],
    size: (f32, f32),
    place: Place,
    fate: Fate,
) {
    let pen = pen(fate);
    sheets.outline(lines, size, place, &halo(&pen));
    sheets.outline(lines, size, place, &pen);
}

fn halo(pen: &Pen) -> Pen {
    Pen {
        ink: [0.12, 0.10, 0.09],
        wide: pen.wide + 0.9,
        dash: &[],
    }
}

/// The fates in use with their lines and how many scars have each, and what else the picture has.
pub(super) fn legend_of(sheets: &mut Sheets, fates: &[(Fate, usize)], besides: &str) {
    if fates.is_empty() {
        return;
    }
    let mut x = MARGIN;
    let right = MARGIN + sheets.room();
    for &(fate, count) in fates {
        let label = format!("{} ({count})", text::fate(fate));
        let wide = 26.0 + font::width(&label, NOTE.weight, NOTE.size);
        if x + wide > right {
            x = MARGIN;
            sheets.y += NOTE.line() + 2.0;
        }
        let y = sheets.y;
        let plate = Place {
            left: x,
            top: y + 1.0,
            width: 22.0,
            height: 9.0,
        };
        sheets.fill(plate, [0.48, 0.40, 0.36]);
        let line = [vec![(0.15, 0.5), (0.85, 0.5)]];
        sheets.outline(&line, (1.0, 1.0), plate, &pen(fate));
        sheets.line(x + 26.0, y, NOTE, &label);
        x += wide + 14.0;
    }
    if x + font::width(besides, NOTE.weight, NOTE.size) > right {
        x = MARGIN;
        sheets.y += NOTE.line() + 2.0;
    }
    sheets.line(x, sheets.y, NOTE, besides);
    sheets.y += NOTE.line() + 6.0;
}

/// Heading of a pair of views, and its captions and note, pt.
const VIEW_HEADING: f32 = 28.5;
const VIEW_WORDS: f32 = 43.0;

/// Relief, redness and pigment of both visits.
pub(super) fn views(sheets: &mut Sheets, drawn: &Drawn) {
    let ratio = drawn.full.1 as f32 / drawn.full.0.max(1) as f32;
    let tallest = tallest_view(sheets, 0.5 * (sheets.room() - GAP) * ratio);
    for (subject, pair) in &drawn.views {
        let (name, note) = match subject {
            Subject::Relief => (text::RELIEF, text::RELIEF_NOTE),
            Subject::Redness => (text::REDNESS, text::REDNESS_NOTE),
            Subject::Pigment => (text::PIGMENT, text::PIGMENT_NOTE),
        };
        let images = [&pair[0], &pair[1]].map(|p| sheets.image(p));
        sheets.heading(name, tallest + VIEW_WORDS);
        let places = beside(sheets, &images, tallest, &[text::BEFORE, text::AFTER]);
        for (image, place) in images.iter().zip(places) {
            sheets.place(*image, place);
        }
        sheets.paragraph(0.0, NOTE, &format!("{note} {}", text::NOT_MEASURED_NOTE));
    }
}

/// Height of the views, pt, where half of the sheet's width would make them `natural`: three pairs a
/// sheet if that leaves most of it, else two; as many as can on the rest of the sheet that is begun.
fn tallest_view(sheets: &Sheets, natural: f32) -> f32 {
    /// Least share of a wanted height that is enough to see.
    const ENOUGH: f32 = 0.8;
    let words = VIEW_HEADING + VIEW_WORDS;
    let each = |pairs: f32| (sheets.bottom() - MARGIN) / pairs - words;
    let pairs = if each(3.0) < ENOUGH * natural {
        2.0
    } else {
        3.0
    };
    let wanted = each(pairs).min(natural);
    let rest = sheets.bottom() - sheets.y;
    match (rest / (ENOUGH * wanted + words)).floor() {
        fit if fit >= 1.0 => (rest / fit - words).min(wanted),
        _ => wanted,
    }
}

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
    legend_of(sheets, &drawn.fates(), "");
}

/// The numbers of the scars `numbered` beside their outlines in a photo of `full` px at `place`.
pub(super) fn numbers_beside(
    sheets: &mut Sheets,
    full: (u32, u32),
    place: Place,
    outlined: &[Outlined],
    numbered: &[u32],
) {
    /// Dark around a number, pt.
    const AROUND: f32 = 1.6;
    const PLATE: Ink = [0.10, 0.09, 0.08];
    let pt = place.width / full.0.max(1) as f32;
    let (wide, high) = (
        |id: u32| font::width(&id.to_string(), DIGITS.weight, DIGITS.size) + 2.0 * AROUND,
        DIGITS.line(),
    );
    let size = |id: u32| (wide(id) / pt, high / pt);
    for (id, plate) in plates(full, outlined, numbered, size) {
        let (left, top) = (place.left + plate.left * pt, place.top + plate.top * pt);
        let dark = Place {
            left,
            top,
            width: wide(id),
            height: high,
        };
        sheets.fill(dark, PLATE);
        sheets.line(left + AROUND, top, DIGITS, &id.to_string());
    }
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
