//! A course as its folder holds it: every photo on the first one's grid, the outlines of each scar at
//! every visit, and what became of it.

use std::collections::BTreeMap;
use std::path::Path;

use image::{GrayImage, Luma, RgbImage};
use imageproc::region_labelling::{Connectivity, connected_components};
use ndarray::Array2;

use super::drawn::{Picture, Region, course_pictures, course_size, region};
use super::fate::{Doubt, Fate, counted, fate};
use super::labels::Outlined;
use super::outlines::{Bounds, Outline, Outlines, extents, outlines};
use super::pictures::{fit, reduced_mask};
use super::schema::{Interval, State, Verdict};
use super::{ALIGNED_AFTER, BASELINE, MEASURED, SCARS_AFTER, SCARS_BEFORE};
use crate::error::Cause;
use crate::visits::schema::{ScarVisit, Series, SeriesScar, SeriesVisit};

/// Longest side, px, at which scars are outlined.
const OUTLINED_SIDE: u32 = 1600;

/// What a report of a course is made from.
pub(super) struct Course<'a> {
    /// Size of the first photo, px: the grid on which scars have their places.
    pub size: (u32, u32),
    pub first: Option<Picture>,
    /// The visits that have a picture on that grid.
    pub shown: Vec<Shown<'a>>,
    /// The first photo and the visits' as small as they are shown.
    pub photos: Vec<RgbImage>,
    /// What the last visit shown makes of each scar, by its `id`.
    pub fates: BTreeMap<u32, Fate>,
}

/// A visit compared with the first photo.
pub(super) struct Shown<'a> {
    pub visit: &'a SeriesVisit,
    pub picture: Picture,
    /// What this visit's comparison measured.
    pub region: Option<Region>,
    /// Of each scar in the first photo and in this one, as their comparison saw them.
    pub outlines: [Outlines; 2],
    pub scars: BTreeMap<u32, Seen>,
    /// The number of each scar in the visit's own report.
    pub numbers: BTreeMap<u32, u32>,
}

/// What a visit makes of a scar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seen {
    pub fate: Fate,
    /// Change of depth times area with the doubt of a single scar, percent.
    pub volume: Option<Interval>,
}

impl Course<'_> {
    /// What became of scars by any visit, with how many it became by one of them.
    pub(super) fn fates_at(&self, visit: &Shown) -> Vec<(Fate, usize)> {
        let of = |shown: &Shown| shown.scars.values().map(|s| s.fate).collect::<Vec<Fate>>();
        let every: Vec<Fate> = self.shown.iter().flat_map(of).collect();
        counted(&of(visit), &every)
    }
}

impl Shown<'_> {
    /// The scars in the first photo (0) or this one (1).
    pub(super) fn outlined(&self, photo: usize) -> Vec<Outlined<'_>> {
        let outlines = self.outlines[photo].iter();
        outlines
            .map(|(&id, lines)| (id, lines.as_slice()))
            .collect()
    }
}

/// Reads what there is; what is missing or damaged is not shown.
pub(super) fn read<'a>(series: &'a Series, folder: &Path) -> Result<Course<'a>, Cause> {
    let photo = |path: &Path| -> Option<RgbImage> { Some(image::open(path).ok()?.into_rgb8()) };
    let mut photos: Vec<RgbImage> = photo(&folder.join(BASELINE)).into_iter().collect();
    let mut found = Vec::new();
    if !photos.is_empty() {
        for visit in series.compared() {
            let Some(inside) = visit.folder.as_deref().map(|f| folder.join(f)) else {
                continue;
            };
            if let Some(photo) = photo(&inside.join(ALIGNED_AFTER)) {
                // Only what is shown of it stays in memory.
                photos.push(course_size(&photo));
                let masks = [SCARS_BEFORE, SCARS_AFTER].map(|mask| inside.join(mask));
                let measured = image::open(inside.join(MEASURED)).ok();
                let region = measured.and_then(|m| region(&m.into_luma8()));
                found.push((visit, region, masks.map(|path| outlined(series, &path))));
            }
        }
    }
    let mut pictures = course_pictures(&photos)?.into_iter();
    let first = pictures.next();
    let size = series
        .baseline_visit()
        .and_then(|v| v.width.zip(v.height))
        .or(first.as_ref().map(|f| f.size))
        .unwrap_or((1, 1));
    let shown: Vec<Shown> = found
        .into_iter()
        .zip(pictures)
        .map(|((visit, region, outlines), picture)| Shown {
            visit,
            picture,
            region,
            scars: scars(series, visit, &outlines),
            outlines,
            numbers: numbers(series, visit),
        })
        .collect();
    let fates = shown.last().map_or_else(BTreeMap::new, |s| {
        s.scars.iter().map(|(&id, seen)| (id, seen.fate)).collect()
    });
    Ok(Course {
        size,
        first,
        shown,
        photos,
        fates,
    })
}

