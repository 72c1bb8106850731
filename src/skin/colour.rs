//! The photo's own skin colour: where its dominant skin-like cluster lies in log-chroma, and how far
//! every pixel is from it.
//!
//! Log ratios of linear channels do not change with the amount of light, and another lamp or another
//! white balance only moves them (Finlayson & Hordley 2001), so one cluster per photo serves every
//! skin type and every lamp. No fixed box in colour space decides; a wide prior only says which of
//! several clusters is skin.

use ndarray::Array2;
use rayon::prelude::*;

use crate::filter::gaussian;
use crate::raster::{Field, LUMINANCE, LinearImage, Mask, map, row, zip2, zip3};
use crate::stats::{median_and_sigma, quantile};

/// Natural logarithms of light, `[[row, column]]`.
pub(super) struct LogColour {
    /// ln Y.
    pub luminance: Field,
    /// ln(R/G): grows with haemoglobin and melanin.
    pub red: Field,
    /// ln(G/B): grows with melanin.
    pub yellow: Field,
    /// ln Y of the photo's bright end (95th percentile).
    pub bright: f32,
}

/// Added to every channel before a ratio is taken, as a share of the photo's bright end (its 95th
/// percentile of luminance): below it, ratios are those of noise and of 8-bit steps.
const FLOOR_OF_BRIGHT: f32 = 0.003;
/// Least floor, linear light: the first step of 8-bit sRGB above black.
const LEAST_FLOOR: f32 = 0.0003;
/// Pixels looked at for a statistic of the whole photo; more do not sharpen it.
const SAMPLES: usize = 60_000;

impl LogColour {
    /// `chroma_blur`: standard deviation in px for the two ratios.
    pub fn of(image: &LinearImage, chroma_blur: f32) -> Self {
        let luminance = image.luminance();
        let bright = quantile(&mut sample(&luminance), 0.95).unwrap_or(1.0);
        let floor = (FLOOR_OF_BRIGHT * bright).max(LEAST_FLOOR);
        let log = |plane: &Field| map(plane, |v| (v.max(0.0) + floor).ln());
        let [r, g, b] = [&image.planes[0], &image.planes[1], &image.planes[2]].map(log);
        Self {
            luminance: log(&luminance),
            red: gaussian(&zip2(&r, &g, |r, g| r - g), chroma_blur),
            yellow: gaussian(&zip2(&g, &b, |g, b| g - b), chroma_blur),
            bright: (bright.max(0.0) + floor).ln(),
        }
    }
}

fn stride(pixels: usize) -> usize {
    (pixels / SAMPLES).max(1) | 1 // odd, so that it does not fall in step with rows
}

fn sample(field: &Field) -> Vec<f32> {
    let step = stride(field.len());
    field.iter().step_by(step).copied().collect()
}

/// One pixel that takes part in the fit.
#[derive(Clone, Copy)]
struct Sample {
    luminance: f32,
    red: f32,
    yellow: f32,
    weight: f32,
}

/// The cluster: chroma as a straight line in ln Y (shade is redder: it is lit by other skin), with
/// the scatter about it.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    /// Median ln Y of its members.
    pub luminance: f32,
    /// Robust standard deviation of ln Y.
    pub luminance_sigma: f32,
    red: [f64; 2],
    yellow: [f64; 2],
    /// Inverse covariance: rr, ry, yy.
    precision: [f64; 3],
}

