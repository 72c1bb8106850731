//! What is compared: log luminance, reduced, and brought to one local mean and contrast.
//!
//! Lamp, exposure, fall-off and skin tone go with the local mean; the strength of the light's
//! relief goes with the local contrast.

use super::View;
use super::sheet::Sheet;
use crate::filter::{WeightedBlur, bicubic, bilinear, gaussian, reduce};
use crate::raster::{Field, from_rows, map, planes_from_rows, row, weights, zip2, zip3};

/// Local contrast (natural log units) that counts as nothing: noise and JPEG blocks have about 0.01.
const FLOOR: f32 = 0.012;

/// Added to luminance before the logarithm, as a share of its mean: keeps black from ruling.
const LIFT: f32 = 0.03;

/// Values are cut at so many local standard deviations: one glint or hair is not a landmark.
const CUT: f32 = 3.0;

/// Share of a reduced pixel that must be skin.
const MOST: f32 = 0.75;

/// Fine detail blurred away before comparing, standard deviation in px of the level.
const DETAIL: f32 = 0.7;

/// Pixels along the edge of a level that are not compared.
const FRAME: usize = 3;

/// Linear luminance and skin, reduced `factor` times.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub luminance: Field,
    /// Share of each pixel that is skin.
    pub skin: Field,
    /// Picture px per px here.
    pub factor: f64,
    /// (rows, columns) of the picture.
    pub size: (usize, usize),
}

impl Source {
    pub fn new(view: &View, factor: f64) -> Self {
        Self {
            luminance: reduce(view.luminance, factor),
            skin: reduce(&weights(view.skin), factor),
            factor: factor.max(1.0),
            size: view.luminance.dim(),
        }
    }

    /// Normalised at `factor` picture px per px, with local mean and contrast over a Gaussian of
    /// `window` px there.
    pub fn picture(&self, factor: f64, window: f32) -> Picture {
        let again = (factor / self.factor).max(1.0);
        let small = |of: &Field| (again > 1.0).then(|| reduce(of, again));
        let (luminance, skin) = (small(&self.luminance), small(&self.skin));
        let luminance = luminance.as_ref().unwrap_or(&self.luminance);
        let skin = inside(skin.as_ref().unwrap_or(&self.skin));
        let lift = LIFT * mean_of(luminance, &skin).max(1e-6);
        let log = map(luminance, |l| (l.max(0.0) + lift).ln());
        let log = gaussian(&log, DETAIL);
        let around = WeightedBlur::new(&skin, window);
        let mean = around.of(&log, 0.0);
        let high = zip3(
            &log,
            &mean,
            &skin,
            |l, m, s| if s > 0.0 { l - m } else { 0.0 },
        );
        let variance = around.of(&map(&high, |h| h * h), 0.0);
        let values = zip2(&high, &variance, |h, v| {
            (h / (v.max(0.0).sqrt() + FLOOR)).clamp(-CUT, CUT)
        });
        Picture {
            values,
            skin,
            factor: self.factor * again,
            size: self.size,
        }
    }
}

/// 1 where enough of a pixel is skin, without the outermost pixels: there the local mean knows one
/// side only.
fn inside(share: &Field) -> Field {
    let (rows, columns) = share.dim();
    let within = FRAME..columns.saturating_sub(FRAME).max(FRAME);
    from_rows(rows, columns, |y, out| {
        if y >= FRAME && y + FRAME < rows {
            let line = row(share, y);
            for x in within.clone() {
                out[x] = f32::from(u8::from(line[x] >= MOST));
            }
        }
    })
}

fn mean_of(field: &Field, weight: &Field) -> f32 {
    let (mut sum, mut total) = (0.0f64, 1e-9f64);
    for (&v, &w) in field.iter().zip(weight) {
        if w > 0.0 {
            sum += f64::from(v * w);
            total += f64::from(w);
        }
    }
    (sum / total) as f32
}

/// A locally normalised picture: mean 0 and standard deviation about 1 around every pixel.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    /// 0 where there is no skin.
    pub values: Field,
    /// 1 on skin, else 0.
    pub skin: Field,
    /// Picture px per px here; pixel i has its centre at `factor * i + (factor - 1) / 2`.
    pub factor: f64,
    /// (rows, columns) of the picture at full size.
    pub size: (usize, usize),
}

impl Picture {
    /// Full-size px of a pixel's centre here.
    pub fn out(&self, i: f64) -> f64 {
        self.factor * i + (self.factor - 1.0) / 2.0
    }

    /// Where full-size px `p` lies here.
    pub fn within(&self, p: f64) -> f64 {
        (p - (self.factor - 1.0) / 2.0) / self.factor
    }

    /// `self`, the after picture, laid onto `before`'s grid by the sheet; 0 outside.
    pub fn laid_onto(&self, before: &Self, sheet: &Sheet) -> Self {
        let (tall, wide) = before.values.dim();
        let lines = sheet.lines(wide, before.factor);
        let (rows, columns) = self.values.dim();
        let (right, bottom) = (columns as f32 - 0.5, rows as f32 - 0.5);
        let [values, skin] = planes_from_rows(tall, wide, |r, [values, skin]| {
            let (mut xs, mut ys) = (vec![0.0; wide], vec![0.0; wide]);
            lines.fill(r, &mut xs, &mut ys);
            let places = xs.iter().zip(&ys);
            for ((value, skin), (&x, &y)) in values.iter_mut().zip(skin).zip(places) {
                let (x, y) = (
                    self.within(f64::from(x)) as f32,
                    self.within(f64::from(y)) as f32,
                );
                let inside = x > -0.5 && y > -0.5 && x < right && y < bottom;
                if inside && bilinear(&self.skin, x, y) > 0.5 {
                    *skin = 1.0;
                    *value = bicubic(&self.values, x, y);
                }
            }
        });
        Self {
            values,
            skin,
            factor: before.factor,
            size: before.size,
        }
    }
}

/// 1 on pixels of the mask (0 or 1) all of whose neighbours are in it, else 0.
pub(super) fn shrunk(mask: &Field) -> Field {
    let (rows, columns) = mask.dim();
    from_rows(rows, columns, |y, out| {
        for (x, o) in out.iter_mut().enumerate() {
            let mut least = mask[[y, x]];
            for v in y.saturating_sub(1)..=(y + 1).min(rows - 1) {
                for u in x.saturating_sub(1)..=(x + 1).min(columns - 1) {
                    least = least.min(mask[[v, u]]);
                }
            }
            *o = least;
        }
    })
}