/// What a visit says of a scar.
fn at<'a>(scar: &'a SeriesScar, visit: &SeriesVisit) -> Option<&'a ScarVisit> {
    scar.visits.iter().find(|v| v.visit == visit.visit)
}

/// The number of each scar in a visit's own report.
fn numbers(series: &Series, visit: &SeriesVisit) -> BTreeMap<u32, u32> {
    let number = |scar: &SeriesScar| Some((scar.id, at(scar, visit)?.lesion?));
    series.scars.iter().filter_map(number).collect()
}

/// Whether a scar that a photo shows has no outline in it because it touches a neighbour whose outline
/// holds its place: nobody would see in the picture what is said of it. One that is too small to be drawn
/// is not meant.
fn fell_to_another(scar: &SeriesScar, at: &ScarVisit, outlines: &[Outlines; 2]) -> bool {
    let (x, y) = (scar.x as f32, scar.y as f32);
    let around = |line: &Outline| {
        let within = |v: f32, of: fn(&(f32, f32)) -> f32| {
            line.iter().any(|p| of(p) <= v) && line.iter().any(|p| of(p) >= v)
        };
        within(x, |p| p.0) && within(y, |p| p.1)
    };
    let areas = [at.before_area_px, at.after_area_px];
    areas.into_iter().zip(outlines).any(|(area, drawn)| {
        area.is_some_and(|a| a > 0.0)
            && !drawn.contains_key(&scar.id)
            && drawn.values().flatten().any(around)
    })
}

/// What a visit makes of each scar that its comparison knows of.
fn scars(series: &Series, visit: &SeriesVisit, outlines: &[Outlines; 2]) -> BTreeMap<u32, Seen> {
    let verdict = visit
        .change
        .as_ref()
        .map_or(Verdict::NotComparable, |c| c.verdict);
    let all: Vec<(&SeriesScar, &ScarVisit)> = series
        .scars
        .iter()
        .filter_map(|s| Some((s, at(s, visit)?)))
        .collect();
    let ratio = |v: &ScarVisit| v.volume_percent.map(|p| (1.0 + p / 100.0).max(0.0));
    let both = |v: &ScarVisit| {
        matches!(
            v.state,
            Some(State::Improved | State::Unchanged | State::Worse)
        )
    };
    let doubt = Doubt::of(
        all.iter()
            .map(|a| a.1)
            .filter(|v| both(v))
            .filter_map(ratio),
    );
    all.iter()
        .filter_map(|(scar, v)| {
            if fell_to_another(scar, v, outlines) {
                let joined = Seen {
                    fate: Fate::Joined,
                    volume: None,
                };
                return Some((scar.id, joined));
            }
            let volume = ratio(v).filter(|_| both(v)).map(|r| doubt.around(r));
            let fate = match (v.joined, v.state) {
                (Some(_), _) => Fate::Joined,
                (None, state) => fate(state?, volume.as_ref(), verdict),
            };
            Some((scar.id, Seen { fate, volume }))
        })
        .collect()
}

/// The outlines of a mask's scars by their numbers in the course; none if there is no mask.
fn outlined(series: &Series, path: &Path) -> Outlines {
    let Ok(mask) = image::open(path) else {
        return Outlines::new();
    };
    let mask = mask.into_luma8();
    let small = reduced_mask(&mask, fit(mask.dimensions(), OUTLINED_SIDE));
    let reduction = f64::from(mask.width()) / f64::from(small.width().max(1));
    outlines(&numbered(series, &small, reduction), reduction)
}

/// The number of the scar at each pixel, `reduction` px of the first photo per pixel of the mask.
fn numbered(series: &Series, mask: &GrayImage, reduction: f64) -> Array2<u32> {
    let parts = connected_components(mask, Connectivity::Eight, Luma([0]));
    let (width, height) = mask.dimensions();
    let mut labels = Array2::from_shape_fn((height as usize, width as usize), |(y, x)| {
        parts.get_pixel(x as u32, y as u32)[0]
    });
    let homes: BTreeMap<u32, u32> = extents(&labels)
        .into_iter()
        .map(|(part, (bounds, _))| (part, home(series, bounds, reduction)))
        .collect();
    labels.mapv_inplace(|part| homes.get(&part).copied().unwrap_or(0));
    labels
}