/// Where skin's (ln R/G, ln G/B) lies over types I to VI under lamps from cold to warm. Skin sends
/// back more red than green (blood and melanin absorb green more) and hardly less green than blue.
/// Wide on purpose, and steep only toward grey: it ranks clusters, and what competes with skin in a
/// clinic is white and grey.
const PRIOR_RED: [f32; 2] = [0.40, 1.15];
const PRIOR_YELLOW: [f32; 2] = [0.0, 1.0];
/// How fast the prior falls outside: below and above the range of red, on both sides of yellow.
const PRIOR_SIGMA: [f32; 3] = [0.13, 0.2, 0.15];
/// How much yellower than red, ln(G/B) less ln(R/G), skin is at most, and how fast the prior falls
/// beyond: blood and melanin take more green than blue light gains on it, wood and leather do not.
const PRIOR_YELLOWER: [f32; 2] = [0.15, 0.10];
/// Prior weight of any colour at all: a photo of nothing but grey is skin too, photographed grey.
const PRIOR_FLOOR: f32 = 0.003;
/// The subject stands near the middle: weight of a corner, with 1 in the middle.
const CORNER_WEIGHT: f32 = 0.25;
/// Histogram of chroma: from, bin width, bins (log units).
const BINS_FROM: f32 = -0.8;
const BIN: f32 = 0.025;
const BINS: usize = 120;
/// Blur of the histogram, log units: as wide as one face's own chroma, so that mass and not
/// smoothness decides; a wall is much more uniform than a face.
const HISTOGRAM_BLUR: f32 = 0.08;
/// Least distance of two peaks that are two things, log units: more than a face's own chroma.
const APART: f32 = 0.25;
/// Standard deviations that the fitted scatter is held between, log units: the least is what JPEG
/// and noise do to one skin, the largest a face with strong redness.
const SIGMA_LEAST: f64 = 0.045;
const SIGMA_MOST: f64 = 0.14;
/// Members of the cluster during the fit, in standard deviations.
const MEMBER: f64 = 2.5;
/// A 2-D normal's variance per variance of what is left within [`MEMBER`].
const TRIM_CORRECTION: f64 = 1.16;
const ROUNDS: usize = 8;
/// Largest share of a pixel's light believed to be shine: more and there is no skin colour left to
/// tell it from a towel.
const SHINE_MOST: f32 = 0.35;
/// Steepest change of chroma per unit of ln Y believed.
const SLOPE_MOST: f64 = 0.15;

impl Cluster {
    /// `usable`: neither dark nor clipped, away from edges. `None` if there is nothing usable.
    pub fn find(colour: &LogColour, usable: &Mask) -> Option<Self> {
        let samples = gather(colour, usable);
        let fitted = modes(&samples).into_iter().map(|at| {
            let cluster = Self::around(at, &samples);
            let mass: f64 = (cluster.members(&samples))
                .map(|s| f64::from(s.weight))
                .sum();
            (cluster, mass)
        });
        // Of even ones the higher peak, which comes first.
        fitted
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
            .map(|(cluster, _)| cluster)
    }

    /// The cluster to which a peak of the histogram leads.
    fn around(start: [f32; 2], samples: &[Sample]) -> Self {
        let mut cluster = Self {
            luminance: 0.0,
            luminance_sigma: 1.0,
            red: [f64::from(start[0]), 0.0],
            yellow: [f64::from(start[1]), 0.0],
            precision: [1.0 / 0.01, 0.0, 1.0 / 0.01],
        };
        for _ in 0..ROUNDS {
            let members: Vec<Sample> = cluster.members(samples).copied().collect();
            cluster = Self::fit(&members).unwrap_or(cluster);
        }
        cluster
    }

