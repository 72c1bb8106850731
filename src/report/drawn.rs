//! The pictures of a report, made once for the page and for the print.

use std::path::Path;

use image::{GrayImage, RgbImage};
use rayon::prelude::*;

use super::fate::{self, Fate, Told, counted};
use super::labels::{NUMBERED, Outlined};
use super::outlines::{Bounds, Outline, Outlines, extents, outlines, trace};
use super::pictures::{Colour, Cut, fit, jpeg, reduced, reduced_cut, reduced_mask};
use super::schema::{Comparison, ScaleSource, Verdict};
use super::{Maps, Pictures, colours};
use crate::error::Cause;
use crate::raster::{Field, Mask, from_gray};

/// Longest side, px, of the photos on the page, best first: the first that keeps within
/// [`PHOTO_BYTES`] is taken.
const PHOTO_SIDES: [u32; 5] = [2400, 2000, 1600, 1200, 800];

/// Bytes for both photos together: with all else, and as text, a page stays under 6 MB.
const PHOTO_BYTES: usize = 2_600_000;

/// As [`PHOTO_SIDES`], for relief, redness and pigment.
const VIEW_SIDES: [u32; 4] = [1400, 1100, 800, 600];

/// As [`PHOTO_BYTES`], for the six views together.
const VIEW_BYTES: usize = 1_100_000;

/// Qualities for looking, not for measuring.
const PHOTO_QUALITY: u8 = 86;
const VIEW_QUALITY: u8 = 78;

/// Longest side, px, at which the measured region is outlined.
const REGION_SIDE: u32 = 800;

/// A JPEG and its size.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub bytes: Vec<u8>,
    pub size: (u32, u32),
}

/// What a view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Relief,
    Redness,
    Pigment,
}

/// The measured region's borders on a grid of its own.
#[derive(Debug, Clone)]
pub(super) struct Region {
    pub size: (u32, u32),
    pub lines: Vec<Outline>,
}

/// A scar and the square of skin around it, px of the before photo.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub told: Told,
    pub left: f64,
    pub top: f64,
    pub side: f64,
}

/// All pictures of a report.
pub(super) struct Drawn {
    /// Width and height of the before photo, px.
    pub full: (u32, u32),
    pub before: Picture,
    pub after: Option<Picture>,
    /// The after photo lies on the before photo's grid.
    pub aligned: bool,
    pub views: Vec<(Subject, [Picture; 2])>,
    pub outlines: [Outlines; 2],
    pub region: Option<Region>,
    /// Largest first.
    pub scars: Vec<Shown>,
    /// Nobody gave the scale: sizes in mm are unknown, and kinds doubtful.
    pub guessed: bool,
}

impl Drawn {
    /// What became of each scar, largest first.
    pub(super) fn told(&self) -> Vec<&Told> {
        self.scars.iter().map(|s| &s.told).collect()
    }

    /// What became of the scars, and of how many.
    pub(super) fn fates(&self) -> Vec<(Fate, usize)> {
        let fates: Vec<Fate> = self.told().iter().map(|t| t.fate).collect();
        counted(&fates, &fates)
    }

    /// The outlines of a scar in the photo before (0) or after (1), if that shows it.
    pub(super) fn lines(&self, told: &Told, visit: usize) -> Option<&Vec<Outline>> {
        let lines = self.outlines[visit].get(&told.lesion.id);
        lines.filter(|_| told.seen(visit))
    }

    /// The scars of which `lines` gives outlines, largest first.
    pub(super) fn outlined<'a>(
        &'a self,
        lines: impl Fn(&Told) -> Option<&'a Vec<Outline>>,
    ) -> Vec<Outlined<'a>> {
        let of = |told: &Told| Some((told.lesion.id, lines(told)?.as_slice()));
        self.told().into_iter().filter_map(of).collect()
    }

    /// The scars that have their numbers in the pictures, largest first.
    pub(super) fn numbered(&self) -> Vec<u32> {
        let largest = self.scars.iter().take(NUMBERED);
        largest.map(|s| s.told.lesion.id).collect()
    }

    /// Whether sizes in mm are known of any scar.
    pub(super) fn sized(&self) -> bool {
        self.told().into_iter().any(|t| {
            let l = &t.lesion;
            l.before.area_mm2.or(l.after.area_mm2).is_some()
        })
    }
}

