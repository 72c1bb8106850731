//! From light to file: exposure, white balance, blur, noise, tone curve, sharpening, 8 bits, JPEG.

use image::{Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use serde::Serialize;

use super::dice::{Dice, fraction, node};
use crate::filter::gaussian;
use crate::raster::{Field, LUMINANCE, from_rows, map, row, zip2, zip3};

/// A camera's inside, and what the photographer set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sensor {
    /// Luminance, linear, that the mean of the picture is exposed to.
    pub mean_luminance: f64,
    pub white_balance: [f64; 3],
    /// Standard deviation of the lens's blur, px.
    pub blur_px: f64,
    /// Variance of noise per unit of light, and standard deviation in the dark (1 = white).
    pub shot_noise: f64,
    pub read_noise: f64,
    /// Bend of the tone curve over sRGB's: 0 none, positive more contrast.
    pub contrast: f64,
    pub saturation: f64,
    /// Unsharp mask: share of what a blur of `sharpen_px` takes away that is put on top.
    pub sharpen: f64,
    pub sharpen_px: f64,
    /// Light lost in the corner.
    pub vignette: f64,
    /// JPEG quality.
    pub quality: u8,
    pub halved_chroma: bool,
}

impl Sensor {
    /// Draws a camera; `reflectance` is the skin's mean luminance.
    #[must_use]
    pub fn draw(reflectance: f64, dice: &mut Dice) -> Self {
        // Meters bring dark and light skin closer together than they are, not to the same grey.
        let mean = 0.40 * (reflectance / 0.36).powf(0.7);
        Self {
            mean_luminance: mean * dice.ratio(0.82, 1.18),
            white_balance: [dice.ratio(0.95, 1.09), 1.0, dice.ratio(0.92, 1.11)],
            blur_px: dice.range(0.45, 0.95),
            shot_noise: dice.ratio(1e-5, 2.5e-4),
            read_noise: dice.ratio(0.0005, 0.003),
            contrast: dice.range(-0.08, 0.30),
            saturation: dice.range(0.92, 1.12),
            sharpen: dice.range(0.0, 0.7),
            sharpen_px: dice.range(0.8, 1.6),
            vignette: dice.range(0.0, 0.18),
            quality: dice.count(82, 96) as u8,
            halved_chroma: dice.chance(0.5),
        }
    }

    /// A telephone of the kind that sharpens, lifts local contrast and stores small files.
    #[must_use]
    pub fn eager(mut self, dice: &mut Dice) -> Self {
        self.sharpen += dice.range(0.0, 1.3);
        self.sharpen_px *= dice.ratio(0.8, 3.0);
        self.contrast += dice.range(0.0, 0.25);
        self.blur_px *= dice.ratio(0.8, 1.8);
        self.quality = dice.count(60, 92) as u8;
        self
    }

    /// A camera of any kind: noisier or cleaner, with a tone curve of its own.
    #[must_use]
    pub fn free(mut self, dice: &mut Dice) -> Self {
        self.contrast += dice.range(-0.15, 0.25);
        self.shot_noise *= dice.ratio(0.3, 4.0);
        self.read_noise *= dice.ratio(0.3, 4.0);
        self.blur_px *= dice.ratio(0.6, 1.6);
        self.sharpen *= dice.ratio(0.2, 1.6);
        self.saturation *= dice.range(0.85, 1.15);
        self
    }

    /// The same camera another day: exposure and white balance are its own decision.
    #[must_use]
    pub fn another_day(&self, dice: &mut Dice) -> Self {
        let mut sensor = self.clone();
        sensor.mean_luminance *= dice.ratio(0.85, 1.18);
        sensor.white_balance[0] *= dice.ratio(0.94, 1.06);
        sensor.white_balance[2] *= dice.ratio(0.94, 1.06);
        sensor.blur_px = (self.blur_px * dice.range(0.85, 1.2)).clamp(0.4, 1.1);
        sensor.shot_noise *= dice.ratio(0.6, 1.6);
        sensor
    }

    /// Turns radiance (any scale) into the camera's 8-bit sRGB picture.
    #[must_use]
    pub fn develop(&self, radiance: [Field; 3], seed: u64) -> RgbImage {
        let [r, g, b] = self.exposed(radiance);
        let planes = [(r, 0), (g, 1), (b, 2)].map(|(plane, c)| {
            let lens = gaussian(&plane, self.blur_px as f32);
            let noisy = self.noisy(&lens, seed ^ (c + 1));
            map(&noisy, |v| self.tone(v))
        });
        let [r, g, b] = self.sharpened(planes);
        let byte = |v: f32| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        let (rows, columns) = r.dim();
        RgbImage::from_fn(columns as u32, rows as u32, |x, y| {
            let at = [y as usize, x as usize];
            Rgb([byte(r[at]), byte(g[at]), byte(b[at])])
        })
    }

