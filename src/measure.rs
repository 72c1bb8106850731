//! Numbers for each scar of one visit, and for all of them together.
//!
//! All of it is over the pixels measured in both visits, on the working grid of the before photo.

use imageproc::geometry::min_area_rect;
use imageproc::point::Point;
use ndarray::Array2;

use crate::raster::{Field, Mask, count, row};
use crate::relief::Relief;
use crate::segment::Scars;
use crate::units::PixelsPerMm;

/// What one visit shows on the common grid, all fields of one size.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Pigment-free shading, log luminance, low-passed to scar widths.
    pub shading: Field,
    pub relief: Relief,
    pub scars: Scars,
}

/// What of a visit is measured, all of one size.
#[derive(Debug, Clone, Copy)]
pub struct Surface<'a> {
    /// See [`Visit::shading`].
    pub shading: &'a Field,
    /// See [`Relief::height`].
    pub height: &'a Field,
    pub scars: &'a Scars,
}

impl Visit {
    #[must_use]
    pub fn surface(&self) -> Surface<'_> {
        Surface {
            shading: &self.shading,
            height: &self.relief.height,
            scars: &self.scars,
        }
    }
}

/// What both visits show on the skin measured in both.
#[derive(Debug, Clone)]
pub struct Both {
    pub before: Visit,
    pub after: Visit,
    /// Measured skin that looks like a dent in neither visit.
    pub healthy: Mask,
    /// Natural logarithm of the ratio of the fine texture's scatter, after to before: another light,
    /// camera or sharpness, hair that grew, noise.
    pub texture_gap: f64,
}

/// Share of the texture's gap that is taken for the photos' gain.
///
/// Light and camera scale dents and texture alike, but hair and noise belong to the texture only: as
/// gain and disturbance are about as wide as each other, half is the best guess. (On 31 development
/// phantoms the volume's error was least between 0.4 and 0.75.)
const GAIN_SHARE: f64 = 0.5;

impl Both {
    /// Brings what the after photo shows into the gain of the before photo, shading first, then depth.
    ///
    /// A network that was taught depths answers with the likeliest one, which hardly moves from visit
    /// to visit; where each dent is, and which is the deeper, it knows. How much shallower the dents
    /// of one visit are than the other's is taken from light itself: shading is proportional to slope
    /// (Pentland 1990, Int. J. Comput. Vis. 4:33), so that all dents together hold as much more or less
    /// than before as their area times contrast does.
    #[must_use]
    pub fn in_one_gain(mut self) -> Self {
        /// The depths' ratio is believed between this and its inverse.
        const LEAST_RATIO: f64 = 0.25;
        let gain = (-GAIN_SHARE * self.texture_gap).exp() as f32;
        self.after.shading.mapv_inplace(|v| gain * v);
        let [before, after] = [&self.before, &self.after].map(|visit| {
            let base = healthy_mean_square(&visit.shading, &self.healthy);
            let (mut shaded, mut volume) = (0.0, 0.0);
            for pixels in pixels_of(&visit.scars) {
                let sums = Sums::of(&pixels, visit.surface());
                let area = pixels.len() as f64;
                shaded += area * own_contrast(sums.square / area, base);
                volume += sums.volume;
            }
            (shaded > 0.0).then(|| volume / shaded)
        });
        if let (Some(before), Some(after)) = (before, after)
            && before > 0.0
            && after > 0.0
        {
            let ratio = (before / after).clamp(LEAST_RATIO, 1.0 / LEAST_RATIO) as f32;
            self.after.relief.height.mapv_inplace(|v| ratio * v);
        }
        self
    }
}

/// One scar of one visit. Lengths and areas in working pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Scar {
    /// Number in [`Scars::labels`].
    pub label: u32,
    /// Centre of mass, px.
    pub x: f64,
    pub y: f64,
    pub area_px: f64,
    /// Short and long side of the smallest rectangle around it, px.
    pub width_px: f64,
    pub length_px: f64,
    /// RMS shading inside less that of healthy skin, in quadrature: fraction of luminance.
    pub contrast: f64,
    /// Mean depth under its own rim, healthy-texture units.
    pub relief_index: f64,
    /// Depth under the rim, summed over the area: healthy-texture units times px.
    pub volume_px: f64,
    /// Mean squared shading inside; what `contrast` and its totals are made from.
    pub mean_square: f64,
    /// Share of its depth that is reached over the outer third of its radius: 1 for a wall, small for
    /// a gentle slope.
    pub edge: f64,
}

/// [`Scar::contrast`] from a scar's and the healthy skin's mean squared shading, but never nothing:
/// beside coarse skin a faint scar's own shading may drown.
fn own_contrast(mean_square: f64, base: f64) -> f64 {
    /// Share of a scar's mean squared shading that is its own at least.
    const LEAST_OWN: f64 = 0.04;
    (mean_square - base).max(LEAST_OWN * mean_square).sqrt()
}

/// All scars of a visit together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Totals {
    pub count: usize,
    pub area_px: f64,
    pub contrast: Option<f64>,
    pub relief_index: Option<f64>,
    pub volume_px: f64,
}