    fn members<'a>(&self, samples: &'a [Sample]) -> impl Iterator<Item = &'a Sample> {
        let near = |s: &Sample| self.squared_distance(s.luminance, s.red, s.yellow);
        samples.iter().filter(move |s| near(s) < MEMBER * MEMBER)
    }

    /// How far a pixel's chroma is from skin's in that light, ln(R/G) and ln(G/B).
    fn offset(&self, luminance: f32, red: f32, yellow: f32) -> [f64; 2] {
        // Beyond two standard deviations of ln Y the line is not known: hold it.
        let reach = 2.0 * self.luminance_sigma;
        let l = f64::from((luminance - self.luminance).clamp(-reach, reach));
        [
            f64::from(red) - (self.red[0] + self.red[1] * l),
            f64::from(yellow) - (self.yellow[0] + self.yellow[1] * l),
        ]
    }

    /// Squared Mahalanobis distance of a pixel's chroma.
    fn squared_distance(&self, luminance: f32, red: f32, yellow: f32) -> f64 {
        let [u, v] = self.offset(luminance, red, yellow);
        let [rr, ry, yy] = self.precision;
        rr * u * u + 2.0 * ry * u * v + yy * v * v
    }

    /// Whether a pixel's chroma has more blood or pigment than the cluster's and nothing else: a mark on
    /// skin.
    pub fn stained(&self, colour: &LogColour, at: (usize, usize)) -> bool {
        /// Directions of haemoglobin and melanin in (ln R/G, ln G/B) by densities published for cameras
        /// (Tsumura et al. 1999, 2003) are (0.39, -0.02) and (-0.06, 0.48) to (0.13, 0.14); each with
        /// as much room beyond as cameras differ by.
        const BEYOND: [f64; 2] = [0.25, 0.35];
        let [u, v] = self.offset(colour.luminance[at], colour.red[at], colour.yellow[at]);
        v > -BEYOND[0] * u && u > -BEYOND[1] * v
    }

    /// The cluster that these samples make.
    fn fit(members: &[Sample]) -> Option<Self> {
        let mut l: Vec<f32> = members.iter().map(|s| s.luminance).collect();
        let (luminance, luminance_sigma) = median_and_sigma(&mut l)?;
        let luminance_sigma = luminance_sigma.clamp(0.1, 1.0);
        let reach = 2.0 * luminance_sigma;
        let at = |s: &Sample| f64::from((s.luminance - luminance).clamp(-reach, reach));
        let red = line(members.iter().map(|s| (at(s), f64::from(s.red))));
        let yellow = line(members.iter().map(|s| (at(s), f64::from(s.yellow))));
        let (mut rr, mut ry, mut yy) = (0.0, 0.0, 0.0);
        for s in members {
            let u = f64::from(s.red) - (red[0] + red[1] * at(s));
            let v = f64::from(s.yellow) - (yellow[0] + yellow[1] * at(s));
            rr += u * u;
            ry += u * v;
            yy += v * v;
        }
        let per = TRIM_CORRECTION / members.len() as f64;
        Some(Self {
            luminance,
            luminance_sigma,
            red,
            yellow,
            precision: inverse_within(rr * per, ry * per, yy * per),
        })
    }

    /// How much less red than skin in that light, ln(R/G).
    pub fn red_deficit(&self, colour: &LogColour) -> Field {
        let reach = 2.0 * self.luminance_sigma;
        zip2(&colour.luminance, &colour.red, |l, red| {
            let l = (l - self.luminance).clamp(-reach, reach);
            (self.red[0] + self.red[1] * f64::from(l)) as f32 - red
        })
    }

    /// The distance of every pixel's chroma from the cluster, in its standard deviations; of pixels
    /// brighter than most skin, the least over what they are and what they would be without shine.
    pub fn distance(&self, colour: &LogColour) -> Field {
        zip3(
            &colour.luminance,
            &colour.red,
            &colour.yellow,
            |l, red, yellow| {
                let plain = self.squared_distance(l, red, yellow);
                let dull = self
                    .without_shine(l, red, yellow)
                    .map_or(plain, |(red, yellow)| {
                        self.squared_distance(self.luminance, red, yellow)
                    });
                plain.min(dull).sqrt() as f32
            },
        )
    }

    /// The chroma left when the light beyond the skin's median, at most [`SHINE_MOST`] of the pixel,
    /// is taken off as white (dichromatic model, Shafer 1985). `None` where there is no shine to
    /// take off.
    fn without_shine(&self, luminance: f32, red: f32, yellow: f32) -> Option<(f32, f32)> {
        let share = (1.0 - (self.luminance - luminance).exp()).min(SHINE_MOST);
        let (r, b) = (red.exp(), (-yellow).exp()); // with G = 1
        let white = share * (LUMINANCE[0] * r + LUMINANCE[1] + LUMINANCE[2] * b);
        let (r, g, b) = (r - white, 1.0 - white, b - white);
        (share > 0.0 && r.min(g).min(b) > 0.0).then(|| ((r / g).ln(), (g / b).ln()))
    }
}

/// Least squares of v on u: value at u = 0 and slope, the slope held within [`SLOPE_MOST`].
fn line(points: impl Iterator<Item = (f64, f64)> + Clone) -> [f64; 2] {
    let (mut n, mut su, mut sv, mut suu, mut suv) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (u, v) in points {
        n += 1.0;
        su += u;
        sv += v;
        suu += u * u;
        suv += u * v;
    }
    let spread = suu - su * su / n;
    let slope = if spread > 1e-9 {
        ((suv - su * sv / n) / spread).clamp(-SLOPE_MOST, SLOPE_MOST)
    } else {
        0.0
    };
    [(sv - slope * su) / n, slope]
}

