//! Relief, redness and pigment as pictures, both visits on one scale of colours.

use image::{GrayImage, Luma, RgbImage};
use multiversion::multiversion;

use crate::filter::WeightedBlur;
use crate::raster::{Field, Mask, from_rows, masked, row, weights, zip2};
use crate::stats::quantile;

/// A colour, 0 to 1 each.
type Colour = [f32; 3];

/// Scales run in lightness as well as in colour, so that colour-blind eyes read them too.
const FLAT: Colour = [0.96, 0.94, 0.90];
const DEEP: Colour = [0.05, 0.14, 0.40];
const PALE: Colour = [0.96, 0.95, 0.93];
const RED: Colour = [0.52, 0.03, 0.12];
const BROWN: Colour = [0.30, 0.16, 0.06];

/// A photo in faint greys: where on the body a view lies is seen by what was not measured around it.
pub(super) fn faded(photo: RgbImage) -> GrayImage {
    /// Greys of black and of white: neither the pale nor the dark ends of the views' scales.
    const DARKEST: f32 = 110.0;
    const BRIGHTEST: f32 = 190.0;
    let shown: [u8; 256] =
        std::array::from_fn(|v| (DARKEST + (BRIGHTEST - DARKEST) * v as f32 / 255.0).round() as u8);
    let mut grey = image::DynamicImage::ImageRgb8(photo).into_luma8();
    for Luma([v]) in grey.pixels_mut() {
        *v = shown[usize::from(*v)];
    }
    grey
}

/// Both visits' relief: the deeper, the bluer, under one made-up lamp from the upper left. What was
/// not measured shows `around`, of the fields' size.
pub(super) fn relief(
    height: &[Field; 2],
    measured: &Mask,
    around: &[GrayImage; 2],
) -> [RgbImage; 2] {
    /// What is wider than this share of the picture is the body's own shape.
    const WIDE: f32 = 0.04;
    /// Depth at full colour: all but a hundredth of the measured skin is less deep.
    const DEEPEST: f64 = 0.01;
    let own = without_wide(height, measured, WIDE);
    let low = least(&own, measured, DEEPEST).min(-f32::EPSILON);
    let steep = steepness(&own[0], measured);
    [0, 1].map(|visit| {
        paint(&own[visit], measured, &around[visit], |lines, out| {
            relief_line(lines, low, steep, out);
        })
    })
}

/// How a colour of skin is painted.
pub(super) struct Tint {
    most: Colour,
    /// Least density beyond the skin around that stands for the full colour: twice the mottling of skin
    /// without marks, which would else look like a rash.
    least: f32,
}

pub(super) const REDNESS: Tint = Tint {
    most: RED,
    least: 0.6,
};

/// A freckle has 0.1 to 0.3.
pub(super) const PIGMENT: Tint = Tint {
    most: BROWN,
    least: 0.3,
};

/// Both visits' redness or pigment against the skin around, from pale, less than it, to the tint's own
/// colour; `around` as for [`relief`].
pub(super) fn tint(
    fields: &[Field; 2],
    measured: &Mask,
    around: &[GrayImage; 2],
    tint: &Tint,
) -> [RgbImage; 2] {
    /// Lamps and cameras tint what is wider than this share of the picture.
    const WIDE: f32 = 0.1;
    /// All but a hundredth of the measured skin is within the scale.
    const MOST: f64 = 0.99;
    /// Where the skin's own tone stands on the scale.
    const MIDDLE: f32 = 0.3;
    let own = without_wide(fields, measured, WIDE);
    let high = least(&own, measured, MOST).max(tint.least);
    [0, 1].map(|visit| {
        paint(&own[visit], measured, &around[visit], |[line, _], out| {
            tint_line(line, MIDDLE, high, tint.most, out);
        })
    })
}

/// Both fields less their means over `share` of their longer side, where it was measured.
fn without_wide(fields: &[Field; 2], measured: &Mask, share: f32) -> [Field; 2] {
    let sigma = share * measured.nrows().max(measured.ncols()) as f32;
    let weights = weights(measured);
    let blur = WeightedBlur::new(&weights, sigma);
    let less = |field: &Field| zip2(field, &blur.of(field, 0.0), |v, w| v - w);
    rayon::join(|| less(&fields[0]), || less(&fields[1])).into()
}

/// Quantile of both fields together.
fn least(fields: &[Field; 2], measured: &Mask, q: f64) -> f32 {
    let mut values = masked(&fields[0], measured);
    values.extend(masked(&fields[1], measured));
    quantile(&mut values, q).unwrap_or(0.0)
}

/// Slopes are shown so that most of the skin's texture is seen and none of it is black.
fn steepness(height: &Field, measured: &Mask) -> f32 {
    let across = from_rows(height.nrows(), height.ncols(), |y, out| {
        let line = row(height, y);
        for (o, pair) in out.iter_mut().zip(line.windows(2)) {
            *o = (pair[1] - pair[0]).abs();
        }
    });
    let usual = quantile(&mut masked(&across, measured), 0.9).unwrap_or(0.0);
    0.6 / usual.max(f32::EPSILON)
}

/// Light from the upper left on the slope between a height and those to the right and below, 1 where
/// flat (Lambert).
#[inline]
fn lit(height: f32, right: f32, below: f32, steep: f32) -> f32 {
    const LAMP: [f32; 3] = [-0.5, -0.5, 0.707];
    let slope = [steep * (right - height), steep * (below - height)];
    let facing = LAMP[2] - slope[0] * LAMP[0] - slope[1] * LAMP[1];
    let length = (1.0 + slope[0] * slope[0] + slope[1] * slope[1]).sqrt();
    (facing / length / LAMP[2]).clamp(0.0, 1.5)
}

