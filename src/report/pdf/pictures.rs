//! Photos, views and close-ups on paper.

use rayon::prelude::*;

use super::font::Weight;
use super::ink::Pen;
use super::sheets::{BLACK, Image, MARGIN, NOTE, Place, Sheets, Style};
use crate::error::Cause;
use crate::report::Pictures;
use crate::report::drawn::{Drawn, Picture, Shown, Subject};
use crate::report::fate::{FATES, Fate};
use crate::report::outlines::Outline;
use crate::report::schema::Comparison;
use crate::report::words::page as text;
use crate::report::words::{change, from_to, number, signed};

const CAPTION: Style = Style::new(Weight::Bold, 8.5, BLACK);

/// Distance between two pictures, pt.
const GAP: f32 = 10.0;

/// Most close-ups: the ones that say most, on two sheets.
const CLOSE_UPS: usize = 12;

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
/// the sheet's height that they may take.
pub(super) fn photos(sheets: &mut Sheets, drawn: &Drawn, tallest: f32) {
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
    let fates: Vec<Fate> = drawn.scars.iter().map(|s| s.told.fate).collect();
    legend_of(sheets, &fates, text::SHADED);
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
        let wide = super::font::width(caption, CAPTION.weight, CAPTION.size);
        left += width.max(wide).min(column) + GAP;
    }
    sheets.y = top + height + 4.0;
    places
}

/// The scars of a visit on its photo: a dark line under each, so that it stands out on any skin.
fn outlines(sheets: &mut Sheets, drawn: &Drawn, visit: usize, place: Place) {
    let size = (drawn.full.0 as f32, drawn.full.1 as f32);
    for told in drawn.told().into_iter().filter(|t| t.seen(visit)) {
        if let Some(lines) = drawn.outlines[visit].get(&told.lesion.id) {
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

/// The fates in use with their lines, and what else the picture has.
pub(super) fn legend_of(sheets: &mut Sheets, fates: &[Fate], besides: &str) {
    if fates.is_empty() {
        return;
    }
    let count = |fate: Fate| fates.iter().filter(|&&f| f == fate).count();
    let used = FATES.into_iter().map(|f| (f, count(f))).filter(|f| f.1 > 0);
    let mut x = MARGIN;
    let right = MARGIN + sheets.room();
    for (fate, count) in used {
        let label = format!("{} ({count})", text::fate(fate));
        let wide = 26.0 + super::font::width(&label, NOTE.weight, NOTE.size);
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
    if x + super::font::width(besides, NOTE.weight, NOTE.size) > right {
        x = MARGIN;
        sheets.y += NOTE.line() + 2.0;
    }
    sheets.line(x, sheets.y, NOTE, besides);
    sheets.y += NOTE.line() + 6.0;
}

/// Relief, redness and pigment of both visits.
pub(super) fn views(sheets: &mut Sheets, drawn: &Drawn) {
    /// Shares of the sheet's height for each pair, at least and at most.
    const LEAST: f32 = 0.15;
    const TALLEST: f32 = 0.2;
    /// Heading, captions and note of each, pt.
    const WORDS: f32 = 80.0;
    // All on the sheet that is begun, where that leaves enough to see.
    let each = (sheets.bottom() - sheets.y) / drawn.views.len().max(1) as f32;
    let bottom = sheets.bottom();
    let tallest = (each - WORDS).clamp(LEAST * bottom, TALLEST * bottom);
    for (subject, pair) in &drawn.views {
        let (name, note) = match subject {
            Subject::Relief => (text::RELIEF, text::RELIEF_NOTE),
            Subject::Redness => (text::REDNESS, text::REDNESS_NOTE),
            Subject::Pigment => (text::PIGMENT, text::PIGMENT_NOTE),
        };
        let images = [&pair[0], &pair[1]].map(|p| sheets.image(p));
        let height = height_of(sheets, &images, tallest);
        sheets.heading(name, height + 40.0);
        let places = beside(sheets, &images, tallest, &[text::BEFORE, text::AFTER]);
        for (image, place) in images.iter().zip(places) {
            sheets.place(*image, place);
        }
        sheets.paragraph(0.0, NOTE, &format!("{note} {}", text::NOT_MEASURED_NOTE));
    }
}

fn height_of(sheets: &Sheets, images: &[Image], tallest: f32) -> f32 {
    let column = (sheets.room() - GAP) / 2.0;
    images
        .iter()
        .map(|i| column * i.size.1 as f32 / i.size.0.max(1) as f32)
        .fold(0.0, f32::max)
        .min(tallest)
}

/// The largest scars from both visits with their numbers.
pub(super) fn close_ups(
    sheets: &mut Sheets,
    comparison: &Comparison,
    pictures: &Pictures,
    drawn: &Drawn,
) -> Result<(), Cause> {
    const COLUMNS: usize = 3;
    let Some(after) = &pictures.aligned_after else {
        return Ok(());
    };
    if comparison.lesions.is_empty() {
        return Ok(());
    }
    let width = (sheets.room() - (COLUMNS - 1) as f32 * 1.6 * GAP) / COLUMNS as f32;
    let side = 0.5 * (width - 4.0);
    let height = CAPTION.line() + side + 4.0 * NOTE.line() + 10.0;
    let shown = &drawn.scars[..drawn.scars.len().min(CLOSE_UPS)];
    sheets.heading(text::CLOSE_UPS, height);
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
            close_up(sheets, comparison, drawn, scar, cuts, (left, top, side));
        }
        sheets.y = top + height;
    }
    Ok(())
}

fn close_up(
    sheets: &mut Sheets,
    comparison: &Comparison,
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
        if told.seen(visit)
            && let Some(lines) = drawn.outlines[visit].get(&l.id)
        {
            sheets.within(place, |sheets| {
                traced(sheets, lines, size, whole, told.fate);
            });
        }
    }
    let lines = numbers(comparison, scar);
    for (i, line) in lines.iter().enumerate() {
        let y = top + side + 2.0 + i as f32 * NOTE.line();
        sheets.line(left, y, NOTE, line);
    }
}

/// Four short lines on a scar.
fn numbers(comparison: &Comparison, scar: &Shown) -> [String; 4] {
    let l = &scar.told.lesion;
    let percent = |v: Option<f64>| v.map_or(String::new(), |n| format!(", {} %", signed(n, 0)));
    let kind = l.kind.map_or(text::UNKNOWN, text::kind);
    let sure = l
        .kind_confidence
        .map_or(String::new(), |c| format!(" ({} %)", number(100.0 * c, 0)));
    let sized =
        comparison.scale.px_per_mm.is_some() && l.before.area_mm2.or(l.after.area_mm2).is_some();
    let area = if sized {
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
    [format!("{kind}{sure}"), area, depth, volume]
}
