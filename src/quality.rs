//! What a single photo is fit for: sharpness, noise, clipping, and the colour of its skin.

mod spectrum;

use crate::filter::dilate;
use crate::raster::{
    Field, LUMINANCE, LinearImage, Mask, count, each, masked, masked_of, row, zip3,
};
use crate::stats::{median, quantile};
use crate::units::PixelsPerMm;
use spectrum::SkinSpectrum;

/// What a photo's skin shows of the photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Quality {
    /// Share of the band up to the Nyquist frequency of the working scale that carries skin texture,
    /// 0 to 1; light and contrast divide out. Comparable between photos at the same working scale.
    /// `None` where too little unbroken skin shows.
    pub sharpness: Option<f64>,
    /// Standard deviation of the noise of ln Y, one pixel at working scale, in the smoothest fifth of
    /// the skin (texture counts as noise where no skin is smooth). `None` as above.
    pub noise_sigma: Option<f64>,
    /// Share of open skin with a channel at white or all at black: nothing can be measured there.
    pub clipped_fraction: f64,
    /// Share of the picture that is open skin.
    pub skin_fraction: f64,
    /// Open skin, mm².
    pub skin_mm2: f64,
    /// Individual typology angle of the median skin colour, degrees (Chardon et al. 1991): above 55
    /// very light, 41 light, 28 intermediate, 10 tan, -30 brown, below dark. As good as the photo's
    /// exposure and white balance.
    pub ita_deg: Option<f64>,
    /// Erythema index, median over skin of log10(R/G) in linear light (Dawson et al. 1980). Shifts
    /// with white balance: compare only after normalisation.
    pub redness: Option<f64>,
    /// Melanin index, median over skin of log10(1/R) in linear light (Takiwaki 1998). Shifts with
    /// exposure: compare only after normalisation.
    pub pigment: Option<f64>,
    /// How far the strongest narrow frequency stands above its neighbours, natural logarithm of
    /// power. Skin: 0.5 to 2.3; a photo of a screen: 3 and more. `None` where too little skin shows.
    pub screen_peak: Option<f64>,
    /// Share of the upper half of the band that holds nothing but rounding, 0 to 1: high where a
    /// photo was enlarged, smoothed or "beautified".
    pub empty_band: Option<f64>,
    /// Median linear luminance of skin, 0 to 1; `None` where no skin shows.
    pub luminance: Option<f64>,
    /// What speaks against measuring on this photo.
    pub reasons: Vec<Reason>,
}

/// Why a photo is less fit, or unfit, for measuring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Less open skin than [`LEAST_SKIN_MM2`] or [`LEAST_SKIN_SHARE`].
    LittleSkin,
    /// Sharpness below [`LEAST_SHARPNESS`].
    Soft,
    /// Noise above [`MOST_NOISE`].
    Noisy,
    /// Clipping above [`MOST_CLIPPED`].
    Clipped,
    /// Skin darker than [`DARKEST_SKIN`].
    Dark,
    /// A screen's pixels beat with the camera's.
    PhotoOfScreen,
    /// Enlarged or smoothed.
    Smoothed,
}