#[inline]
fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    let share = share.clamp(0.0, 1.0);
    std::array::from_fn(|c| from[c] + share * (to[c] - from[c]))
}

/// Relief of a line whose neighbour below is the second.
#[multiversion(targets("x86_64+avx2"))]
fn relief_line(lines: [&[f32]; 2], low: f32, steep: f32, out: &mut [[u8; 3]]) {
    let [line, lower] = lines;
    let paint = |value: f32, right: f32, below: f32| {
        let depth = (value / low).clamp(0.0, 1.0);
        let light = 0.6 + 0.4 * lit(value, right, below, steep);
        mix(FLAT, DEEP, depth).map(|c| code(c * light))
    };
    let pairs = line.iter().zip(line.iter().skip(1)).zip(lower);
    for (o, ((&value, &right), &below)) in out.iter_mut().zip(pairs) {
        *o = paint(value, right, below);
    }
    // Nothing is to the right of the last.
    if let (Some(o), Some(&value), Some(&below)) = (out.last_mut(), line.last(), lower.last()) {
        *o = paint(value, value, below);
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn tint_line(line: &[f32], middle: f32, high: f32, most: Colour, out: &mut [[u8; 3]]) {
    for (o, &value) in out.iter_mut().zip(line) {
        *o = mix(PALE, most, middle + (1.0 - middle) * value / high).map(code);
    }
}

/// A field as `line` paints each of its lines, given with the one below (the last with itself), where
/// it was measured.
fn paint(
    field: &Field,
    measured: &Mask,
    around: &GrayImage,
    line: impl Fn([&[f32]; 2], &mut [[u8; 3]]) + Sync,
) -> RgbImage {
    let (rows, columns) = field.dim();
    let painted = from_rows(rows, columns, |y, out: &mut [[u8; 3]]| {
        let below = row(field, (y + 1).min(rows - 1));
        line([row(field, y), below], out);
        let others = row(measured, y).iter().zip(&around.as_raw()[y * columns..]);
        for (o, (_, &grey)) in out.iter_mut().zip(others).filter(|(_, (m, _))| !**m) {
            *o = [grey; 3];
        }
    });
    let (pixels, _) = painted.into_raw_vec_and_offset();
    let data = pixels.into_flattened();
    RgbImage::from_raw(columns as u32, rows as u32, data).expect("3 bytes a pixel")
}

/// The nearest 8-bit code, half up; `f32::round` is a call on the oldest machines this is built for.
#[inline]
fn code(v: f32) -> u8 {
    let v = (255.0 * v).clamp(0.0, 255.0);
    let low = v as i32;
    (low + i32::from(v - low as f32 >= 0.5)) as u8
}

/// Ends of the scales as `#rrggbb`, for legends: relief, redness, pigment.
pub(super) fn ends() -> [[String; 2]; 3] {
    let code = |colour: Colour| {
        let [r, g, b] = colour.map(code);
        format!("#{r:02x}{g:02x}{b:02x}")
    };
    [
        [code(FLAT), code(DEEP)],
        [code(PALE), code(RED)],
        [code(PALE), code(BROWN)],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;
    use ndarray::Array2;

    #[test]
    fn deeper_is_darker_and_what_is_not_measured_shows_the_photo() {
        let dent = Field::from_shape_fn((60, 80), |(y, x)| {
            -5.0 * (-((x as f32 - 40.0).powi(2) + (y as f32 - 30.0).powi(2)) / 18.0).exp()
        });
        let flat = Field::zeros((60, 80));
        let measured = Array2::from_shape_fn((60, 80), |(_, x)| x > 5);
        let grey = GrayImage::from_pixel(80, 60, Luma([143]));
        let [before, after] = relief(&[dent, flat], &measured, &[grey.clone(), grey]);
        let sum = |p: &Rgb<u8>| p.0.iter().map(|&v| u32::from(v)).sum::<u32>();
        assert!(sum(before.get_pixel(40, 30)) + 200 < sum(after.get_pixel(40, 30)));
        assert_eq!(before.get_pixel(2, 2).0, [143; 3]);
    }

    #[test]
    fn nothing_measured_is_all_grey() {
        let fields = [Field::zeros((4, 4)), Field::zeros((4, 4))];
        let none = Array2::from_elem((4, 4), false);
        let grey = [(); 2].map(|()| GrayImage::from_pixel(4, 4, Luma([143])));
        let painted = [
            tint(&fields, &none, &grey, &REDNESS),
            relief(&fields, &none, &grey),
        ];
        for picture in painted.concat() {
            assert!(picture.pixels().all(|p| p.0 == [143; 3]));
        }
    }

    #[test]
    fn mottling_is_no_rash() {
        let mottled =
            Field::from_shape_fn(
                (40, 40),
                |(y, x)| {
                    if (x / 4 + y / 4) % 2 == 0 { 0.1 } else { -0.1 }
                },
            );
        let all = Array2::from_elem((40, 40), true);
        let grey = [(); 2].map(|()| GrayImage::new(40, 40));
        let [picture, _] = tint(&[mottled.clone(), mottled], &all, &grey, &REDNESS);
        let red = |p: &Rgb<u8>| i32::from(p[0]) - i32::from(p[1]);
        let most = picture.pixels().map(red).max().unwrap();
        let full = (255.0 * (RED[0] - RED[1])) as i32;
        assert!(most < full * 3 / 4, "{most} of {full}");
    }
}