    fn exposed(&self, radiance: [Field; 3]) -> [Field; 3] {
        let [r, g, b] = &radiance;
        let mut sum = 0.0;
        for y in 0..r.nrows() {
            for ((&r, &g), &b) in row(r, y).iter().zip(row(g, y)).zip(row(b, y)) {
                sum += f64::from(LUMINANCE[0] * r + LUMINANCE[1] * g + LUMINANCE[2] * b);
            }
        }
        let gain = self.mean_luminance / (sum / r.len().max(1) as f64).max(1e-9);
        let (rows, columns) = r.dim();
        let (cy, cx) = (rows as f32 / 2.0, columns as f32 / 2.0);
        let corner = cy * cy + cx * cx;
        let dark = self.vignette as f32;
        let mut gains = self.white_balance.iter();
        radiance.map(|plane| {
            let gain = (gain * gains.next().expect("three channels")) as f32;
            from_rows(rows, columns, |y, out| {
                let dy = y as f32 - cy;
                for (x, (o, &v)) in out.iter_mut().zip(row(&plane, y)).enumerate() {
                    let dx = x as f32 - cx;
                    *o = v * gain * (1.0 - dark * (dx * dx + dy * dy) / corner);
                }
            })
        })
    }

    /// Poisson-Gaussian noise, slightly smeared as demosaicing smears it.
    fn noisy(&self, plane: &Field, seed: u64) -> Field {
        /// Standard deviation of the smear, px, and what it leaves of white noise's deviation.
        const SMEAR: f32 = 0.55;
        const LEFT: f32 = 0.56;
        let white = from_rows(plane.nrows(), plane.ncols(), |y, out| {
            for (x, o) in out.iter_mut().enumerate() {
                let h = node(x as i32, y as i32, seed);
                // Four even numbers added: near enough to normal, without a logarithm.
                let sum: f32 = (0..4).map(|p| fraction(h, p)).sum();
                *o = (sum - 2.0) * 1.732;
            }
        });
        let grain = gaussian(&white, SMEAR);
        let (shot, read) = (self.shot_noise as f32, self.read_noise as f32);
        zip2(plane, &grain, |v, n| {
            v + n / LEFT * (shot * v.max(0.0) + read * read).sqrt()
        })
    }

    /// Linear light to the encoded value, 0 to 1.
    fn tone(&self, v: f32) -> f32 {
        // A shoulder: highlights bend over instead of clipping hard.
        let v = v.max(0.0);
        let v = if v > 0.7 {
            0.7 + 0.3 * (1.0 - (-(v - 0.7) / 0.3).exp())
        } else {
            v
        };
        let s = if v <= 0.003_130_8 {
            12.92 * v
        } else {
            1.055 * v.powf(1.0 / 2.4) - 0.055
        };
        let turn = std::f32::consts::TAU;
        s - self.contrast as f32 * (turn * s).sin() / turn
    }

    fn sharpened(&self, planes: [Field; 3]) -> [Field; 3] {
        let luma = zip3(&planes[0], &planes[1], &planes[2], |r, g, b| {
            0.299 * r + 0.587 * g + 0.114 * b
        });
        let soft = gaussian(&luma, self.sharpen_px as f32);
        let (amount, saturation) = (self.sharpen as f32, self.saturation as f32);
        let edge = zip2(&luma, &soft, |l, s| amount * (l - s));
        planes.map(|plane| zip3(&plane, &luma, &edge, |v, l, e| l + saturation * (v - l) + e))
    }

    /// The picture as a JPEG file, with a capture date (`YYYY-MM-DD`) in its EXIF.
    ///
    /// # Errors
    /// When the picture is too large for a JPEG (65535 px).
    pub fn jpeg(
        &self,
        rgb: &RgbImage,
        date: Option<&str>,
    ) -> Result<Vec<u8>, jpeg_encoder::EncodingError> {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, self.quality);
        encoder.set_sampling_factor(if self.halved_chroma {
            SamplingFactor::R_4_2_0
        } else {
            SamplingFactor::R_4_4_4
        });
        if let Some(date) = date {
            encoder.add_exif_metadata(&super::exif::capture_date(date))?;
        }
        let (width, height) = (rgb.width() as u16, rgb.height() as u16);
        encoder.encode(rgb.as_raw(), width, height, ColorType::Rgb)?;
        Ok(file)
    }
}