/// Draws all pictures of a comparison.
pub(super) fn draw(comparison: &Comparison, pictures: &Pictures) -> Result<Drawn, Cause> {
    let full = pictures.before.dimensions();
    // What is refused may have been laid on, but nobody believes where.
    let compared = comparison.change.verdict != Verdict::NotComparable;
    let laid = pictures.aligned_after.as_ref().filter(|_| compared);
    let aligned = laid.is_some();
    let after = laid.or(pictures.after.as_ref());
    let photos: Vec<&RgbImage> = std::iter::once(&pictures.before).chain(after).collect();
    let mut encoded = within(
        &photos,
        &PHOTO_SIDES,
        PHOTO_BYTES,
        PHOTO_QUALITY,
        Colour::Full,
    )?;
    let after = (encoded.len() > 1).then(|| encoded.remove(1));
    let maps = pictures.maps.as_ref();
    let views = || maps.map_or(Ok(Vec::new()), |m| views(m, pictures));
    let lines = || maps.map_or_else(Default::default, lines);
    let (views, (outlines, region)) =
        rayon::join(views, || rayon::join(lines, || region(&pictures.measured)));
    Ok(Drawn {
        full,
        before: encoded.remove(0),
        after,
        aligned,
        views: views?,
        outlines,
        region,
        scars: shown(comparison, maps, full),
        guessed: comparison.scale.source == ScaleSource::Assumed,
    })
}

fn lines(maps: &Maps) -> [Outlines; 2] {
    let of = |visit: usize| outlines(&maps.lesions[visit], maps.reduction);
    rayon::join(|| of(0), || of(1)).into()
}

/// Pictures at the largest of `sides` at which all of them keep within `bytes`, or at the last.
fn within(
    photos: &[&RgbImage],
    sides: &[u32],
    bytes: usize,
    quality: u8,
    colour: Colour,
) -> Result<Vec<Picture>, Cause> {
    let mut encoded: Vec<Picture> = Vec::new();
    for &side in sides {
        let kept = encoded.iter().zip(photos);
        if !encoded.is_empty()
            && kept
                .clone()
                .all(|(e, p)| e.size == fit(p.dimensions(), side))
        {
            continue;
        }
        encoded = photos
            .par_iter()
            .map(|photo| {
                let size = fit(photo.dimensions(), side);
                let bytes = jpeg(&reduced(photo, size), quality, colour)?;
                Ok(Picture { bytes, size })
            })
            .collect::<Result<_, Cause>>()?;
        if encoded.iter().map(|e| e.bytes.len()).sum::<usize>() <= bytes {
            break;
        }
    }
    Ok(encoded)
}

fn views(maps: &Maps, pictures: &Pictures) -> Result<Vec<(Subject, [Picture; 2])>, Cause> {
    let (rows, columns) = maps.relief[0].dim();
    let size = (columns as u32, rows as u32);
    let measured: Mask = from_gray(&reduced_mask(&pictures.measured, size));
    let after = pictures.aligned_after.as_ref().unwrap_or(&pictures.before);
    let faded = |photo: &RgbImage| colours::faded(reduced(photo, size));
    let around = rayon::join(|| faded(&pictures.before), || faded(after)).into();
    let tinted =
        |fields: &[Field; 2], tint: &colours::Tint| colours::tint(fields, &measured, &around, tint);
    let (relief, (redness, pigment)) = rayon::join(
        || colours::relief(&maps.relief, &measured, &around),
        || {
            rayon::join(
                || tinted(&maps.redness, &colours::REDNESS),
                || tinted(&maps.pigment, &colours::PIGMENT),
            )
        },
    );
    let painted = [relief, redness, pigment];
    let all: Vec<&RgbImage> = painted.iter().flatten().collect();
    let mut encoded =
        within(&all, &VIEW_SIDES, VIEW_BYTES, VIEW_QUALITY, Colour::Half)?.into_iter();
    let mut views = Vec::new();
    for subject in [Subject::Relief, Subject::Redness, Subject::Pigment] {
        if let (Some(before), Some(after)) = (encoded.next(), encoded.next()) {
            views.push((subject, [before, after]));
        }
    }
    Ok(views)
}

/// Nothing measured is said in words; a photo all in shade would only hide it.
pub(super) fn region(measured: &GrayImage) -> Option<Region> {
    let size = fit(measured.dimensions(), REGION_SIDE);
    let small = reduced_mask(measured, size);
    small.pixels().any(|p| p[0] > 0).then(|| Region {
        size,
        lines: trace(&small),
    })
}