impl Reason {
    /// A short name that does not change.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::LittleSkin => "little-skin",
            Self::Soft => "soft",
            Self::Noisy => "noisy",
            Self::Clipped => "clipped",
            Self::Dark => "dark",
            Self::PhotoOfScreen => "photo-of-screen",
            Self::Smoothed => "smoothed",
        }
    }

    /// What is wrong, a phrase.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::LittleSkin => "too little open skin shows",
            Self::Soft => "the skin is not sharp",
            Self::Noisy => "the photo is noisy",
            Self::Clipped => "part of the skin is clipped to white or black",
            Self::Dark => "the photo is far too dark: too few shades are left on the skin",
            Self::PhotoOfScreen => {
                "this looks like a photo of a screen: a fine, even grid lies over the skin, as a \
                 screen's pixels leave in a photo of it"
            }
            Self::Smoothed => {
                "no fine detail is left: the photo was enlarged, smoothed or beautified"
            }
        }
    }

    /// What to do about it, a phrase.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::LittleSkin => "move closer, and keep hair, clothes and hands away",
            Self::Soft => "focus on the skin, hold still, use more light",
            Self::Noisy => "use more light or a lower sensitivity (ISO)",
            Self::Clipped => "lower the exposure, avoid a direct flash and hard sun",
            Self::Dark => {
                "use more light or a longer exposure, and give the photo as the camera makes it, not \
                 linear or raw values"
            }
            Self::PhotoOfScreen => "use the file that the screen showed, not a photo of the screen",
            Self::Smoothed => "use the camera's original file, with no filter and no beauty mode",
        }
    }

    /// What is wrong and what to do about it, one phrase.
    #[must_use]
    pub fn message(self) -> String {
        format!("{}; {}", self.what(), self.remedy())
    }
}

/// Least open skin, mm²: two square centimetres, a handful of scars and skin around them.
pub const LEAST_SKIN_MM2: f64 = 200.0;
/// Least share of the picture: a face that fills its height shows three times as much. With less,
/// the guess of a millimetre's pixels is far off, and so is what counts as a scar.
pub const LEAST_SKIN_SHARE: f64 = 0.1;
/// Sharpness of a sharp photo, and more: pixels, not the lens, set what shows.
pub const SHARP: f64 = 0.5;
/// Least sharpness; a sharp photo ([`SHARP`]) blurred by 2 px has less.
pub const LEAST_SHARPNESS: f64 = 0.3;
/// Most noise of ln Y: half the shading of a faint scar (0.06) in a single pixel.
pub const MOST_NOISE: f64 = 0.03;
/// Most clipped skin; a shining cheek clips red on 2 to 4 % and can still be measured.
pub const MOST_CLIPPED: f64 = 0.05;
/// Linear luminance of skin, median, below which one step of 8 bits is more than the shading of a faint
/// scar (0.06): 26 of 255. Skin of type VI, exposed as other skin, has six times as much.
pub const DARKEST_SKIN: f64 = 0.0103;
/// Least peak of a screen.
pub const SCREEN_PEAK: f64 = 3.2;
/// Most of the upper band empty.
pub const MOST_EMPTY: f64 = 0.9;

/// [`crate::relief::Light::directionality`] of one grazing lamp on an isotropic surface, which results
/// call 1.
pub const GRAZING: f64 = 0.5;

/// How much of the light comes from a side, 0 (ring flash) to 1 (a single grazing lamp).
#[must_use]
pub fn from_a_side(directionality: f64) -> f64 {
    (directionality / GRAZING).min(1.0)
}

/// Linear light from which a channel counts as white (253 of 255), and to which all count as black
/// (1 of 255).
const WHITE: f32 = 0.98;
const BLACK: f32 = 0.000_35;
/// Added before a logarithm, linear light: the first step of 8 bit above black.
const FLOOR: f32 = 0.0003;
/// Empty: up to this many times the power of rounding to 8 bit (a codec rounds again).
const ROUNDINGS: f64 = 4.0;

/// Judges a photo by its open skin. `skin` has the size of `image`.
#[must_use]
pub fn judge(image: &LinearImage, skin: &Mask, scale: PixelsPerMm) -> Quality {
    let [r, g, b] = &image.planes;
    let log_luminance = zip3(r, g, b, |r, g, b| {
        let luminance = LUMINANCE[0] * r + LUMINANCE[1] * g + LUMINANCE[2] * b;
        (luminance.max(0.0) + FLOOR).ln()
    });
    let spectrum = SkinSpectrum::of(&log_luminance, skin);
    let pixels = count(skin);
    let rounding = rounding_power(&log_luminance, skin);
    let mut quality = Quality {
        sharpness: spectrum.as_ref().map(SkinSpectrum::sharpness),
        noise_sigma: noise(&log_luminance, skin),
        clipped_fraction: clipped(image, skin) as f64 / pixels.max(1) as f64,
        skin_fraction: pixels as f64 / skin.len().max(1) as f64,
        skin_mm2: scale.mm2(pixels as f64),
        ita_deg: median_colour(image, skin).and_then(ita),
        redness: redness(image, skin),
        pigment: pigment(image, skin),
        screen_peak: spectrum.as_ref().and_then(SkinSpectrum::peak),
        empty_band: spectrum
            .as_ref()
            .zip(rounding)
            .map(|(s, r)| s.empty_share(ROUNDINGS * r)),
        luminance: median(&mut masked(&log_luminance, skin)).map(|l| f64::from(l.exp() - FLOOR)),
        reasons: Vec::new(),
    };
    quality.reasons = reasons(&quality);
    quality
}

