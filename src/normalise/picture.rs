//! The after photo as the page shows it, on the before photo's grid.
//!
//! Whole photos go through here at full size, so it works line by line, in steps that each do one thing
//! to all pixels of a line: those the compiler turns into instructions for many at a time.

use image::RgbImage;
use multiversion::multiversion;
use rayon::prelude::*;

use super::{FullMap, Gains};
use crate::decode::{linear_to_srgb, srgb_to_linear};
use crate::filter::{Between, Taps, keys, parted};
use crate::raster::{Field, row};

/// A photo's samples, red, green, blue, row by row.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    pub samples: &'a [u8],
    /// Width and height, px.
    pub size: (u32, u32),
}

/// Lines made by one task: neighbours share the lines of the map that they lie between.
const BAND: usize = 16;

/// The after photo on the before grid, in the before photo's light, for looking at.
///
/// `size` is the before photo's (width, height). Where the after photo does not reach it is hatched
/// as empty paper is: black would look like skin in the dark.
#[must_use]
pub fn picture(after: Shown, map: &FullMap, gains: &Gains, size: (u32, u32)) -> RgbImage {
    let width = size.0 as usize;
    let longer = width.max(size.1 as usize);
    let tables = Tables::new();
    let across: Vec<Between> = (0..width)
        .map(|x| Between::new(map.working(x as f64, 0.0).0, map.x.ncols()))
        .collect();
    let mut data = vec![0u8; width * size.1 as usize * 3];
    data.par_chunks_mut((BAND * width * 3).max(1))
        .enumerate()
        .for_each(|(band, out)| {
            let fields = [map.x, map.y, &gains.falloff];
            let mut stretched = fields.map(|f| Stretched::new(f, &across));
            let mut line = Line::new(width);
            for (i, out) in out.chunks_exact_mut(width * 3).enumerate() {
                let y = BAND * band + i;
                let v = map.working(0.0, y as f64).1;
                let fields = [&mut line.x, &mut line.y, &mut line.gain];
                for (field, out) in stretched.iter_mut().zip(fields) {
                    field.line(v, out);
                }
                line.find(map, after.size);
                line.sample(after);
                line.encode(&tables, gains.channels, out);
                line.hatch(y, longer, out);
            }
        });
    RgbImage::from_raw(size.0, size.1, data).unwrap_or_default()
}

/// A field stretched to the width of the picture, line by line on demand.
struct Stretched<'a> {
    field: &'a Field,
    across: &'a [Between],
    /// The last two, the even in the first place and the odd in the second, by their rows.
    held: [(usize, Vec<f32>); 2],
}

impl<'a> Stretched<'a> {
    fn new(field: &'a Field, across: &'a [Between]) -> Self {
        Self {
            field,
            across,
            held: [(); 2].map(|()| (usize::MAX, vec![0.0; across.len()])),
        }
    }

