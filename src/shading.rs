//! Relief's light apart from pigment.
//!
//! In density, d = -ln(linear RGB), melanin and haemoglobin add along directions of their own and
//! shading adds alike to all channels (Tsumura et al. 1999, J. Opt. Soc. Am. A 16:2169; 2003, ACM
//! Trans. Graph. 22:770). Inverting that 3 x 3 system for each pixel doubles the noise; here the
//! shading is what is left of the high-passed log luminance once the part that log chroma explains
//! is taken off, with two coefficients found by robust regression over the photo's own skin.

use crate::filter::{gaussian, gaussian_masked};
use crate::raster::{Field, LinearImage, Mask, map, row, zip2, zip3};
use crate::units::PixelsPerMm;

/// Settings of [`shade`].
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Standard deviation, mm, of the Gaussian whose blur is taken off: body shape and lamp
    /// fall-off are wider, a rolling scar (up to 8 mm across) is narrower.
    pub widest_mm: f64,
    /// Standard deviation, mm, of the window in which chroma is taken as linear in luminance. JPEG
    /// keeps chroma in coarse blocks; its window is never under [`LEAST_WINDOW_PX`].
    pub chroma_window_mm: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            widest_mm: 5.0,
            chroma_window_mm: 0.4,
        }
    }
}

/// Pigment-free shading of one photo.
#[derive(Debug, Clone)]
pub struct Shading {
    /// High-passed log luminance without pigment, natural-log units (0.05 is 5 % brighter than the
    /// skin around); 0 outside the skin.
    pub field: Field,
    /// Log luminance per unit of log(R/G) and of log(B/G) that was taken off.
    pub coefficients: [f64; 2],
    /// Change of log(R/G) and of log(B/G) per unit of shading; see [`tint`].
    pub tint: [f64; 2],
}

/// Linear light below which a channel says nothing: about the tenth step of an 8-bit sRGB file.
const DARKEST: f32 = 0.003;

/// What one unit of melanin and one of haemoglobin do to (log R/G, log B/G, log Y): melanin absorbs
/// as wavelength to the power -3.33 (Jacques 1998) at 600, 540 and 460 nm; haemoglobin as in Tsumura
/// et al. 1999. The prior of the regression solves these two rows for its coefficients.
const MELANIN: [f64; 3] = [0.141, -0.336, -0.464];
const HAEMOGLOBIN: [f64; 3] = [0.385, 0.018, -0.587];

/// Standard deviation, px, of the narrowest chroma window: JPEG's 16-px chroma blocks must not show.
pub const LEAST_WINDOW_PX: f32 = 5.0;

/// Standard deviation, mm, of the texture that is taken as shading alone ([`tint`]): furrows and
/// pores; what pigment does is blurred wider by scattering.
const TEXTURE_MM: f64 = 0.12;

/// The same in px at least: JPEG halves the resolution of chroma.
const LEAST_TEXTURE_PX: f32 = 1.5;

/// Weight of the prior: standard deviation of chroma, log units, at which the photo's own regression
/// and the published directions count alike. Healthy skin of one colour shows about this much.
const PRIOR_CHROMA: f64 = 0.01;

/// Residuals beyond this many robust standard deviations count less (Huber 1964).
const HUBER: f64 = 1.345;

/// Pixels that take part in the regression, at most; more change the third digit only.
const REGRESSION_PIXELS: usize = 150_000;

