//! What is true of a phantom, on the first photo's grid.

use rayon::prelude::*;
use serde::Serialize;

use super::camera::Camera;
use super::grid::Grid;
use super::relief::dents;
use super::scars::{Kind, Scar};
use crate::filter::bicubic;
use crate::raster::{Field, Mask, from_rows};

/// Everything known about a course.
#[derive(Debug, Clone)]
pub struct Truth {
    /// Scale in the middle of the first photo, px/mm.
    pub px_per_mm: f64,
    pub visits: Vec<VisitTruth>,
    pub scars: Vec<ScarTruth>,
}

/// What is true at one visit; all rasters on the first photo's grid.
#[derive(Debug, Clone)]
pub struct VisitTruth {
    /// Where a dent is deeper than 15 % of its own nominal depth and deeper than 0.02 mm.
    pub scars: Mask,
    /// Depth of the dents below the skin around, mm, 0 where there is none.
    pub depth: Field,
    /// First photo's pixels that this visit's photo shows too.
    pub visible: Mask,
    pub warp: WarpGrid,
    pub totals: Totals,
    /// Change since the first visit over pixels seen in both photos, percent; none of nothing.
    pub area_percent: Option<f64>,
    pub volume_percent: Option<f64>,
}

/// Sums over the first photo's frame.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Totals {
    pub area_px: usize,
    pub area_mm2: f64,
    pub volume_mm3: f64,
    /// The same over pixels seen in this visit's photo too.
    pub seen_area_px: usize,
    pub seen_volume_mm3: f64,
}

/// Where nodes of the first photo's grid lie in another photo, exactly; node (c, r) is at pixel
/// (c·step, r·step), row-major.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WarpGrid {
    pub step_px: usize,
    pub columns: usize,
    pub rows: usize,
    pub x: Vec<f64>,
    pub y: Vec<f64>,
}

/// One scar through the visits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScarTruth {
    pub id: usize,
    pub kind: Kind,
    /// Middle, px of the first photo.
    pub x: f64,
    pub y: f64,
    pub visits: Vec<ScarAt>,
}

/// One scar at one visit; zeros once it is healed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ScarAt {
    pub width_mm: f64,
    pub depth_mm: f64,
    pub area_mm2: f64,
    pub volume_mm3: f64,
}

/// Spacing of the written warp, px.
const WARP_STEP: usize = 16;

/// The skin's points (mm) that every pixel of the first photo shows.
pub type Places = Vec<Vec<[f64; 2]>>;

/// Where every pixel of a camera looks.
#[must_use]
pub fn places(camera: &Camera, size: [u32; 2]) -> Places {
    (0..size[1])
        .into_par_iter()
        .map(|y| camera.row(f64::from(y), size[0] as usize))
        .collect()
}

/// Collects the truth; `scars[visit][scar]`.
#[must_use]
pub fn collect(
    cameras: &[Camera],
    places: &Places,
    scars: &[Vec<Scar>],
    size: [u32; 2],
    grid: &Grid,
) -> Truth {
    let first = &cameras[0];
    let areas = pixel_areas(places);
    let visits: Vec<VisitTruth> = cameras
        .iter()
        .zip(scars)
        .map(|(camera, scars)| visit(first, camera, places, &areas, scars, size, grid))
        .collect();
    let visits = with_change(visits, &areas);
    let middle = size.map(|n| (f64::from(n) - 1.0) / 2.0);
    let here = first.unproject(middle);
    let right = first.unproject([middle[0] + 1.0, middle[1]]);
    Truth {
        px_per_mm: 1.0 / (right[0] - here[0]).hypot(right[1] - here[1]),
        visits,
        scars: table(first, scars),
    }
}

fn visit(
    first: &Camera,
    camera: &Camera,
    places: &Places,
    areas: &Field,
    scars: &[Scar],
    size: [u32; 2],
    grid: &Grid,
) -> VisitTruth {
    let (columns, rows) = (size[0] as usize, size[1] as usize);
    let dents = dents(scars, grid);
    let depth = from_rows(rows, columns, |y, out| {
        for (o, p) in out.iter_mut().zip(&places[y]) {
            let x = (p[0] - grid.left) * grid.per_mm;
            let y = (p[1] - grid.top) * grid.per_mm;
            *o = bicubic(&dents, x as f32, y as f32).max(0.0);
        }
    });
    let footprint: Mask = from_rows(rows, columns, |y, out| {
        for (o, p) in out.iter_mut().zip(&places[y]) {
            *o = scars.iter().any(|s| {
                s.threshold()
                    .is_some_and(|threshold| s.dent(p[0], p[1]) > threshold)
            });
        }
    });
    let visible: Mask = from_rows(rows, columns, |y, out| {
        for (o, p) in out.iter_mut().zip(&places[y]) {
            let [x, y] = camera.project(p[0], p[1]);
            *o = x >= 0.0 && y >= 0.0 && x <= (columns - 1) as f64 && y <= (rows - 1) as f64;
        }
    });
    let totals = totals(&footprint, &depth, &visible, areas);
    VisitTruth {
        scars: footprint,
        depth,
        visible,
        warp: warp(first, camera, size),
        totals,
        area_percent: None,
        volume_percent: None,
    }
}