    /// The line at row `v` of the field, linear between its pixels.
    fn line(&mut self, v: f32, out: &mut [f32]) {
        let down = Between::new(v, self.field.nrows());
        for y in [down.low, down.high] {
            let (holds, line) = &mut self.held[y % 2];
            if *holds != y {
                *holds = y;
                let own = row(self.field, y);
                for (o, place) in line.iter_mut().zip(self.across) {
                    *o = own[place.low] + place.share * (own[place.high] - own[place.low]);
                }
            }
        }
        let [upper, lower] = [down.low, down.high].map(|y| self.held[y % 2].1.as_slice());
        between(out, upper, lower, down.share);
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn between(out: &mut [f32], upper: &[f32], lower: &[f32], share: f32) {
    for ((o, a), b) in out.iter_mut().zip(upper).zip(lower) {
        *o = a + share * (b - a);
    }
}

/// What is known of each pixel of a line.
struct Line {
    /// Place in the after photo: working px first, then full-resolution px.
    x: Vec<f32>,
    y: Vec<f32>,
    /// Logarithm of the fall-off first, then its factor on light.
    gain: Vec<f32>,
    /// Whether the after photo reaches there.
    inside: Vec<bool>,
    /// Column and row of the upper left one of the 4 x 4 pixels around the place.
    left: Vec<i32>,
    top: Vec<i32>,
    /// Their weights across and down.
    across: [Vec<f32>; 4],
    down: [Vec<f32>; 4],
    /// Red, green and blue as stored, and one that nobody asks for; later their light.
    values: Vec<[f32; 4]>,
    /// Their places in the table to light, later those in the table back.
    steps: Vec<[i32; 4]>,
}

impl Line {
    fn new(width: usize) -> Self {
        let floats = || vec![0.0; width];
        Self {
            x: floats(),
            y: floats(),
            gain: floats(),
            inside: vec![false; width],
            left: vec![0; width],
            top: vec![0; width],
            across: [(); 4].map(|()| floats()),
            down: [(); 4].map(|()| floats()),
            values: vec![[0.0; 4]; width],
            steps: vec![[0; 4]; width],
        }
    }

    /// Places in the after photo, and what is weighed there.
    fn find(&mut self, map: &FullMap, (width, height): (u32, u32)) {
        let scale = [map.after_reduction, 0.5 * (map.after_reduction - 1.0)];
        let ends = [width, height].map(|n| f64::from(n) - 0.5);
        self.inside.fill(true);
        full_size(&mut self.x, &mut self.inside, scale, ends[0]);
        full_size(&mut self.y, &mut self.inside, scale, ends[1]);
        weigh(&self.x, &mut self.left, &mut self.across);
        weigh(&self.y, &mut self.top, &mut self.down);
        for gain in &mut self.gain {
            *gain = gain.exp();
        }
    }

    fn sample(&mut self, after: Shown) {
        let stored = (after.size.1 as usize, after.size.0 as usize);
        let missed = sample_inside(self, after.samples, stored);
        for x in missed {
            let taps = Taps::around(self.x[x], self.y[x], stored);
            let [r, g, b] = taps.of(after.samples, stored);
            self.values[x] = [r, g, b, 0.0];
        }
    }

    /// Stored values in the light of the before photo, encoded.
    fn encode(&mut self, tables: &Tables, [r, g, b]: [f32; 3], out: &mut [u8]) {
        below(&mut self.values, &mut self.steps);
        for (value, step) in self.values.iter_mut().zip(&self.steps) {
            for c in 0..3 {
                let [light, rise] = tables.light[(step[c] & 255) as usize];
                value[c] = light + value[c] * rise;
            }
        }
        light_steps(&self.values, &self.gain, [r, g, b, 0.0], &mut self.steps);
        for (pixel, step) in out.as_chunks_mut::<3>().0.iter_mut().zip(&self.steps) {
            *pixel = [0, 1, 2].map(|c| tables.code[step[c] as usize]);
        }
    }

    fn hatch(&self, y: usize, longer: usize, out: &mut [u8]) {
        let pixels = out.as_chunks_mut::<3>().0.iter_mut().zip(&self.inside);
        for (x, (pixel, _)) in pixels.enumerate().filter(|(_, (_, inside))| !**inside) {
            *pixel = hatched(x, y, longer);
        }
    }
}

/// Working px of the after photo as full-resolution px, and whether they are within it; `end` is its
/// far edge.
#[multiversion(targets("x86_64+avx2"))]
fn full_size(places: &mut [f32], inside: &mut [bool], scale: [f64; 2], end: f64) {
    for (place, inside) in places.iter_mut().zip(inside) {
        let full = f64::from(*place) * scale[0] + scale[1];
        *inside &= (-0.5..=end).contains(&full);
        *place = full as f32;
    }
}

/// The first of the four pixels around each place, and their weights.
#[multiversion(targets("x86_64+avx2"))]
fn weigh(places: &[f32], first: &mut [i32], weights: &mut [Vec<f32>; 4]) {
    let n = places.len();
    let first = &mut first[..n];
    let [w0, w1, w2, w3] = weights.each_mut().map(|w| &mut w[..n]);
    for i in 0..n {
        let (whole, rest) = parted(places[i]);
        first[i] = whole.wrapping_sub(1);
        [w0[i], w1[i], w2[i], w3[i]] = keys(rest);
    }
}

/// The values at the line's places, as [`Taps::of`] has them; returns the places inside the photo where
/// some of the pixels around are not.
#[multiversion(targets("x86_64+avx2"))]
fn sample_inside(line: &mut Line, samples: &[u8], stored: (usize, usize)) -> Vec<usize> {
    /// Bytes of four pixels, and one more: each is read as if it had four channels.
    const READ: usize = 13;
    let (rows, columns) = stored;
    let n = line.values.len();
    let (inside, values) = (&line.inside[..n], &mut line.values[..n]);
    let (left, top) = (&line.left[..n], &line.top[..n]);
    let across = line.across.each_ref().map(|w| &w[..n]);
    let down = line.down.each_ref().map(|w| &w[..n]);
    let mut missed = Vec::new();
    for i in (0..n).filter(|&i| inside[i]) {
        let (x, y) = (left[i], top[i]);
        let within = x >= 0 && y >= 0 && x as usize + 3 < columns && y as usize + 3 < rows;
        let first = 3 * (y.max(0) as usize * columns + x.max(0) as usize);
        if !within || first + 9 * columns + READ > samples.len() {
            missed.push(i);
            continue;
        }
        let weights = across.map(|w| w[i]);
        let mut sums = [0.0f32; 4];
        for (j, down) in down.iter().enumerate() {
            let pixels = &samples[first + 3 * j * columns..][..READ];
            let mut line = [0.0f32; 4];
            for (k, weight) in weights.iter().enumerate() {
                let pixel = &pixels[3 * k..3 * k + 4];
                for (sum, &v) in line.iter_mut().zip(pixel) {
                    *sum += weight * f32::from(v);
                }
            }
            for (sum, value) in sums.iter_mut().zip(line) {
                *sum += down[i] * value;
            }
        }
        values[i] = sums;
    }
    missed
}

/// The whole number below each value and, in the value's place, what is left.
#[multiversion(targets("x86_64+avx2"))]
fn below(values: &mut [[f32; 4]], steps: &mut [[i32; 4]]) {
    let values = values.as_flattened_mut().iter_mut();
    for (value, step) in values.zip(steps.as_flattened_mut()) {
        let code = within(*value, 255.0);
        let (whole, low) = floor(code);
        *step = whole;
        *value = code - low;
    }
}

/// `v` from 0 to `most`; what is no number becomes 0, which has its place in the tables.
#[inline]
fn within(v: f32, most: f32) -> f32 {
    let v = if v > 0.0 { v } else { 0.0 };
    if v < most { v } else { most }
}

/// The whole number below one from 0 to 2^22, twice. The compiler turns neither `f32::floor` nor `as`
/// into an instruction for many at a time on every machine; beside 2^23 a float has no fraction, and the
/// last bits of the sum are the number.
#[inline]
fn floor(v: f32) -> (i32, f32) {
    const BIG: f32 = 8_388_608.0;
    let nearest = (v + BIG) - BIG;
    let low = if nearest > v { nearest - 1.0 } else { nearest };
    (((low + BIG).to_bits() & 0x007f_ffff) as i32, low)
}

/// Steps of light in the table back to sRGB, after the gains.
#[multiversion(targets("x86_64+avx2"))]
fn light_steps(light: &[[f32; 4]], gain: &[f32], channels: [f32; 4], steps: &mut [[i32; 4]]) {
    for ((light, &gain), steps) in light.iter().zip(gain).zip(steps) {
        for c in 0..4 {
            let light = light[c] * (channels[c] * gain);
            (steps[c], _) = floor(within(light, 1.0) * Tables::STEPS as f32);
        }
    }
}

/// Paper with lines aslant, a fixed number of them along the longer side of a picture of any size.
fn hatched(x: usize, y: usize, longer: usize) -> [u8; 3] {
    const LINES: usize = 70;
    const PAPER: [u8; 3] = [236, 233, 227];
    const LINE: [u8; 3] = [206, 201, 192];
    let apart = (longer / LINES).max(4);
    if (x + y) % apart < apart.div_ceil(8) {
        LINE
    } else {
        PAPER
    }
}

/// sRGB to light and back by table: a power per sample would cost more than the warp.
struct Tables {
    /// Light of each code, and how much more the next has.
    light: [[f32; 2]; 256],
    code: Vec<u8>,
}

impl Tables {
    /// Steps of light in the table back to sRGB: under half a code in the darkest tones.
    const STEPS: usize = 1 << 14;

    fn new() -> Self {
        let light = |v: usize| srgb_to_linear(v.min(255) as f64 / 255.0) as f32;
        Self {
            light: std::array::from_fn(|v| [light(v), light(v + 1) - light(v)]),
            code: (0..=Self::STEPS)
                .map(|i| {
                    let code = linear_to_srgb(i as f64 / Self::STEPS as f64) * 255.0;
                    code.round().clamp(0.0, 255.0) as u8
                })
                .collect(),
        }
    }
}
