//! One visit's skin in units of its own fine texture.

use crate::filter::gaussian;
use crate::raster::{Field, map, masked, zip2};
use crate::relief::{Small, correlation};
use crate::stats::median_and_sigma;
use crate::units::PixelsPerMm;

/// One visit's skin, ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Log luminance in units of healthy fine texture, drawn in beyond [`KNEE`].
    pub luminance: Field,
    /// log(R/G) and log(B/G), in [`CHROMA_UNIT`].
    pub chroma: [Field; 2],
    /// Natural logarithm of the unit of luminance over [`USUAL_UNIT`].
    pub log_unit: f32,
    /// Where the light comes from, radians from +x toward +y.
    pub azimuth: f64,
    /// 0 (no side) to 0.5.
    pub directionality: f32,
}

/// Values of luminance beyond about this many units grow as their logarithm: dents reach dozens of
/// units, edges hundreds.
const KNEE: f32 = 12.0;

/// Natural-log units of chroma shown as 1: a strong freckle.
pub const CHROMA_UNIT: f32 = 0.05;

/// Scatter of log luminance of fine texture under a usual light.
const USUAL_UNIT: f32 = 0.012;

/// Luminance of so many units, drawn in beyond [`KNEE`]; and back.
#[must_use]
pub fn drawn_in(units: f32) -> f32 {
    KNEE * (units / KNEE).asinh()
}

/// See [`drawn_in`].
#[must_use]
pub fn drawn_out(shown: f32) -> f32 {
    KNEE * (shown / KNEE).sinh()
}

/// Standard deviations, mm, of the blurs between which texture is fine: over grain, under scars.
const FINE_MM: [f64; 2] = [0.12, 1.0];

/// What of `luminance` is finer than scars and coarser than grain.
fn fine_texture(luminance: &Field, scale: PixelsPerMm) -> Field {
    let [fine, coarse] = FINE_MM.map(|mm| gaussian(luminance, scale.px(mm).max(0.3) as f32));
    zip2(&fine, &coarse, |f, c| f - c)
}

impl Look {
    /// The same in another unit of luminance.
    fn in_unit(self, log_unit: f32) -> Self {
        let factor = (self.log_unit - log_unit).exp();
        let luminance = map(&self.luminance, |v| drawn_in(factor * drawn_out(v)));
        Self {
            luminance,
            log_unit,
            ..self
        }
    }

    /// Luminance, then chroma.
    pub(super) fn planes(&self) -> [&Field; 3] {
        let [red, blue] = &self.chroma;
        [&self.luminance, red, blue]
    }

    /// The same in light from `azimuth`, radians.
    #[must_use]
    pub fn lit_from(mut self, azimuth: f64) -> Self {
        self.azimuth = azimuth;
        self
    }

    /// One unit of its luminance, natural-log units.
    #[must_use]
    pub fn unit(&self) -> f32 {
        USUAL_UNIT * self.log_unit.exp()
    }

    /// `small` as seen in light from `azimuth` (radians).
    #[must_use]
    pub fn of(small: &Small, azimuth: f64, directionality: f64) -> Self {
        let luminance = &small.shading.luminance;
        let texture = fine_texture(luminance, small.scale);
        let unit = median_and_sigma(&mut masked(&texture, &small.skin)).map_or(USUAL_UNIT, |m| m.1);
        let unit = unit.max(0.05 * USUAL_UNIT);
        Self {
            luminance: map(luminance, |v| drawn_in(v / unit)),
            chroma: (small.shading.chroma.each_ref()).map(|c| map(c, |v| v / CHROMA_UNIT)),
            log_unit: (unit / USUAL_UNIT).ln(),
            azimuth,
            directionality: directionality.min(0.5) as f32,
        }
    }
}

/// Both looks in units whose ratio both photos' common texture bears out, and by how much, in natural
/// logarithms, the after photo's unit was the larger at first.
///
/// Hair that grew and noise add to one photo's scatter; a lamp that moved scales what both show. With
/// correlation ρ of both textures and their scatters' ratio r, the true ratio of gains lies between
/// r·ρ and r/ρ (Frisch's bounds for errors in both variables, 1934). Of these the one nearest to 1 is
/// taken: the same person, the same camera, until the photos say otherwise.
#[must_use]
pub fn agreed(before: Look, after: Look, skin: &Field, scale: PixelsPerMm) -> ([Look; 2], f64) {
    /// Texture beyond this many units is hair, an edge or a dent.
    const CLEAR: f32 = 2.5;
    /// Correlation below which nothing common is seen, and any ratio may be true.
    const LEAST: f64 = 0.3;
    let texture = |look: &Look| {
        map(&fine_texture(&look.luminance, scale), |t| {
            t.clamp(-CLEAR, CLEAR)
        })
    };
    let mask = skin.mapv(|s| s > 0.5);
    let correlation = correlation(&texture(&before), &texture(&after), &mask);
    let slack = -(correlation.unwrap_or(0.0).clamp(LEAST, 1.0).ln() as f32);
    let gap = after.log_unit - before.log_unit;
    let less = gap.abs().min(slack);
    let looks = if gap == 0.0 {
        // Not a bit may change: the same photo twice has changed by exactly nothing.
        [before, after]
    } else if gap > 0.0 {
        let unit = after.log_unit - less;
        [before, after.in_unit(unit)]
    } else {
        let unit = before.log_unit - less;
        [before.in_unit(unit), after]
    };
    (looks, f64::from(gap))
}