/// Kinds of atrophic scar (Jacob, Dover & Kaminer 2001, J. Am. Acad. Dermatol. 45:109), by width and
/// edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    IcePick,
    Boxcar,
    Rolling,
    Linear,
}

/// Mean squared shading of healthy skin: measured, and in no scar of any visit.
#[must_use]
pub fn healthy_mean_square(shading: &Field, healthy: &Mask) -> f64 {
    let values = crate::raster::masked(shading, healthy);
    crate::stats::mean(values.iter().map(|&v| f64::from(v).powi(2))).unwrap_or(0.0)
}

/// Measures every scar of a visit.
#[must_use]
pub fn measure(surface: Surface, healthy: &Mask) -> Vec<Scar> {
    let base = healthy_mean_square(surface.shading, healthy);
    let pixels = pixels_of(surface.scars);
    pixels
        .iter()
        .enumerate()
        .map(|(i, pixels)| one(i as u32 + 1, pixels, surface, base))
        .collect()
}

/// Totals over some of a visit's scars, given the healthy skin's mean squared shading.
#[must_use]
pub fn totals<'a>(scars: impl IntoIterator<Item = &'a Scar>, base: f64) -> Totals {
    let mut sum = Totals::default();
    let mut square = 0.0;
    for scar in scars {
        sum.count += 1;
        sum.area_px += scar.area_px;
        sum.volume_px += scar.volume_px;
        square += scar.mean_square * scar.area_px;
    }
    if sum.area_px > 0.0 {
        sum.contrast = Some((square / sum.area_px - base).max(0.0).sqrt());
        sum.relief_index = Some(sum.volume_px / sum.area_px);
    }
    sum
}

/// (row, column) of each scar's pixels in raster order.
fn pixels_of(scars: &Scars) -> Vec<Vec<(usize, usize)>> {
    let mut pixels = vec![Vec::new(); scars.count];
    for y in 0..scars.labels.nrows() {
        for (x, &label) in row(&scars.labels, y).iter().enumerate() {
            if label != 0 {
                pixels[(label - 1) as usize].push((y, x));
            }
        }
    }
    pixels
}

/// Sums over a scar's pixels.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    x: f64,
    y: f64,
    /// Of squared shading.
    square: f64,
    /// Of depth under the rim, healthy-texture units.
    volume: f64,
}

impl Sums {
    fn of(pixels: &[(usize, usize)], surface: Surface) -> Self {
        let mut sums = Self::default();
        for &(r, c) in pixels {
            sums.x += c as f64;
            sums.y += r as f64;
            sums.square += f64::from(surface.shading[[r, c]]).powi(2);
            sums.volume += f64::from((-surface.height[[r, c]]).max(0.0));
        }
        sums
    }
}

fn one(label: u32, pixels: &[(usize, usize)], surface: Surface, base: f64) -> Scar {
    let n = pixels.len() as f64;
    let Sums {
        x,
        y,
        square,
        volume,
    } = Sums::of(pixels, surface);
    let corners: Vec<Point<i32>> = pixels
        .iter()
        .map(|&(r, c)| Point::new(c as i32, r as i32))
        .collect();
    let (width_px, length_px) = sides(&corners);
    let mean_square = square / n;
    Scar {
        label,
        x: x / n,
        y: y / n,
        area_px: n,
        width_px,
        length_px,
        contrast: (mean_square - base).max(0.0).sqrt(),
        relief_index: volume / n,
        volume_px: volume,
        mean_square,
        edge: edge(label, pixels, surface),
    }
}

/// Short and long side, px, of the smallest rectangle around pixels (each 1 px wide).
fn sides(points: &[Point<i32>]) -> (f64, f64) {
    let [a, b, c, _] = min_area_rect(points);
    let length =
        |p: Point<i32>, q: Point<i32>| f64::from(p.x - q.x).hypot(f64::from(p.y - q.y)) + 1.0;
    let (s, t) = (length(a, b), length(b, c));
    (s.min(t), s.max(t))
}

/// Depth within the outer third over the greatest depth.
fn edge(label: u32, pixels: &[(usize, usize)], surface: Surface) -> f64 {
    let rows = pixels.iter().map(|p| p.0);
    let columns = pixels.iter().map(|p| p.1);
    let (Some(top), Some(bottom)) = (rows.clone().min(), rows.max()) else {
        return 0.0;
    };
    let (Some(left), Some(right)) = (columns.clone().min(), columns.max()) else {
        return 0.0;
    };
    // One pixel of outside all around, so that distances to the outline are right.
    let outside = Array2::from_shape_fn((bottom - top + 3, right - left + 3), |(y, x)| {
        let (y, x) = ((y + top).checked_sub(1), (x + left).checked_sub(1));
        y.zip(x)
            .and_then(|at| surface.scars.labels.get(at))
            .is_none_or(|&l| l != label)
    });
    let distance = crate::filter::squared_distance(&outside);
    let inner = |&(r, c): &(usize, usize)| distance[[r - top + 1, c - left + 1]].sqrt();
    let depth = |&(r, c): &(usize, usize)| -surface.height[[r, c]];
    let radius = pixels.iter().map(inner).fold(0.0, f32::max);
    let deepest = pixels.iter().map(depth).fold(0.0, f32::max);
    let wall = pixels.iter().filter(|p| inner(p) <= radius / 3.0 + 1.0);
    let mean = crate::stats::mean(wall.map(|p| f64::from(depth(p).max(0.0))));
    if deepest > 0.0 {
        mean.unwrap_or(0.0) / f64::from(deepest)
    } else {
        0.0
    }
}

