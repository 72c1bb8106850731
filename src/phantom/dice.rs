//! Chance that is the same on every machine: a seeded generator for what is drawn once, and hashed
//! lattices for what fills the plane (so that a wider field of view shows the same skin).

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// A seeded generator with the few draws the renderer needs.
#[derive(Debug, Clone)]
pub struct Dice(Pcg64Mcg);

impl Dice {
    /// A stream of its own for every (seed, purpose, number).
    #[must_use]
    pub fn new(seed: u64, purpose: &str, number: u64) -> Self {
        let mut state = mix(seed ^ 0x5ca2_de97);
        for byte in purpose.bytes() {
            state = mix(state ^ u64::from(byte));
        }
        Self(Pcg64Mcg::seed_from_u64(mix(state ^ number)))
    }

    /// Evenly spread from 0 (in) to 1 (out).
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Evenly spread from `low` to `high`.
    pub fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Evenly spread over logarithms, for quantities that span a factor.
    pub fn ratio(&mut self, low: f64, high: f64) -> f64 {
        self.range(low.ln(), high.ln()).exp()
    }

    /// A whole number from `low` to `high`, both in.
    pub fn count(&mut self, low: usize, high: usize) -> usize {
        low + (self.unit() * (high - low + 1) as f64) as usize
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub fn seed(&mut self) -> u64 {
        self.0.next_u64()
    }
}

/// Finaliser of splitmix64 (Steele et al. 2014).
#[must_use]
pub fn mix(z: u64) -> u64 {
    let z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The hash of a lattice node.
#[inline]
#[must_use]
pub fn node(x: i32, y: i32, seed: u64) -> u64 {
    let key = u64::from(x as u32) << 32 | u64::from(y as u32);
    mix(key ^ seed)
}

/// A number from 0 to 1 out of the `part`-th 16 bits of a hash.
#[inline]
#[must_use]
pub fn fraction(hash: u64, part: u32) -> f32 {
    ((hash >> (16 * part)) & 0xffff) as f32 / 65536.0
}

/// Cosine and sine of the angles at which lattices lie: 9° to 80° in eight uneven steps.
const LIES: [(f32, f32); 8] = [
    (0.987_688, 0.156_434),
    (0.945_519, 0.325_568),
    (0.878_817, 0.477_159),
    (0.793_353, 0.608_761),
    (0.656_059, 0.754_710),
    (0.515_038, 0.857_167),
    (0.342_020, 0.939_693),
    (0.173_648, 0.984_808),
];

/// Gradient noise (Perlin 2002) at a point in units of its lattice; about -1 to 1, standard
/// deviation about 0.25.
///
/// Each seed's lattice lies at another angle, or the lattices of all layers would add up to a
/// visible weave along rows and columns.
#[must_use]
pub fn perlin(x: f32, y: f32, seed: u64) -> f32 {
    let (cos, sin) = LIES[(mix(seed) >> 61) as usize];
    let (x, y) = (cos * x - sin * y, sin * x + cos * y);
    let (left, top) = (x.floor(), y.floor());
    let (u, v) = (x - left, y - top);
    let (ix, iy) = (left as i32, top as i32);
    let corner = |dx: i32, dy: i32| {
        let h = node(ix + dx, iy + dy, seed);
        let (gx, gy) = (fraction(h, 0) * 2.0 - 1.0, fraction(h, 1) * 2.0 - 1.0);
        gx * (u - dx as f32) + gy * (v - dy as f32)
    };
    let fade = |t: f32| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
    let (fu, fv) = (fade(u), fade(v));
    let upper = corner(0, 0) + fu * (corner(1, 0) - corner(0, 0));
    let lower = corner(0, 1) + fu * (corner(1, 1) - corner(0, 1));
    upper + fv * (lower - upper)
}

/// 0 below `low`, 1 above `high`, smooth between.
#[inline]
#[must_use]
pub fn smoothstep(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
