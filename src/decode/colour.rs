//! From a file's numbers to linear light in the primaries of sRGB.
//!
//! Profiles of three curves and a matrix (sRGB, Display P3, Adobe RGB...) and of one grey curve
//! become a table and a matrix, which are exact; what is written in other ways is [`converted`].
//! Without a profile a photo is taken to be sRGB.

mod converted;

use moxcms::{
    CicpColorPrimaries, CicpProfile, ColorProfile, DataColorSpace, Layout, MatrixCoefficients,
    ToneReprCurve, TransferCharacteristics,
};

use super::caveat::Caveat;
use super::photo::Samples;
use converted::convert;
pub(super) use converted::{of_inks, of_lab};

/// Linear light (0 to 1) of an sRGB value (0 to 1) (IEC 61966-2-1).
#[must_use]
pub fn srgb_to_linear(v: f64) -> f64 {
    if v <= 0.040_45 {
        v / 12.92
    } else {
        ((v + 0.055) / 1.055).powf(2.4)
    }
}

/// sRGB value (0 to 1) of linear light (0 to 1) (IEC 61966-2-1).
#[must_use]
pub fn linear_to_srgb(v: f64) -> f64 {
    if v <= 0.003_130_8 {
        v * 12.92
    } else {
        1.055 * v.powf(1.0 / 2.4) - 0.055
    }
}

/// A curve for each channel, then a matrix: what turns the file's numbers into linear sRGB light.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Colour {
    /// Linear light of every possible sample; one curve (grey) or three.
    pub(super) curves: Vec<Vec<f32>>,
    /// Rows give red, green, blue of linear sRGB; `None` where the primaries are those of sRGB.
    pub(super) matrix: Option<[[f32; 3]; 3]>,
    /// Whether the samples are sRGB as they stand.
    pub(super) is_srgb: bool,
}

/// A profile whose curves are this near sRGB's, in linear light (a third of an 8-bit level at
/// black), and whose matrix is this near the identity (an eighth of a level at white), is sRGB but
/// for the rounding of its tables. Photos saved with and without such a profile then come out alike
/// to the last bit.
const CURVE_WITHIN: f64 = 1e-4;
const MATRIX_WITHIN: f64 = 1e-3;

impl Colour {
    pub(super) fn srgb(channels: usize, levels: usize) -> Self {
        let curve: Vec<f32> = (0..levels)
            .map(|i| srgb_to_linear(i as f64 / (levels - 1) as f64) as f32)
            .collect();
        Self {
            curves: vec![curve; channels],
            matrix: None,
            is_srgb: true,
        }
    }

    /// From a profile of curves and a matrix, or of one grey curve; `None` if it is not one.
    fn of_profile(profile: &ColorProfile, channels: usize, levels: usize) -> Option<Self> {
        let grey = profile.color_space == DataColorSpace::Gray;
        let curves = match (grey, channels) {
            (true, 1) => vec![curve(profile.gray_trc.as_ref()?, levels)?],
            // Grey pixels in a colour profile are neutral: green stands for all three.
            (false, 1) => vec![curve(profile.green_trc.as_ref()?, levels)?],
            (false, 3) if profile.is_matrix_shaper() => vec![
                curve(profile.red_trc.as_ref()?, levels)?,
                curve(profile.green_trc.as_ref()?, levels)?,
                curve(profile.blue_trc.as_ref()?, levels)?,
            ],
            _ => return None,
        };
        let matrix = match channels {
            1 => None,
            _ => Some(profile.transform_matrix(&ColorProfile::new_srgb()).v),
        };
        let srgb = Self::srgb(channels, levels);
        let curves_are_srgb = curves.iter().zip(&srgb.curves).all(|(a, b)| {
            let mut pairs = a.iter().zip(b);
            pairs.all(|(&a, &b)| f64::from((a - b).abs()) <= CURVE_WITHIN)
        });
        let matrix_is_srgb = matrix.is_none_or(|m| {
            m.iter().enumerate().all(|(i, row)| {
                let mut row = row.iter().enumerate();
                row.all(|(j, &v)| (v - f64::from(u8::from(i == j))).abs() <= MATRIX_WITHIN)
            })
        });
        if curves_are_srgb && matrix_is_srgb {
            return Some(srgb);
        }
        let matrix = matrix
            .filter(|_| !matrix_is_srgb)
            .map(|m| m.map(|row| row.map(|v| v as f32)));
        let finite = matrix
            .iter()
            .flatten()
            .flatten()
            .chain(curves.iter().flatten())
            .all(|v| v.is_finite());
        finite.then_some(Self {
            curves,
            matrix,
            is_srgb: false,
        })
    }
}