/// The scar whose frame holds most of a part; of equals the smallest. 0 if none holds any.
fn home(series: &Series, part: Bounds, reduction: f64) -> u32 {
    let ends = |low: usize, high: usize| (reduction * low as f64, reduction * (high + 1) as f64);
    let (x, y) = (ends(part.left, part.right), ends(part.top, part.bottom));
    let held = |scar: &SeriesScar| {
        let [left, top, width, height] = scar.bounds.map(f64::from);
        let over = |(a, b): (f64, f64), from: f64, long: f64| {
            (b.min(from + long) - a.max(from)).max(0.0) / (b - a)
        };
        over(x, left, width) * over(y, top, height)
    };
    let size = |scar: &SeriesScar| u64::from(scar.bounds[2]) * u64::from(scar.bounds[3]);
    // What is left out of a frame by rounding decides nothing.
    let tenths = |scar: &SeriesScar| (10.0 * held(scar)).round() as u32;
    series
        .scars
        .iter()
        .filter(|s| held(s) > 0.0)
        .max_by(|a, b| {
            let by_held = tenths(a).cmp(&tenths(b));
            by_held.then(size(b).cmp(&size(a))).then(b.id.cmp(&a.id))
        })
        .map_or(0, |s| s.id)
}

/// The largest scars first, at most so many.
pub(super) fn largest(series: &Series, most: usize) -> Vec<&SeriesScar> {
    let size = |s: &SeriesScar| {
        let areas = s
            .visits
            .iter()
            .flat_map(|v| [v.before_area_px, v.after_area_px]);
        areas.flatten().fold(0.0, f64::max)
    };
    let mut scars: Vec<&SeriesScar> = series.scars.iter().collect();
    scars.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.id.cmp(&b.id)));
    scars.truncate(most);
    scars
}

/// The numbers of scars.
pub(super) fn ids(scars: &[&SeriesScar]) -> Vec<u32> {
    scars.iter().map(|s| s.id).collect()
}

/// The square of skin around a scar: left, top and side, px of the first photo.
pub(super) fn around(series: &Series, scar: &SeriesScar, (width, height): (u32, u32)) -> [f64; 3] {
    /// Side of the square over that of the scar.
    const AROUND: f64 = 2.2;
    /// Least side, mm, and px per mm where nobody knows.
    const LEAST_MM: f64 = 6.0;
    const PX_PER_MM: f64 = 8.0;
    let (width, height) = (f64::from(width), f64::from(height));
    let scale = series.scale.as_ref().and_then(|s| s.px_per_mm);
    let [left, top, wide, high] = scar.bounds.map(f64::from);
    let side = (AROUND * wide.max(high))
        .max(LEAST_MM * scale.unwrap_or(PX_PER_MM))
        .min(width)
        .min(height)
        .max(1.0);
    let place = |middle: f64, end: f64| (middle - 0.5 * side).clamp(0.0, (end - side).max(0.0));
    [
        place(left + 0.5 * wide, width),
        place(top + 0.5 * high, height),
        side,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::schema::{LesionChange, LesionVisit};
    use crate::report::tests::course;

    /// A scar of `visit` that both photos show, and its number in the visit's own report.
    fn scar(id: u32, number: u32, visit: &SeriesVisit) -> SeriesScar {
        SeriesScar {
            id,
            kind: None,
            kind_confidence: None,
            x: 0.0,
            y: 0.0,
            bounds: [0, 0, 9, 9],
            visits: vec![ScarVisit {
                visit: visit.visit.clone(),
                state: Some(State::Improved),
                joined: None,
                lesion: Some(number),
                before_area_px: Some(80.0),
                after_area_px: Some(20.0),
                before: LesionVisit::default(),
                after: LesionVisit::default(),
                change: LesionChange::default(),
                volume_percent: Some(-90.0),
            }],
            volume_percent_per_month: None,
        }
    }

    #[test]
    fn nothing_is_said_of_a_scar_that_the_picture_shows_as_another() {
        let mut series = course();
        let visit = series.compared().next().unwrap().clone();
        series.scars = vec![scar(1, 7, &visit), scar(2, 9, &visit)];
        series.scars[1].x = 6.0;
        assert_eq!(numbers(&series, &visit), BTreeMap::from([(1, 7), (2, 9)]));
        // The square from `left` on, as the outline of each scar.
        let drawn = |ids: &[u32], left: f32| -> Outlines {
            let square = vec![(left, -4.0), (9.0, -4.0), (9.0, 4.0), (left, 4.0)];
            ids.iter().map(|&id| (id, vec![square.clone()])).collect()
        };
        let told = |outlines: [Outlines; 2]| {
            let seen = scars(&series, &visit, &outlines);
            [seen[&1].fate, seen[&2].fate]
        };
        let both = told([drawn(&[1, 2], 0.0), drawn(&[1, 2], 0.0)]);
        assert_eq!(both, [Fate::Improved; 2]);
        // The second one's outline after fell to the first.
        let one = told([drawn(&[1, 2], 0.0), drawn(&[1], 0.0)]);
        assert_eq!(one, [Fate::Improved, Fate::Joined]);
        // It is too small to be drawn, and lies apart from the first.
        assert_eq!(told([drawn(&[1, 2], 0.0), drawn(&[1], 8.0)]), both);
        // Without masks nothing is known of outlines.
        assert_eq!(told([Outlines::new(), Outlines::new()]), both);
    }
}
