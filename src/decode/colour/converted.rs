//! What no curves and matrix describe, brought to 16-bit sRGB: inks, CIELab, profiles of tables.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use rayon::prelude::*;

use super::linear_to_srgb;
use crate::decode::caveat::Caveat;
use crate::decode::photo::Samples;

/// Inks (cyan, magenta, yellow, black; the largest number is full) as sRGB: by the profile, else by
/// the plain product of what each ink and black let through.
pub(in crate::decode) fn of_inks(
    inks: &Samples,
    profile: Option<&[u8]>,
    caveats: &mut Vec<Caveat>,
) -> Samples {
    let managed = profile
        .and_then(|bytes| ColorProfile::new_from_slice(bytes).ok())
        .filter(|profile| profile.color_space == DataColorSpace::Cmyk)
        .and_then(|profile| convert(inks, Layout::Rgba, &profile));
    if let Some(samples) = managed {
        return Samples::Sixteen(samples);
    }
    caveats.push(Caveat::InksWithoutProfile);
    let through = |ink: u8, black: u8| {
        let product = (255 - u32::from(ink)) * (255 - u32::from(black));
        ((product + 127) / 255) as u8
    };
    let of_pixel = |p: [u8; 4]| [p[0], p[1], p[2]].map(|ink| through(ink, p[3]));
    // A guess needs no more than 8 bits.
    Samples::Eight(match inks {
        Samples::Eight(s) => s
            .chunks_exact(4)
            .flat_map(|p| of_pixel([p[0], p[1], p[2], p[3]]))
            .collect(),
        Samples::Sixteen(s) => s
            .chunks_exact(4)
            .flat_map(|p| of_pixel([p[0], p[1], p[2], p[3]].map(|v| (v >> 8) as u8)))
            .collect(),
    })
}

/// CIELab (D50) of a TIFF as 16-bit sRGB; colours outside of sRGB are moved to its edge.
///
/// L* fills the range; a* and b* are whole numbers with 8 bits and 256ths with 16, either `signed`
/// (TIFF 6.0, section 23) or shifted up by half the range (Adobe Photoshop TIFF Technical Notes).
pub(in crate::decode) fn of_lab(samples: &Samples, signed: bool) -> Samples {
    let (top, shift) = match samples {
        Samples::Eight(_) => (255.0, 128),
        Samples::Sixteen(_) => (65_535.0, 32_768),
    };
    let unit = f64::from(shift) / 128.0;
    let chroma = |v: i32| {
        let v = if signed && v >= shift {
            v - 2 * shift
        } else if signed {
            v
        } else {
            v - shift
        };
        f64::from(v) / unit
    };
    let of_pixel = |p: [i32; 3]| {
        let light = 100.0 * f64::from(p[0]) / top;
        lab_to_srgb([light, chroma(p[1]), chroma(p[2])])
    };
    let converted: Vec<[u16; 3]> = match samples {
        Samples::Eight(s) => s
            .par_chunks_exact(3)
            .map(|p| of_pixel([p[0], p[1], p[2]].map(i32::from)))
            .collect(),
        Samples::Sixteen(s) => s
            .par_chunks_exact(3)
            .map(|p| of_pixel([p[0], p[1], p[2]].map(i32::from)))
            .collect(),
    };
    Samples::Sixteen(converted.into_flattened())
}

/// L*, a*, b* (CIE 15:2018, white D50) as 16-bit sRGB.
fn lab_to_srgb([l, a, b]: [f64; 3]) -> [u16; 3] {
    /// White of the ICC's connection space (ICC.1:2022, 7.2.16).
    const D50: [f64; 3] = [0.964_2, 1.0, 0.824_9];
    /// XYZ (D50) to linear sRGB: the inverse of sRGB's colorants in its ICC profile, Bradford-adapted
    /// (Lindbloom).
    const TO_SRGB: [[f64; 3]; 3] = [
        [3.133_856_1, -1.616_866_7, -0.490_614_6],
        [-0.978_768_4, 1.916_141_5, 0.033_454_0],
        [0.071_945_3, -0.228_991_4, 1.405_242_7],
    ];
    let f_y = (l + 16.0) / 116.0;
    let cube = |f: f64| {
        if f > 6.0 / 29.0 {
            f * f * f
        } else {
            3.0 * (6.0f64 / 29.0).powi(2) * (f - 4.0 / 29.0)
        }
    };
    let xyz = [f_y + a / 500.0, f_y, f_y - b / 200.0].map(cube);
    TO_SRGB.map(|row| {
        let light: f64 = (0..3).map(|i| row[i] * xyz[i] * D50[i]).sum();
        (65_535.0 * linear_to_srgb(light.clamp(0.0, 1.0))).round() as u16
    })
}

/// Samples in `profile` as 16-bit sRGB; `None` if the engine cannot.
pub(super) fn convert(
    samples: &Samples,
    layout: Layout,
    profile: &ColorProfile,
) -> Option<Vec<u16>> {
    /// Pixels handed to the engine at a time.
    const RUN: usize = 1 << 14;
    let transform = profile
        .create_transform_16bit(
            layout,
            &ColorProfile::new_srgb(),
            Layout::Rgb,
            TransformOptions::default(),
        )
        .ok()?;
    let channels = layout.channels();
    let count = match samples {
        Samples::Eight(s) => s.len(),
        Samples::Sixteen(s) => s.len(),
    };
    let mut out = vec![0u16; count / channels * 3];
    let runs = out.par_chunks_mut(RUN * 3);
    let done: Vec<bool> = match samples {
        Samples::Eight(s) => runs
            .zip(s.par_chunks(RUN * channels))
            .map(|(to, from)| {
                let wide: Vec<u16> = from.iter().map(|&v| u16::from(v) * 257).collect();
                transform.transform(&wide, to).is_ok()
            })
            .collect(),
        Samples::Sixteen(s) => runs
            .zip(s.par_chunks(RUN * channels))
            .map(|(to, from)| transform.transform(from, to).is_ok())
            .collect(),
    };
    done.into_iter().all(|ok| ok).then_some(out)
}