/// The lesions with the skin around them, by their larger area of both visits.
fn shown(comparison: &Comparison, maps: Option<&Maps>, full: (u32, u32)) -> Vec<Shown> {
    /// Side of the square over that of the scar.
    const AROUND: f64 = 2.2;
    /// Least side, mm: a small scar is seen with the skin it lies in.
    const LEAST_MM: f64 = 6.0;
    let extents = maps.map(|m| m.lesions.each_ref().map(extents));
    let least = LEAST_MM * comparison.scale.px_per_mm.unwrap_or(1.0);
    let (width, height) = (f64::from(full.0), f64::from(full.1));
    let mut shown: Vec<(usize, Shown)> = fate::tell(comparison, maps)
        .into_iter()
        .map(|told| {
            let lesion = &told.lesion;
            let both = extents.iter().flatten();
            let found: Vec<&(Bounds, usize)> = both.filter_map(|e| e.get(&lesion.id)).collect();
            let pixels = found.iter().map(|f| f.1).max().unwrap_or(0);
            let bounds = found.iter().map(|f| f.0).reduce(Bounds::join);
            let reduction = maps.map_or(1.0, |m| m.reduction);
            let (x, y, extent) = bounds.map_or((lesion.x + 0.5, lesion.y + 0.5, 0.0), |b| {
                let (w, h) = (b.right - b.left + 1, b.bottom - b.top + 1);
                (
                    reduction * (b.left as f64 + 0.5 * w as f64),
                    reduction * (b.top as f64 + 0.5 * h as f64),
                    reduction * w.max(h) as f64,
                )
            });
            let side = (AROUND * extent).max(least).min(width).min(height).max(1.0);
            let place =
                |centre: f64, end: f64| (centre - 0.5 * side).clamp(0.0, (end - side).max(0.0));
            let shown = Shown {
                left: place(x, width),
                top: place(y, height),
                side,
                told,
            };
            (pixels, shown)
        })
        .collect();
    shown.sort_by(|a, b| {
        b.0.cmp(&a.0)
            .then(a.1.told.lesion.id.cmp(&b.1.told.lesion.id))
    });
    shown.into_iter().map(|s| s.1).collect()
}

impl Shown {
    /// The square cut out of a photo on the before grid, at most `most` px a side.
    pub(super) fn cut(&self, photo: &RgbImage, most: u32) -> Result<Picture, Cause> {
        cut(photo, [self.left, self.top, self.side], most)
    }
}

/// A square of a photo, by its left and upper end and its side, at most `most` px a side.
pub(super) fn cut(photo: &RgbImage, square: [f64; 3], most: u32) -> Result<Picture, Cause> {
    let [left, top, side] = square.map(|v| v.round() as u32);
    let (left, top) = (left.min(photo.width() - 1), top.min(photo.height() - 1));
    let inside = |from: u32, end: u32| side.max(1).min(end - from);
    let cut = Cut {
        left,
        top,
        size: (inside(left, photo.width()), inside(top, photo.height())),
    };
    let size = fit(cut.size, most);
    let bytes = jpeg(&reduced_cut(photo, cut, size), PHOTO_QUALITY, Colour::Full)?;
    Ok(Picture { bytes, size })
}

/// Longest side, px, of a visit's photo on the page of a course, best first.
const COURSE_SIDES: [u32; 5] = [1600, 1200, 900, 650, 450];

/// Bytes for all photos of a course together.
const COURSE_BYTES: usize = 3_800_000;

/// A photo no larger than a course shows it.
pub(super) fn course_size(photo: &RgbImage) -> RgbImage {
    reduced(photo, fit(photo.dimensions(), COURSE_SIDES[0]))
}

/// The photos of a course, all of them within what a page may hold.
pub(super) fn course_pictures(photos: &[RgbImage]) -> Result<Vec<Picture>, Cause> {
    let photos: Vec<&RgbImage> = photos.iter().collect();
    within(
        &photos,
        &COURSE_SIDES,
        COURSE_BYTES,
        PHOTO_QUALITY,
        Colour::Full,
    )
}

/// The first photo of a course for its folder.
pub(super) fn baseline(photo: &RgbImage) -> Result<Vec<u8>, Cause> {
    jpeg(&course_size(photo), PHOTO_QUALITY, Colour::Full)
}

/// A small picture of a file; `None` if it is missing or damaged.
pub(super) fn thumbnail(path: &Path, side: u32) -> Result<Option<Picture>, Cause> {
    const QUALITY: u8 = 72;
    let Ok(photo) = image::open(path) else {
        return Ok(None);
    };
    let photo = photo.into_rgb8();
    let size = fit(photo.dimensions(), side);
    let bytes = jpeg(&reduced(&photo, size), QUALITY, Colour::Half)?;
    Ok(Some(Picture { bytes, size }))
}