/// Erythema index, median over skin of log10(R/G) (Dawson et al. 1980).
#[must_use]
pub fn redness(image: &LinearImage, skin: &Mask) -> Option<f64> {
    let [r, g, _] = &image.planes;
    let ratio = |[r, g]: [f32; 2]| (r.max(0.0) + FLOOR) / (g.max(0.0) + FLOOR);
    log_median(&mut masked_of([r, g], skin, ratio), 1.0)
}

/// Melanin index, median over skin of log10(1/R) (Takiwaki 1998).
#[must_use]
pub fn pigment(image: &LinearImage, skin: &Mask) -> Option<f64> {
    // The sign stands before the median: of an even number the middle one by rank is not the same
    // from the other end.
    let less = |[r]: [f32; 1]| -(r.max(0.0) + FLOOR);
    log_median(&mut masked_of([&image.planes[0]], skin, less), -1.0)
}

/// `sign` times log10 of `sign` times the median: the logarithm keeps the order, so that of the middle
/// one is enough.
fn log_median(values: &mut [f32], sign: f32) -> Option<f64> {
    let middle = median(values)?;
    Some(f64::from(sign * (sign * middle).log10()))
}

fn reasons(quality: &Quality) -> Vec<Reason> {
    let below = |v: Option<f64>, limit: f64| v.is_some_and(|v| v < limit);
    let above = |v: Option<f64>, limit: f64| v.is_some_and(|v| v > limit);
    [
        (
            Reason::LittleSkin,
            quality.skin_mm2 < LEAST_SKIN_MM2 || quality.skin_fraction < LEAST_SKIN_SHARE,
        ),
        (Reason::Soft, below(quality.sharpness, LEAST_SHARPNESS)),
        (Reason::Noisy, above(quality.noise_sigma, MOST_NOISE)),
        (Reason::Clipped, quality.clipped_fraction > MOST_CLIPPED),
        (Reason::Dark, below(quality.luminance, DARKEST_SKIN)),
        (
            Reason::PhotoOfScreen,
            above(quality.screen_peak, SCREEN_PEAK),
        ),
        (Reason::Smoothed, above(quality.empty_band, MOST_EMPTY)),
    ]
    .into_iter()
    .filter(|&(_, applies)| applies)
    .map(|(reason, _)| reason)
    .collect()
}

fn clipped(image: &LinearImage, skin: &Mask) -> usize {
    let on_line = |y: usize| {
        let [r, g, b] = image.planes.each_ref().map(|plane| row(plane, y));
        let most = r.iter().zip(g).zip(b).map(|((r, g), b)| r.max(*g).max(*b));
        let clipped = most.map(|most| most >= WHITE || most <= BLACK);
        clipped.zip(row(skin, y)).filter(|&(c, &s)| c && s).count()
    };
    (0..skin.nrows()).map(on_line).sum()
}

fn median_colour(image: &LinearImage, skin: &Mask) -> Option<[f64; 3]> {
    let middle = |plane: &Field| median(&mut masked(plane, skin));
    let [r, g, b] = image.planes.each_ref().map(middle);
    Some([r?, g?, b?].map(|v| f64::from(v.max(0.0))))
}