fn totals(scars: &Mask, depth: &Field, visible: &Mask, areas: &Field) -> Totals {
    let mut t = Totals {
        area_px: 0,
        area_mm2: 0.0,
        volume_mm3: 0.0,
        seen_area_px: 0,
        seen_volume_mm3: 0.0,
    };
    for y in 0..scars.nrows() {
        for x in 0..scars.ncols() {
            if !scars[[y, x]] {
                continue;
            }
            let area = f64::from(areas[[y, x]]);
            let volume = area * f64::from(depth[[y, x]]);
            t.area_px += 1;
            t.area_mm2 += area;
            t.volume_mm3 += volume;
            if visible[[y, x]] {
                t.seen_area_px += 1;
                t.seen_volume_mm3 += volume;
            }
        }
    }
    t
}

/// Fills in the changes since the first visit, over what both photos show.
fn with_change(mut visits: Vec<VisitTruth>, areas: &Field) -> Vec<VisitTruth> {
    let (scars, depth) = (visits[0].scars.clone(), visits[0].depth.clone());
    for v in &mut visits {
        let baseline = totals(&scars, &depth, &v.visible, areas);
        let percent = |now: f64, then: f64| (then > 0.0).then(|| 100.0 * (now / then - 1.0));
        v.area_percent = percent(v.totals.seen_area_px as f64, baseline.seen_area_px as f64);
        v.volume_percent = percent(v.totals.seen_volume_mm3, baseline.seen_volume_mm3);
    }
    visits
}

/// Skin that each pixel shows, mm² (in the plane of the patch).
fn pixel_areas(places: &Places) -> Field {
    let (rows, columns) = (places.len(), places[0].len());
    from_rows(rows, columns, |y, out| {
        let (above, below) = (y.saturating_sub(1), (y + 1).min(rows - 1));
        for (x, o) in out.iter_mut().enumerate() {
            let (left, right) = (x.saturating_sub(1), (x + 1).min(columns - 1));
            let (l, r) = (places[y][left], places[y][right]);
            let (a, b) = (places[above][x], places[below][x]);
            let across = [
                (r[0] - l[0]) / (right - left) as f64,
                (r[1] - l[1]) / (right - left) as f64,
            ];
            let down = [
                (b[0] - a[0]) / (below - above) as f64,
                (b[1] - a[1]) / (below - above) as f64,
            ];
            *o = (across[0] * down[1] - across[1] * down[0]).abs() as f32;
        }
    })
}

fn warp(first: &Camera, camera: &Camera, size: [u32; 2]) -> WarpGrid {
    let nodes = |n: u32| (n as usize - 1).div_ceil(WARP_STEP) + 1;
    let (columns, rows) = (nodes(size[0]), nodes(size[1]));
    let (x, y) = (0..rows * columns)
        .map(|i| {
            let px = [
                (i % columns * WARP_STEP) as f64,
                (i / columns * WARP_STEP) as f64,
            ];
            let skin = first.unproject(px);
            let [x, y] = camera.project(skin[0], skin[1]);
            (x, y)
        })
        .unzip();
    WarpGrid {
        step_px: WARP_STEP,
        columns,
        rows,
        x,
        y,
    }
}

fn table(first: &Camera, scars: &[Vec<Scar>]) -> Vec<ScarTruth> {
    (0..scars[0].len())
        .map(|i| {
            let scar = &scars[0][i];
            let [x, y] = first.project(scar.x, scar.y);
            let visits = scars
                .iter()
                .map(|visit| {
                    let scar = &visit[i];
                    let (area_mm2, volume_mm3) = scar.area_and_volume();
                    let there = area_mm2 > 0.0;
                    ScarAt {
                        width_mm: if there { scar.width(area_mm2) } else { 0.0 },
                        depth_mm: if there { scar.depth } else { 0.0 },
                        area_mm2,
                        volume_mm3,
                    }
                })
                .collect();
            ScarTruth {
                id: scar.id,
                kind: scar.kind,
                x,
                y,
                visits,
            }
        })
        .collect()
}
