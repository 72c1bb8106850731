//! Stages on pictures that nobody takes: of one colour, black, white, noise, one pixel wide.
//!
//! What must hold for any picture: no panic, nothing that is not a number, an answer of the right
//! size, no change in a photo held against itself. The seed is fixed; `PROPTEST_CASES=2000` looks
//! further.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use scardepth::decode::Photo;
use scardepth::filter;
use scardepth::pipeline::{Options, Scale, compare};
use scardepth::quality::judge;
use scardepth::raster::{Field, LinearImage, Mask};
use scardepth::report::schema::Verdict;
use scardepth::shading::shade;
use scardepth::skin;
use scardepth::units::PixelsPerMm;

use image::{Rgb, RgbImage};

/// What a picture shows.
#[derive(Debug, Clone)]
enum Scene {
    Plain([u8; 3]),
    Noise(u32),
    /// Skin with noise.
    Skin(u32),
    /// Skin on the left, a plain colour on the right.
    Half([u8; 3]),
    Stripes(u32),
}

fn scene() -> impl Strategy<Value = Scene> {
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
fn side() -> impl Strategy<Value = u32> {
    prop_oneof![Just(1), 1u32..9, 1u32..97]
}

const SKIN: [u8; 3] = [205, 150, 125];

fn draw(scene: &Scene, width: u32, height: u32) -> RgbImage {
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

fn linear(scene: &Scene, width: u32, height: u32) -> LinearImage {
    Photo::from_rgb8("drawn", draw(scene, width, height)).linear(1.0)
}

fn scale(px_per_mm: f64) -> PixelsPerMm {
    PixelsPerMm::new(px_per_mm).unwrap()
}

fn few() -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        // `PROPTEST_CASES` beats it.
        cases: std::env::var("PROPTEST_CASES").map_or(32, |n| n.parse().unwrap_or(32)),
        ..ProptestConfig::default()
    }
}

fn finite(field: &Field) -> bool {
    field.iter().all(|v| v.is_finite())
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn any_two_pictures_are_compared_or_refused(
        (before, after) in (scene(), scene()),
        (width, height) in (side(), side()),
        (other_width, other_height) in (side(), side()),
        px_per_mm in proptest::option::of(1.0f64..200.0),
    ) {
        let before = Photo::from_rgb8("before", draw(&before, width, height));
        let after = Photo::from_rgb8("after", draw(&after, other_width, other_height));
        let options = Options {
            scale: px_per_mm.map(|n| Scale::PerMm(scale(n))),
            ..Options::default()
        };
        let outcome = compare(&before, &after, &options);
        let size = outcome.pictures.measured.dimensions();
        prop_assert_eq!(size, (width, height));
        prop_assert_eq!(outcome.pictures.scars_before.dimensions(), size);
        // Unknown is nothing, and never "not a number".
        let told = format!("{:?}", outcome.comparison);
        prop_assert!(!told.contains("NaN") && !told.contains("inf"), "{}", told);
    }

    #[test]
    fn a_picture_has_not_changed_against_itself(
        scene in scene(),
        (width, height) in (1u32..97, 1u32..97),
    ) {
        let photo = Photo::from_rgb8("same", draw(&scene, width, height));
        let change = compare(&photo, &photo, &Options::default()).comparison.change;
        prop_assert!(matches!(
            change.verdict,
            Verdict::NotComparable | Verdict::NoDetectableChange
        ));
        let values = [
            change.area_percent.value,
            change.contrast_percent.value,
            change.volume_index_percent.value,
        ];
        prop_assert!(values.iter().flatten().all(|&v| v == 0.0), "{:?}", values);
    }

    #[test]
    fn skin_quality_and_shading_take_any_picture(
        scene in scene(),
        (width, height) in (side(), side()),
        px_per_mm in 1.0f64..200.0,
    ) {
        let image = linear(&scene, width, height);
        let scale = scale(px_per_mm);
        let found = skin::find(&image, scale, &skin::Options::default());
        let size = (height as usize, width as usize);
        prop_assert_eq!(found.mask.dim(), size);
        prop_assert!((0.0..=1.0).contains(&found.fraction));
        let quality = judge(&image, &found.mask, scale);
        prop_assert!((0.0..=1.0).contains(&quality.clipped_fraction));
        let told = format!("{quality:?}");
        prop_assert!(!told.contains("NaN") && !told.contains("inf"), "{}", told);
        // All of it, some of it and none of it.
        let masks = [Mask::from_elem(size, true), found.mask, Mask::from_elem(size, false)];
        for mask in masks {
            let shading = shade(&image, &mask, scale, &scardepth::shading::Options::default());
            prop_assert!(finite(&shading.luminance) && finite(&shading.field));
            prop_assert_eq!(shading.luminance.dim(), size);
        }
    }

    #[test]
    fn filters_take_any_size(
        scene in scene(),
        (width, height) in (side(), side()),
        sigma in 0.1f32..60.0,
        factor in 1.0f64..40.0,
    ) {
        let luminance = linear(&scene, width, height).luminance();
        let (low, high) = luminance
            .iter()
            .fold((f32::MAX, f32::MIN), |(l, h), &v| (l.min(v), h.max(v)));
        let blurred = filter::gaussian(&luminance, sigma);
        let reduced = filter::reduce(&luminance, factor);
        for result in [&blurred, &reduced] {
            // A mean lies between what it is the mean of.
            let inside = result.iter().all(|&v| v >= low - 1e-4 && v <= high + 1e-4);
            prop_assert!(inside, "{} {}", low, high);
        }
        prop_assert_eq!(blurred.dim(), luminance.dim());
        let larger = filter::enlarge(&reduced, luminance.dim(), factor);
        prop_assert_eq!(larger.dim(), luminance.dim());
        let mask = luminance.mapv(|v| v > 0.2);
        let (labels, sizes) = filter::label(&mask);
        prop_assert_eq!(labels.dim(), mask.dim());
        let set = mask.iter().filter(|&&m| m).count();
        prop_assert_eq!(sizes.iter().sum::<usize>(), set);
        prop_assert!(finite(&filter::gaussian_masked(&luminance, &mask, sigma, 0.0)));
    }
}