/// Separates relief's shading from pigment.
///
/// `image` is linear light at the working scale, `skin` its open skin, `scale` its px/mm.
#[must_use]
pub fn shade(image: &LinearImage, skin: &Mask, scale: PixelsPerMm, options: &Options) -> Shading {
    let log = |plane: &Field| map(plane, |v| v.max(DARKEST).ln());
    let [red, green, blue] = [0, 1, 2].map(|c| log(&image.planes[c]));
    let luminance = map(&image.luminance(), |v| v.max(DARKEST).ln());
    let wide = scale.px(options.widest_mm) as f32;
    let window = (scale.px(options.chroma_window_mm) as f32).max(LEAST_WINDOW_PX);
    let high_pass = |field: &Field| {
        let background = gaussian_masked(field, skin, wide, 0.0);
        on_skin(&zip2(field, &background, |v, b| v - b), skin)
    };
    let luminance = high_pass(&luminance);
    let chroma = [&red, &blue].map(|channel| high_pass(&zip2(channel, &green, |c, g| c - g)));
    let texture_px = (scale.px(TEXTURE_MM) as f32).max(LEAST_TEXTURE_PX);
    let tint = chroma
        .each_ref()
        .map(|c| tint(c, &luminance, skin, texture_px));
    let chroma: [Field; 2] = std::array::from_fn(|i| {
        let untinted = zip2(&chroma[i], &luminance, |c, l| c - tint[i] as f32 * l);
        guided(&untinted, &luminance, skin, window)
    });
    let coefficients = explain(&luminance, &chroma, skin, prior(tint));
    let [a, b] = coefficients.map(|c| c as f32);
    let field = zip3(&luminance, &chroma[0], &chroma[1], |y, c, d| {
        y - a * c - b * d
    });
    Shading {
        field: on_skin(&field, skin),
        coefficients,
        tint,
    }
}

/// The field on skin, 0 elsewhere.
#[must_use]
pub fn on_skin(field: &Field, skin: &Mask) -> Field {
    let mut out = field.clone();
    out.zip_mut_with(skin, |v, &s| {
        if !s {
            *v = 0.0;
        }
    });
    out
}

/// Shading with gaps (hair, glints) filled from the skin around, so that filters wider than a gap do
/// not see it; 0 where no skin is near.
#[must_use]
pub fn filled(shading: &Field, skin: &Mask, scale: PixelsPerMm) -> Field {
    /// Standard deviation of the fill, mm: wider than a hair, narrower than a scar.
    const FILL_MM: f64 = 0.3;
    let near = gaussian_masked(shading, skin, scale.px(FILL_MM).max(1.0) as f32, 0.0);
    let reach = gaussian(
        &skin.mapv(|s| if s { 1.0 } else { 0.0 }),
        scale.px(FILL_MM).max(1.0) as f32,
    );
    let mut out = shading.clone();
    ndarray::Zip::from(&mut out)
        .and(skin)
        .and(&near)
        .and(&reach)
        .for_each(|v, &s, &n, &r| {
            if !s {
                // Fades to nothing away from skin: no step for the transform to ring on.
                *v = n * (2.0 * r).min(1.0);
            }
        });
    out
}

/// Chroma as far as it goes along with luminance (guided filter, He, Sun & Tang 2013, IEEE PAMI
/// 35:1397): the sharp edge of a mark is kept, noise and compression blocks, which luminance knows
/// nothing of, are averaged away. `window` is the standard deviation of its Gaussian window in px.
fn guided(chroma: &Field, luminance: &Field, skin: &Mask, window: f32) -> Field {
    /// Variance of log luminance below which it guides nothing: (2 %)², noise and fine texture.
    const EPSILON: f32 = 4e-4;
    let mean = |field: &Field| gaussian_masked(field, skin, window, 0.0);
    let (mean_l, mean_c) = (mean(luminance), mean(chroma));
    let mean_ll = mean(&zip2(luminance, luminance, |a, b| a * b));
    let mean_lc = mean(&zip2(luminance, chroma, |a, b| a * b));
    let variance = zip2(&mean_ll, &mean_l, |ll, l| (ll - l * l).max(0.0));
    let covariance = zip3(&mean_lc, &mean_l, &mean_c, |lc, l, c| lc - l * c);
    let slope = zip2(&covariance, &variance, |c, v| c / (v + EPSILON));
    let offset = zip3(&mean_c, &slope, &mean_l, |c, s, l| c - s * l);
    zip3(&mean(&slope), luminance, &mean(&offset), |s, l, o| {
        s * l + o
    })
}