/// The inverse of a 2 x 2 covariance whose standard deviations are first brought between
/// [`SIGMA_LEAST`] and [`SIGMA_MOST`] along its own axes.
fn inverse_within(rr: f64, ry: f64, yy: f64) -> [f64; 3] {
    let angle = 0.5 * (2.0 * ry).atan2(rr - yy);
    let (s, c) = angle.sin_cos();
    let along = rr * c * c + 2.0 * ry * s * c + yy * s * s;
    let across = rr * s * s - 2.0 * ry * s * c + yy * c * c;
    let held = |v: f64| 1.0 / v.clamp(SIGMA_LEAST * SIGMA_LEAST, SIGMA_MOST * SIGMA_MOST);
    let (p, q) = (held(along), held(across));
    [
        p * c * c + q * s * s,
        (p - q) * s * c,
        p * s * s + q * c * c,
    ]
}

fn gather(colour: &LogColour, usable: &Mask) -> Vec<Sample> {
    let (rows, columns) = usable.dim();
    let step = ((usable.len() as f64 / SAMPLES as f64).sqrt() as usize).max(1);
    let (cy, cx) = (rows as f32 / 2.0, columns as f32 / 2.0);
    let at_rows: Vec<usize> = (0..rows).step_by(step).collect();
    let lines: Vec<Vec<Sample>> = at_rows
        .par_iter()
        .map(|&y| {
            (0..columns)
                .step_by(step)
                .filter(|&x| usable[[y, x]])
                .map(|x| {
                    let (v, u) = ((y as f32 - cy) / cy, (x as f32 - cx) / cx);
                    let (red, yellow) = (colour.red[[y, x]], colour.yellow[[y, x]]);
                    Sample {
                        luminance: colour.luminance[[y, x]],
                        red,
                        yellow,
                        weight: prior(red, yellow) * CORNER_WEIGHT.powf(0.5 * (u * u + v * v)),
                    }
                })
                .collect()
        })
        .collect();
    lines.concat()
}

fn prior(red: f32, yellow: f32) -> f32 {
    let outside = |v: f32, [low, high]: [f32; 2], below: f32, above: f32| {
        ((low - v).max(0.0) / below).max((v - high).max(0.0) / above)
    };
    let [pale, deep, either] = PRIOR_SIGMA;
    let p = outside(red, PRIOR_RED, pale, deep);
    let q = outside(yellow, PRIOR_YELLOW, either, either);
    let [most, fall] = PRIOR_YELLOWER;
    let r = (yellow - red - most).max(0.0) / fall;
    (-0.5 * (p * p + q * q + r * r)).exp() + PRIOR_FLOOR
}

/// Where the weighted, blurred histogram of chroma is highest, and where it is highest away from there:
/// paper and walls are all of one colour, and so make a peak that a larger, more varied face may not reach.
fn modes(samples: &[Sample]) -> Vec<[f32; 2]> {
    if samples.is_empty() {
        return Vec::new();
    }
    let bin = |v: f32| (((v - BINS_FROM) / BIN) as isize).clamp(0, BINS as isize - 1) as usize;
    let mut histogram = Array2::<f32>::zeros((BINS, BINS));
    for s in samples {
        histogram[[bin(s.red), bin(s.yellow)]] += s.weight;
    }
    let smooth = gaussian(&histogram, HISTOGRAM_BLUR / BIN);
    let highest = |allowed: &dyn Fn(usize, usize) -> bool| {
        let mut best: Option<(f32, usize, usize)> = None;
        for i in 0..BINS {
            for (j, &v) in row(&smooth, i).iter().enumerate() {
                if best.is_none_or(|b| v > b.0) && allowed(i, j) && is_peak(&smooth, i, j) {
                    best = Some((v, i, j));
                }
            }
        }
        best.map(|(_, i, j)| (i, j))
    };
    let Some(first) = highest(&|_, _| true) else {
        return Vec::new();
    };
    let away = (APART / BIN) as usize;
    let second = highest(&|i, j| i.abs_diff(first.0).max(j.abs_diff(first.1)) > away);
    let centre = |i: usize| BINS_FROM + (i as f32 + 0.5) * BIN;
    [Some(first), second]
        .into_iter()
        .flatten()
        .map(|(i, j)| [centre(i), centre(j)])
        .collect()
}

/// Whether no bin beside this one is higher.
fn is_peak(histogram: &Field, i: usize, j: usize) -> bool {
    let near = |k: usize| k.saturating_sub(1)..(k + 2).min(BINS);
    near(i).all(|y| near(j).all(|x| histogram[[y, x]] <= histogram[[i, j]]))
}
