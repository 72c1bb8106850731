//! Relief's light apart from pigment.
//!
//! In density, d = -ln(linear RGB), melanin and haemoglobin add along directions of their own and
//! shading adds alike to all channels (Tsumura et al. 1999, J. Opt. Soc. Am. A 16:2169; 2003, ACM
//! Trans. Graph. 22:770). Inverting that 3 x 3 system for each pixel doubles the noise, and in
//! photographs shading is not colourless: tone curves bend red more than green, sheen is white, and
//! light that bounces inside a hollow turns redder, along the very line on which pigment and blood
//! lie. Taking off all that chroma explains takes off most of the dents as well. So the pigment-free
//! shading here takes off half of it, and what decides pixels ([`crate::relief`]) is shown luminance
//! and chroma apart.

use crate::filter::{WeightedBlur, gaussian};
use crate::raster::{Field, LinearImage, Mask, map, weights, zip2, zip3};
use crate::units::PixelsPerMm;

/// Settings of [`shade`].
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Standard deviation, mm, of the Gaussian whose blur is taken off: body shape and lamp
    /// fall-off are wider, a rolling scar (up to 8 mm across) is narrower.
    pub widest_mm: f64,
    /// Standard deviation, mm, of the blur of chroma in the pigment-free shading. Scattering in the
    /// skin blurs pigment by about this; JPEG keeps chroma at half resolution.
    pub chroma_blur_mm: f64,
    /// Share of the luminance that chroma explains as pigment and blood that is taken off, 0 to 1.
    pub pigment_share: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            widest_mm: 5.0,
            chroma_blur_mm: 0.2,
            pigment_share: 0.5,
        }
    }
}

/// A photo's light on skin, high-passed; gaps (hairs, glints) filled from the skin around, 0 far from
/// skin. Natural-log units: 0.05 is 5 % more than the skin around.
#[derive(Debug, Clone, PartialEq)]
pub struct Shading {
    /// Log luminance.
    pub luminance: Field,
    /// log(R/G) and log(B/G).
    pub chroma: [Field; 2],
    /// Log luminance less what pigment and blood explain of it.
    pub field: Field,
}

/// Linear light below which a channel says nothing: about the tenth step of an 8-bit sRGB file.
const DARKEST: f32 = 0.003;

/// What one unit of melanin and one of haemoglobin do to (log R/G, log B/G, log Y): melanin absorbs
/// as wavelength to the power -3.33 (Jacques 1998) at 600, 540 and 460 nm; haemoglobin as in Tsumura
/// et al. 1999.
pub const MELANIN: [f64; 3] = [0.141, -0.336, -0.464];
/// See [`MELANIN`].
pub const HAEMOGLOBIN: [f64; 3] = [0.385, 0.018, -0.587];

/// Light of a photo on its skin.
///
/// `image` is linear light at the working scale, `skin` its open skin, `scale` its px/mm.
#[must_use]
pub fn shade(image: &LinearImage, skin: &Mask, scale: PixelsPerMm, options: &Options) -> Shading {
    let log = |plane: &Field| map(plane, |v| v.max(DARKEST).ln());
    let [red, green, blue] = [0, 1, 2].map(|c| log(&image.planes[c]));
    let luminance = log(&image.luminance());
    let weight = weights(skin);
    let wide = WeightedBlur::new(&weight, scale.px(options.widest_mm) as f32);
    let fill = WeightedBlur::new(&weight, scale.px(FILL_MM).max(1.0) as f32);
    let high_pass = |field: &Field| {
        let background = wide.of(field, 0.0);
        filled(zip2(field, &background, |v, b| v - b), skin, &fill)
    };
    let luminance = high_pass(&luminance);
    let chroma = [&red, &blue].map(|channel| high_pass(&zip2(channel, &green, |c, g| c - g)));
    let soft = scale.px(options.chroma_blur_mm).max(1.0) as f32;
    let [a, b] = pigment_coefficients().map(|c| (options.pigment_share * c) as f32);
    let [rg, bg] = chroma.each_ref().map(|c| gaussian(c, soft));
    let field = zip3(&luminance, &rg, &bg, |y, c, d| y - a * c - b * d);
    Shading {
        luminance,
        chroma,
        field,
    }
}

/// Standard deviation of the fill of gaps, mm: wider than a hair, narrower than a scar.
const FILL_MM: f64 = 0.3;

/// Skin's values, with gaps filled from the skin around so that filters wider than a gap do not see
/// it, fading to 0 away from skin so that none of them sees a step.
fn filled(mut field: Field, skin: &Mask, fill: &WeightedBlur) -> Field {
    let near = fill.of(&field, 0.0);
    ndarray::Zip::from(&mut field)
        .and(skin)
        .and(&near)
        .and(&fill.reach)
        .for_each(|v, &s, &n, &r| {
            if !s {
                *v = n * (2.0 * r).min(1.0);
            }
        });
    field
}

/// Log luminance per unit of log(R/G) and of log(B/G) that melanin and haemoglobin explain: with
/// these both vanish from the difference.
#[must_use]
pub fn pigment_coefficients() -> [f64; 2] {
    let (m, h) = (MELANIN, HAEMOGLOBIN);
    let determinant = m[0] * h[1] - m[1] * h[0];
    [
        (m[2] * h[1] - m[1] * h[2]) / determinant,
        (m[0] * h[2] - m[2] * h[0]) / determinant,
    ]
}