/// Length over width from which a scar is linear.
const LINEAR_FROM: f64 = 3.5;
/// Widths, mm, where ice pick turns to boxcar and boxcar to rolling (Jacob et al. 2001).
const ICE_PICK_BELOW_MM: f64 = 2.0;
const ROLLING_FROM_MM: f64 = 4.0;
/// Width, mm, over which a kind passes into the next.
const PASSING_MM: f64 = 0.8;

/// The kind of a scar and how sure that is, 0.5 (as likely the next kind) to 1.
///
/// Needs a scale; width decides, the edge tips what lies between boxcar and rolling.
#[must_use]
pub fn kind(scar: &Scar, scale: PixelsPerMm) -> (Kind, f64) {
    /// How many mm of width a full step of edge is worth.
    const EDGE_WORTH_MM: f64 = 2.0;
    /// Edge between a wall and a slope.
    const EDGE_MIDDLE: f64 = 0.45;
    let logistic = |d: f64| 1.0 / (1.0 + (-d).exp());
    let slenderness = scar.length_px / scar.width_px.max(1.0);
    if slenderness >= LINEAR_FROM {
        return (Kind::Linear, logistic(slenderness - LINEAR_FROM).max(0.5));
    }
    let width = scale.mm((scar.width_px * scar.length_px).sqrt());
    if width < ICE_PICK_BELOW_MM {
        let sure = logistic((ICE_PICK_BELOW_MM - width) / (0.5 * PASSING_MM));
        return (Kind::IcePick, sure.max(0.5));
    }
    let gentle = width - ROLLING_FROM_MM - EDGE_WORTH_MM * (scar.edge - EDGE_MIDDLE);
    let rolling = logistic(gentle / (0.5 * PASSING_MM));
    if rolling >= 0.5 {
        (Kind::Rolling, rolling)
    } else {
        (Kind::Boxcar, 1.0 - rolling)
    }
}

/// Share of `measured` that is scar.
#[must_use]
pub fn area_fraction(totals: &Totals, measured: &Mask) -> Option<f64> {
    let all = count(measured);
    (all > 0).then(|| totals.area_px / all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relief::{Light, Side};

    const SIZE: (usize, usize) = (40, 40);

    /// A visit with one square dent of a depth, shaded `strength` inside and 0.01 outside.
    fn visit(strength: f32, depth: f32) -> Visit {
        let inside = |(y, x): (usize, usize)| (10..20).contains(&y) && (10..20).contains(&x);
        let sign = |(y, x): (usize, usize)| if (x + y) % 2 == 0 { 1.0 } else { -1.0 };
        let of = |within: f32, without: f32| {
            Field::from_shape_fn(SIZE, |at| if inside(at) { within } else { without })
        };
        Visit {
            shading: Field::from_shape_fn(SIZE, sign) * of(strength, 0.01),
            relief: Relief {
                index: of(-1.0, 1.0),
                height: of(-depth, 0.0),
                light: Light {
                    axis_deg: 0.0,
                    directionality: 0.2,
                },
                side: Side::Axis,
            },
            scars: Scars {
                labels: of(1.0, 0.0).mapv(|l| l as u32),
                count: 1,
            },
        }
    }

    fn volumes(after: Visit, texture_gap: f64) -> [f64; 2] {
        let before = visit(0.1, 2.0);
        let healthy = before.scars.labels.mapv(|l| l == 0);
        let both = Both {
            before,
            after,
            healthy,
            texture_gap,
        }
        .in_one_gain();
        [&both.before, &both.after].map(|v| measure(v.surface(), &both.healthy)[0].volume_px)
    }

    #[test]
    fn depth_follows_the_shading() {
        let [before, after] = volumes(visit(0.05, 2.0), 0.0);
        assert!((before - 200.0).abs() < 1e-6, "{before}");
        assert!((90.0..105.0).contains(&after), "{after}");
    }

    #[test]
    fn a_stronger_light_is_no_deeper_dent() {
        let (stronger, gap) = (1.5_f32, 1.5_f64.ln());
        let mut after = visit(0.1, 2.0);
        after.shading *= stronger;
        let [before, after] = volumes(after, gap);
        // Half of the gap is believed.
        assert!((after / before - 1.5_f64.sqrt()).abs() < 0.01, "{after}");
    }

    #[test]
    fn nothing_changes_between_a_photo_and_itself() {
        let [before, after] = volumes(visit(0.1, 2.0), 0.0);
        assert_eq!(before.to_bits(), after.to_bits());
    }
}