/// Linear light of every sample value by a profile's curve (ICC.1:2022, 10.6 and 10.18). Evaluated
/// here, because the engine's own evaluator of a plain gamma breaks down at black.
fn curve(trc: &ToneReprCurve, levels: usize) -> Option<Vec<f32>> {
    let top = (levels - 1) as f64;
    let inputs = (0..levels).map(|i| i as f64 / top);
    let curve: Vec<f32> = match trc {
        ToneReprCurve::Lut(table) => inputs.map(|x| tabulated(table, x) as f32).collect(),
        ToneReprCurve::Parametric(p) => {
            let p: Vec<f64> = p.iter().map(|&v| f64::from(v)).collect();
            // g, a, b, c, d, e, f of the function's type 4: (a x + b)^g + e from d on, else c x + f.
            let [g, a, b, c, d, e, f] = match p[..] {
                [g] => [g, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
                [g, a, b] => [g, a, b, 0.0, -b / a, 0.0, 0.0],
                [g, a, b, c] => [g, a, b, 0.0, -b / a, c, c],
                [g, a, b, c, d] => [g, a, b, c, d, 0.0, 0.0],
                [g, a, b, c, d, e, f] => [g, a, b, c, d, e, f],
                _ => return None,
            };
            let value = |x: f64| {
                if x >= d {
                    (a * x + b).max(0.0).powf(g) + e
                } else {
                    c * x + f
                }
            };
            inputs.map(|x| value(x) as f32).collect()
        }
    };
    Some(curve)
}

/// A profile's table at `x` (0 to 1): none is the identity, one is a gamma in 1/256, more are evenly
/// spaced points, linear between.
fn tabulated(table: &[u16], x: f64) -> f64 {
    match *table {
        [] => x,
        [gamma] => x.powf(f64::from(gamma) / 256.0),
        _ => {
            let at = x * (table.len() - 1) as f64;
            let low = (at as usize).min(table.len() - 2);
            let (a, b) = (f64::from(table[low]), f64::from(table[low + 1]));
            (a + (at - low as f64) * (b - a)) / 65_535.0
        }
    }
}

/// The samples (grey or RGB) with what turns them into light, by the file's profile.
pub(super) fn manage(
    samples: Samples,
    channels: usize,
    profile: Option<&[u8]>,
    caveats: &mut Vec<Caveat>,
) -> (Samples, Colour) {
    let levels = samples.levels();
    if let Some(bytes) = profile {
        if let Ok(profile) = ColorProfile::new_from_slice(bytes) {
            if let Some(colour) = Colour::of_profile(&profile, channels, levels) {
                return (samples, colour);
            }
            if channels == 3
                && profile.color_space == DataColorSpace::Rgb
                && let Some(converted) = convert(&samples, Layout::Rgb, &profile)
            {
                return (Samples::Sixteen(converted), Colour::srgb(3, 1 << 16));
            }
        }
        caveats.push(Caveat::ProfileNotUsed);
    }
    (samples, Colour::srgb(channels, levels))
}

/// How a file says that its colours are written.
pub(super) enum Encoding {
    Srgb,
    /// An ICC profile.
    Profile(Vec<u8>),
    /// For brighter screens: its numbers mean other light.
    HighDynamicRange,
    Unknown,
}

/// The encoding of code points (ITU-T H.273).
///
/// Still cameras that name a television's curve (1, 6, 14, 15) write sRGB, and viewers show it so.
pub(super) fn of_code_points(primaries: u16, transfer: u16) -> Encoding {
    const UNSPECIFIED: u16 = 2;
    let transfer = match transfer {
        16 | 18 => return Encoding::HighDynamicRange,
        1 | UNSPECIFIED | 6 | 14 | 15 => 13,
        other => other,
    };
    let primaries = match primaries {
        UNSPECIFIED => 1,
        other => other,
    };
    if (primaries, transfer) == (1, 13) {
        return Encoding::Srgb;
    }
    let codes = u8::try_from(primaries)
        .ok()
        .zip(u8::try_from(transfer).ok());
    let profile = codes.and_then(|(primaries, transfer)| {
        let color_primaries = CicpColorPrimaries::try_from(primaries).ok()?;
        let transfer_characteristics = TransferCharacteristics::try_from(transfer).ok()?;
        let profile = ColorProfile::new_from_cicp(CicpProfile {
            color_primaries,
            transfer_characteristics,
            matrix_coefficients: MatrixCoefficients::Identity,
            full_range: true,
        });
        // The engine leaves out the curves of what it does not know.
        profile.red_trc.as_ref()?;
        profile.encode().ok()
    });
    profile.map_or(Encoding::Unknown, Encoding::Profile)
}

/// The profile that a camera set to Adobe RGB leaves out.
pub(super) fn adobe_rgb() -> Option<Vec<u8>> {
    ColorProfile::new_adobe_rgb().encode().ok()
}

/// The profile of linear light in the primaries of sRGB.
#[cfg(feature = "raw")]
pub(super) fn linear() -> Option<Vec<u8>> {
    // A table of no points is the identity (ICC.1:2022, 10.6).
    let identity = || Some(ToneReprCurve::Lut(Vec::new()));
    let mut profile = ColorProfile::new_srgb();
    (profile.red_trc, profile.green_trc, profile.blue_trc) = (identity(), identity(), identity());
    profile.cicp = None;
    profile.encode().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transfer_curve_is_that_of_the_standard() {
        // IEC 61966-2-1: the published points and both branches meet.
        assert!((srgb_to_linear(0.5) - 0.214_041).abs() < 1e-6);
        assert!((linear_to_srgb(0.18) - 0.461_356).abs() < 1e-6);
        for i in 0..=1000 {
            let v = f64::from(i) / 1000.0;
            // The standard's constants are rounded: 4e-8 between the branches, and no more.
            assert!((linear_to_srgb(srgb_to_linear(v)) - v).abs() < 1e-7);
        }
    }

    #[test]
    fn an_srgb_profile_changes_nothing_and_display_p3_widens() {
        let srgb = ColorProfile::new_srgb();
        let colour = Colour::of_profile(&srgb, 3, 256).unwrap();
        assert_eq!(colour, Colour::srgb(3, 256));

        let p3 = Colour::of_profile(&ColorProfile::new_display_p3(), 3, 256).unwrap();
        // Display P3 to linear sRGB, both D65 (Apple's published primaries, SMPTE RP 431-2).
        let expected = [
            [1.224_9, -0.224_9, 0.0],
            [-0.042_1, 1.042_1, 0.0],
            [-0.019_6, -0.078_6, 1.098_3],
        ];
        let matrix = p3.matrix.unwrap();
        for (row, expected) in matrix.iter().zip(expected) {
            for (v, e) in row.iter().zip(expected) {
                assert!((f64::from(*v) - e).abs() < 2e-3, "{matrix:?}");
            }
        }
    }
}
