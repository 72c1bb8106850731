//! What is put before the stages: pictures, covers and reliefs that nobody meets.

use image::{Rgb, RgbImage};
use proptest::prelude::*;
use scardepth::decode::Photo;
use scardepth::raster::{Field, LinearImage, Mask};

/// What a picture shows.
#[derive(Debug, Clone)]
pub enum Scene {
    Plain([u8; 3]),
    Noise(u32),
    /// Skin with noise.
    Skin(u32),
    /// Skin on the left, a plain colour on the right.
    Half([u8; 3]),
    Stripes(u32),
}

pub fn scene() -> impl Strategy<Value = Scene> {
    prop_oneof![
        Just(Scene::Plain([0; 3])),
        Just(Scene::Plain([255; 3])),
        any::<[u8; 3]>().prop_map(Scene::Plain),
        any::<u32>().prop_map(Scene::Noise),
        any::<u32>().prop_map(Scene::Skin),
        any::<[u8; 3]>().prop_map(Scene::Half),
        (1u32..9).prop_map(Scene::Stripes),
    ]
}

/// A side: mostly small, often one.
pub fn side() -> impl Strategy<Value = u32> {
    prop_oneof![Just(1), 1u32..9, 1u32..97]
}

/// A side of a picture that can be registered, now and then of one that cannot.
pub fn large_side() -> impl Strategy<Value = u32> {
    prop_oneof![1 => 1u32..64, 9 => 64u32..180]
}

/// Which pixels count.
#[derive(Debug, Clone)]
pub enum Cover {
    All,
    Nothing,
    OnePixel,
    Bright,
    Checks(usize),
}

pub fn cover() -> impl Strategy<Value = Cover> {
    prop_oneof![
        4 => Just(Cover::All),
        1 => Just(Cover::Nothing),
        1 => Just(Cover::OnePixel),
        1 => Just(Cover::Bright),
        2 => (1usize..9).prop_map(Cover::Checks),
    ]
}

impl Cover {
    pub fn mask(&self, image: &LinearImage) -> Mask {
        let luminance = image.luminance();
        Mask::from_shape_fn(luminance.dim(), |(y, x)| match *self {
            Self::All => true,
            Self::Nothing => false,
            Self::OnePixel => (y, x) == (0, 0),
            Self::Bright => luminance[[y, x]] > 0.2,
            Self::Checks(side) => (x / side + y / side) % 2 == 0,
        })
    }
}

/// A relief that no skin has.
#[derive(Debug, Clone)]
pub enum Rugged {
    Flat(f32),
    Bowls(u32),
    Steps(u32),
    Deep,
}

pub fn relief_kind() -> impl Strategy<Value = Rugged> {
    prop_oneof![
        prop_oneof![Just(0.0), Just(-3.0), Just(3.0), Just(-1e6f32)].prop_map(Rugged::Flat),
        (2u32..30).prop_map(Rugged::Bowls),
        (1u32..9).prop_map(Rugged::Steps),
        Just(Rugged::Deep),
    ]
}

impl Rugged {
    pub fn field(&self, size: (usize, usize)) -> Field {
        Field::from_shape_fn(size, |(y, x)| match *self {
            Self::Flat(v) => v,
            Self::Bowls(side) => {
                let (u, v) = (x as f32 / side as f32, y as f32 / side as f32);
                6.0 * (u.sin() * v.cos())
            }
            Self::Steps(side) => -f32::from(u8::from((x as u32 / side).is_multiple_of(2))) * 4.0,
            Self::Deep => -1e4 * (x + y) as f32,
        })
    }
}

pub const SKIN: [u8; 3] = [205, 150, 125];

pub fn draw(scene: &Scene, width: u32, height: u32) -> RgbImage {
    // Bits of the place and the seed, well mixed (the finaliser of MurmurHash3).
    let noise = |x: u32, y: u32, seed: u32| {
        let mut h = x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77) ^ seed;
        h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
        h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
        h ^ (h >> 16)
    };
    RgbImage::from_fn(width, height, |x, y| {
        Rgb(match *scene {
            Scene::Plain(colour) => colour,
            Scene::Noise(seed) => noise(x, y, seed).to_le_bytes()[..3].try_into().unwrap(),
            Scene::Skin(seed) => {
                let shade = (noise(x, y, seed) % 17) as u8;
                SKIN.map(|v| v - 8 + shade)
            }
            Scene::Half(colour) if x * 2 >= width => colour,
            Scene::Half(_) => SKIN,
            Scene::Stripes(period) => {
                if (x / period) % 2 == 0 {
                    SKIN
                } else {
                    [40, 30, 30]
                }
            }
        })
    })
}

pub fn linear(scene: &Scene, width: u32, height: u32) -> LinearImage {
    Photo::from_rgb8("drawn", draw(scene, width, height)).linear(1.0)
}