/// Individual typology angle, degrees, atan2(L* - 50, b*) (Chardon et al. 1991), of linear sRGB;
/// `None` for b* of 0 or less, where the angle means nothing (no skin is blue).
#[must_use]
pub fn ita(linear_rgb: [f64; 3]) -> Option<f64> {
    let [lightness, _, b] = cielab(linear_rgb);
    (b > 0.0).then(|| (lightness - 50.0).atan2(b).to_degrees())
}

/// CIELAB for D65 and the 2° observer (CIE 15:2004) of linear sRGB (IEC 61966-2-1).
#[must_use]
pub fn cielab([r, g, b]: [f64; 3]) -> [f64; 3] {
    const WHITE_POINT: [f64; 3] = [0.950_47, 1.0, 1.088_83];
    let x = 0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b;
    let y = 0.212_672_9 * r + 0.715_152_2 * g + 0.072_175_0 * b;
    let z = 0.019_333_9 * r + 0.119_192_0 * g + 0.950_304_1 * b;
    let f = |t: f64| {
        const DELTA: f64 = 6.0 / 29.0;
        if t > DELTA.powi(3) {
            t.cbrt()
        } else {
            t / (3.0 * DELTA * DELTA) + 4.0 / 29.0
        }
    };
    let (fx, fy, fz) = (
        f(x / WHITE_POINT[0]),
        f(y / WHITE_POINT[1]),
        f(z / WHITE_POINT[2]),
    );
    [116.0 * fy - 16.0, 500.0 * (fx - fy), 200.0 * (fy - fz)]
}

/// Power of ln Y that rounding sRGB to 8 bit leaves on this skin.
fn rounding_power(log_luminance: &Field, skin: &Mask) -> Option<f64> {
    /// sRGB is near a power of 1/2.2.
    const GAMMA: f64 = 2.2;
    /// Three channels rounded independently, weighted as in Y: sqrt(0.2126² + 0.7152² + 0.0722²).
    const CHANNELS: f64 = 0.75;
    let level = f64::from(median(&mut masked(log_luminance, skin))?);
    let code = 255.0 * (level / GAMMA).exp();
    let sigma = CHANNELS * GAMMA / code / 12f64.sqrt();
    Some(sigma * sigma)
}

/// Noise in the smoothest fifth of blocks of skin, by the mask that is blind to slopes and to plane
/// curvature (Immerkær 1996).
fn noise(log_luminance: &Field, skin: &Mask) -> Option<f64> {
    const BLOCK: usize = 16;
    const SMOOTHEST: f64 = 0.2;
    let (rows, columns) = skin.dim();
    let clear = each(&dilate(&each(skin, |s| !s), 1.5), |near| !near);
    let mut sigmas = Vec::new();
    for top in (1..rows.saturating_sub(BLOCK)).step_by(BLOCK) {
        for left in (1..columns.saturating_sub(BLOCK)).step_by(BLOCK) {
            let (mut sum, mut n) = (0.0f64, 0usize);
            for y in top..top + BLOCK {
                let [up, here, down] =
                    [y - 1, y, y + 1].map(|v| &row(log_luminance, v)[left - 1..=left + BLOCK]);
                let inside = &row(&clear, y)[left..left + BLOCK];
                for (x, _) in inside.iter().enumerate().filter(|&(_, &s)| s) {
                    let outer = up[x] + up[x + 2] + down[x] + down[x + 2];
                    let cross = up[x + 1] + down[x + 1] + here[x] + here[x + 2];
                    sum += f64::from((outer - 2.0 * cross + 4.0 * here[x + 1]).abs());
                    n += 1;
                }
            }
            if n >= BLOCK * BLOCK / 2 {
                // The mask multiplies the standard deviation by 6; a normal's mean size is
                // sqrt(2/π) of it.
                let mean = sum / n as f64;
                sigmas.push((mean * (std::f64::consts::PI / 2.0).sqrt() / 6.0) as f32);
            }
        }
    }
    quantile(&mut sigmas, SMOOTHEST).map(f64::from)
}

#[cfg(test)]
mod tests;
