//! Photos and views on paper, with outlines and numbers on them.

use super::font::{self, Weight};
use super::ink::Pen;
use super::sheets::{BLACK, Image, Ink, MARGIN, NOTE, Place, Sheets, Style};
use crate::report::drawn::{Drawn, Subject};
use crate::report::fate::Fate;
use crate::report::labels::{Outlined, plates};
use crate::report::outlines::Outline;
use crate::report::words::page as text;

pub(super) const CAPTION: Style = Style::new(Weight::Bold, 8.5, BLACK);

/// The numbers of scars in a picture.
const DIGITS: Style = Style::new(Weight::Bold, 7.0, [1.0, 1.0, 1.0]);

/// Distance between two pictures, pt.
pub(super) const GAP: f32 = 10.0;

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
    let besides = Besides {
        shaded: drawn.region.is_some(),
        note: "",
    };
    legend_of(sheets, &drawn.fates(), besides);
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

/// What else a legend tells.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Besides<'a> {
    /// Some skin is shaded: it was not measured.
    pub shaded: bool,
    pub note: &'a str,
}

/// The fates in use with their lines and how many scars have each, and what else there is to tell.
pub(super) fn legend_of(sheets: &mut Sheets, fates: &[(Fate, usize)], besides: Besides) {
    /// Skin, lit and in the shade of what was not measured.
    const SKIN: Ink = [0.48, 0.40, 0.36];
    const SHADE: Ink = [0.24, 0.20, 0.18];
    /// A swatch, and where its label begins.
    const SWATCH: (f32, f32) = (22.0, 9.0);
    const LABEL: f32 = 26.0;
    if fates.is_empty() {
        return;
    }
    let drawn = fates.iter().map(|&(fate, count)| {
        let label = format!("{} ({count})", text::fate(fate));
        (Some((SKIN, Some(pen(fate)))), label)
    });
    let shade = (besides.shaded).then(|| (Some((SHADE, None)), text::SHADED.to_string()));
    let note = (!besides.note.is_empty()).then(|| (None, besides.note.to_string()));
    let mut x = MARGIN;
    let right = MARGIN + sheets.room();
    for (swatch, label) in drawn.chain(shade).chain(note) {
        let indent = if swatch.is_some() { LABEL } else { 0.0 };
        let wide = indent + font::width(&label, NOTE.weight, NOTE.size);
        if x + wide > right {
            x = MARGIN;
            sheets.y += NOTE.line() + 2.0;
        }
        if let Some((ink, pen)) = swatch {
            let plate = Place {
                left: x,
                top: sheets.y + 1.0,
                width: SWATCH.0,
                height: SWATCH.1,
            };
            sheets.fill(plate, ink);
            if let Some(pen) = pen {
                let line = [vec![(0.15, 0.5), (0.85, 0.5)]];
                sheets.outline(&line, (1.0, 1.0), plate, &pen);
            }
        }
        let y = sheets.y;
        sheets.line(x + indent, y, NOTE, &label);
        x += wide + 14.0;
    }
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
