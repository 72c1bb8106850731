//! Pixels as quantised blocks of frequencies.

use multiversion::multiversion;

/// Side of a block, px.
pub(super) const SIDE: usize = 8;

/// Where each place of the zig-zag lies in a block, row by row (ITU-T T.81, figure A.6).
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// A block's quantised frequencies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub of_zigzag: [i16; 64],
    /// A bit for each that is not 0, the first in the lowest place.
    pub set: u64,
}

impl Default for Block {
    fn default() -> Self {
        Self {
            of_zigzag: [0; 64],
            set: 0,
        }
    }
}

/// Steps of quantisation, row by row, as factors; see [`Divisors::SHIFT`].
pub(super) struct Divisors {
    added: [i32; 64],
    factors: [i32; 64],
}

impl Divisors {
    /// Quotients are products with factors of 2^15 over the divisor, with what the rounded factor
    /// lacks added before.
    const SHIFT: u32 = 15;

    /// Of steps in the order of the zig-zag.
    pub(super) fn of(steps: &[u8; 64]) -> Self {
        let (mut added, mut factors) = ([0; 64], [0; 64]);
        for (&at, &step) in ZIGZAG.iter().zip(steps) {
            // The transform is scaled by 8.
            let divisor = i32::from(step) * 8;
            let (factor, rest) = ((1 << Self::SHIFT) / divisor, (1 << Self::SHIFT) % divisor);
            let half = divisor / 2;
            (factors[usize::from(at)], added[usize::from(at)]) = match rest {
                0 => (factor, half),
                1.. if rest <= half => (factor, half + 1),
                _ => (factor + 1, half),
            };
        }
        Self { added, factors }
    }
}

/// A line of red, green and blue as brightness and two colours (JFIF 1.02), the last pixel repeated to
/// the lines' ends.
pub(super) fn convert(line: &[u8], lines: [&mut [u8]; 3]) {
    let width = line.len() / 3;
    let [luma, blue, red] = lines.map(|line| line.split_at_mut(width));
    convert_all(line, [luma.0, blue.0, red.0]);
    for (own, beyond) in [luma, blue, red] {
        beyond.fill(own[width - 1]);
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn convert_all(line: &[u8], [luma, blue, red]: [&mut [u8]; 3]) {
    /// Factors are multiples of 2^-16, and halves are rounded down.
    const HALF: i32 = 0x7fff;
    const MIDDLE: i32 = 128 << 16;
    let out = luma.iter_mut().zip(blue).zip(red);
    for (pixel, ((luma, blue), red)) in line.as_chunks::<3>().0.iter().zip(out) {
        let [r, g, b] = pixel.map(i32::from);
        *luma = ((19595 * r + 38470 * g + 7471 * b + HALF) >> 16) as u8;
        *blue = ((-11059 * r - 21709 * g + 32768 * b + MIDDLE + HALF) >> 16) as u8;
        *red = ((32768 * r - 27439 * g - 5329 * b + MIDDLE + HALF) >> 16) as u8;
    }
}

/// Eight numbers that are worked on at once.
type Lanes = [i32; SIDE];

/// The blocks of a strip, row by row, of every `step`th sample each way; `stride`: samples of a line.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn transform(
    plane: &[u8],
    stride: usize,
    step: usize,
    divisors: &Divisors,
    blocks: &mut [Block],
) {
    let wide = SIDE * step;
    let across = stride / wide;
    for (i, block) in blocks.iter_mut().enumerate() {
        let (top, left) = (wide * (i / across), wide * (i % across));
        // Column by column, so that all rows are worked on at once; then turned.
        let mut samples = [[0; SIDE]; SIDE];
        for y in 0..SIDE {
            let line = &plane[(top + y * step) * stride + left..][..wide];
            for (column, &v) in samples.iter_mut().zip(line.iter().step_by(step)) {
                column[y] = i32::from(v) - 128;
            }
        }
        let rows = along::<true>(&samples);
        let mut turned = [[0; SIDE]; SIDE];
        for (x, line) in rows.iter().enumerate() {
            for (column, &v) in turned.iter_mut().zip(line) {
                column[x] = v;
            }
        }
        let frequencies = along::<false>(&turned);
        *block = quantised(frequencies.as_flattened(), divisors);
    }
}

#[inline]
fn quantised(frequencies: &[i32], divisors: &Divisors) -> Block {
    let mut rounded = [0i16; 64];
    let by = divisors.added.iter().zip(&divisors.factors);
    for (o, (&v, (added, factor))) in rounded.iter_mut().zip(frequencies.iter().zip(by)) {
        let size = ((v.abs() + added) * factor) >> Divisors::SHIFT;
        *o = (if v < 0 { -size } else { size }) as i16;
    }
    let of_zigzag = ZIGZAG.map(|at| rounded[usize::from(at)]);
    let mut set = 0;
    for (i, &v) in of_zigzag.iter().enumerate() {
        set |= u64::from(v != 0) << i;
    }
    Block { of_zigzag, set }
}

/// Discrete cosine transform of eight samples, of eight lines at once (Loeffler, Ligtenberg & Moschytz
/// 1989, ICASSP: 988, as in the Independent JPEG Group's jfdctint), scaled by the square root of 8. The
/// first of both passes leaves two more bits of fraction, which the second takes away. Only what is inlined
/// is compiled for the wider registers of its caller.
#[inline(always)]
fn along<const FIRST: bool>(d: &[Lanes; SIDE]) -> [Lanes; SIDE] {
    /// Bits of the factors' fractions.
    const BITS: u32 = 13;
    const MORE: u32 = 2;
    let rounded = |v: i32, bits: u32| (v + (1 << (bits - 1))) >> bits;
    let plain = |v: i32| {
        if FIRST { v << MORE } else { rounded(v, MORE) }
    };
    let scaled = |v: i32| rounded(v, if FIRST { BITS - MORE } else { BITS + MORE });
    let mut out = [[0; SIDE]; SIDE];
    for i in 0..SIDE {
        let sum = |k: usize| d[k][i] + d[7 - k][i];
        let difference = |k: usize| d[k][i] - d[7 - k][i];
        // Even frequencies: figure 1 of the paper, whose rotation by c1 should be by c6.
        let (outer, inner) = (sum(0) + sum(3), sum(1) + sum(2));
        let (far, near) = (sum(0) - sum(3), sum(1) - sum(2));
        out[0][i] = plain(outer + inner);
        out[4][i] = plain(outer - inner);
        let both = (near + far) * 4433;
        out[2][i] = scaled(both + far * 6270);
        out[6][i] = scaled(both - near * 15137);
        // Odd frequencies: figure 8, times the square root of 2.
        let [t7, t6, t5, t4] = [0, 1, 2, 3].map(difference);
        let z5 = (t4 + t6 + t5 + t7) * 9633;
        let (z1, z2) = ((t4 + t7) * -7373, (t5 + t6) * -20995);
        let (z3, z4) = ((t4 + t6) * -16069 + z5, (t5 + t7) * -3196 + z5);
        out[7][i] = scaled(t4 * 2446 + z1 + z3);
        out[5][i] = scaled(t5 * 16819 + z2 + z4);
        out[3][i] = scaled(t6 * 25172 + z2 + z3);
        out[1][i] = scaled(t7 * 12299 + z1 + z4);
    }
    out
}