/// Huber regression of log luminance on the two chroma fields over skin, drawn to the prior.
fn explain(luminance: &Field, chroma: &[Field; 2], skin: &Mask, prior: [f64; 2]) -> [f64; 2] {
    let samples = sample(luminance, chroma, skin);
    if samples.is_empty() {
        return prior;
    }
    let ridge = samples.len() as f64 * PRIOR_CHROMA * PRIOR_CHROMA;
    let mut coefficients = prior;
    for _ in 0..12 {
        let residual = |s: &[f64; 3]| s[0] - coefficients[0] * s[1] - coefficients[1] * s[2];
        let mut sizes: Vec<f32> = samples.iter().map(|s| residual(s).abs() as f32).collect();
        let spread = f64::from(crate::stats::median(&mut sizes).unwrap_or(0.0)) * 1.4826;
        let limit = HUBER * spread.max(1e-6);
        let mut m = [[ridge, 0.0], [0.0, ridge]];
        let mut v = [ridge * prior[0], ridge * prior[1]];
        for s in &samples {
            let weight = (limit / residual(s).abs().max(limit)).min(1.0);
            for i in 0..2 {
                v[i] += weight * s[0] * s[i + 1];
                for j in 0..2 {
                    m[i][j] += weight * s[i + 1] * s[j + 1];
                }
            }
        }
        coefficients = solve(m, v);
    }
    coefficients
}

/// (log luminance, log R/G, log B/G) of evenly spaced skin pixels, in raster order.
fn sample(luminance: &Field, chroma: &[Field; 2], skin: &Mask) -> Vec<[f64; 3]> {
    let pixels = crate::raster::count(skin);
    let step = pixels.div_ceil(REGRESSION_PIXELS).max(1);
    let mut samples = Vec::with_capacity(pixels / step + 1);
    let mut seen = 0usize;
    for y in 0..skin.nrows() {
        let line = row(luminance, y).iter().zip(row(skin, y));
        let chroma = row(&chroma[0], y).iter().zip(row(&chroma[1], y));
        for ((&l, &s), (&c, &d)) in line.zip(chroma) {
            if s {
                if seen.is_multiple_of(step) {
                    samples.push([f64::from(l), f64::from(c), f64::from(d)]);
                }
                seen += 1;
            }
        }
    }
    samples
}

/// The coefficients that make published melanin and haemoglobin vanish from chroma without tint.
fn prior(tint: [f64; 2]) -> [f64; 2] {
    let row = |p: [f64; 3]| [p[0] - tint[0] * p[2], p[1] - tint[1] * p[2]];
    solve(
        [row(MELANIN), row(HAEMOGLOBIN)],
        [MELANIN[2], HAEMOGLOBIN[2]],
    )
}

/// How much a chroma changes with shading alone: the slope of its finest texture on luminance's.
///
/// A camera's tone curve bends red, which is nearest to white on skin, more than green, and light
/// that bounces inside a hollow turns redder: shading is not colourless in a photo. Pigment lies
/// under the surface and is blurred by it, so the finest texture is shading alone.
fn tint(chroma: &Field, luminance: &Field, skin: &Mask, texture_px: f32) -> f64 {
    let band = |field: &Field| {
        let fine = gaussian_masked(field, skin, texture_px, 0.0);
        let coarse = gaussian_masked(field, skin, 2.0 * texture_px, 0.0);
        zip2(&fine, &coarse, |f, c| f - c)
    };
    let (chroma, luminance) = (band(chroma), band(luminance));
    let (mut lc, mut ll) = (0.0f64, 0.0f64);
    for y in 0..skin.nrows() {
        let line = row(&luminance, y).iter().zip(row(&chroma, y));
        for ((&l, &c), &s) in line.zip(row(skin, y)) {
            if s {
                lc += f64::from(l * c);
                ll += f64::from(l * l);
            }
        }
    }
    if ll > 0.0 { lc / ll } else { 0.0 }
}

/// Cramer's rule; the matrices here have a ridge or are constants, so they are regular.
fn solve(m: [[f64; 2]; 2], v: [f64; 2]) -> [f64; 2] {
    let determinant = m[0][0] * m[1][1] - m[0][1] * m[1][0];
    [
        (v[0] * m[1][1] - m[0][1] * v[1]) / determinant,
        (m[0][0] * v[1] - v[0] * m[1][0]) / determinant,
    ]
}
