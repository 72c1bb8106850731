//! Known warps of a drawn texture, asked for back.

use super::*;
use crate::raster::Field;

const SIZE: (usize, usize) = (300, 400);

/// A number from 0 to 1 for a lattice point.
fn hash(i: i64, j: i64, seed: u64) -> f64 {
    let mut h = seed ^ (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    h = (h ^ (h >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    h ^= (j as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    h = (h ^ (h >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((h ^ (h >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// Smooth noise of one wavelength, about -1/2 to 1/2.
fn noise(x: f64, y: f64, seed: u64) -> f64 {
    let (i, j) = (x.floor(), y.floor());
    let fade = |t: f64| t * t * t * (t * (6.0 * t - 15.0) + 10.0);
    let (u, v) = (fade(x - i), fade(y - j));
    let at = |a: i64, b: i64| hash(i as i64 + a, j as i64 + b, seed);
    let top = at(0, 0) + u * (at(1, 0) - at(0, 0));
    let bottom = at(0, 1) + u * (at(1, 1) - at(0, 1));
    top + v * (bottom - top) - 0.5
}

/// Luminance of skin drawn from noise of several wavelengths, at any place.
fn skin(x: f64, y: f64, seed: u64) -> f64 {
    let waves = [
        (4.3, 0.05),
        (9.1, 0.07),
        (23.0, 0.10),
        (61.0, 0.20),
        (150.0, 0.3),
    ];
    let log: f64 = waves
        .iter()
        .zip(0u64..)
        .map(|(&(wave, strength), k)| strength * noise(x / wave, y / wave, seed + k))
        .sum();
    0.3 * log.exp()
}

fn drawn(of: impl Fn(f64, f64) -> (f64, f64), seed: u64) -> Field {
    Field::from_shape_fn(SIZE, |(y, x)| {
        let (x, y) = of(x as f64, y as f64);
        skin(x, y, seed) as f32
    })
}

fn scale() -> PixelsPerMm {
    PixelsPerMm::new(8.0).expect("8 px/mm is a scale")
}

fn laid(before: &Field, after: &Field) -> Registration {
    let skin = Mask::from_elem(before.dim(), true);
    let other = Mask::from_elem(after.dim(), true);
    let view = |luminance, skin| View { luminance, skin };
    register(
        view(before, &skin),
        view(after, &other),
        scale(),
        &Options::default(),
    )
}

fn aligned(before: &Field, after: &Field) -> Alignment {
    match laid(before, after) {
        Registration::Aligned(alignment) => *alignment,
        Registration::Failed { reason } => panic!("{reason:?}"),
    }
}

/// Median and worst error over confident pixels, px, and the share of pixels that are confident.
fn errors(alignment: &Alignment, truth: impl Fn(f64, f64) -> (f64, f64)) -> (f32, f32, f64) {
    let mut errors = Vec::new();
    for ((y, x), &c) in alignment.confidence.indexed_iter() {
        if c >= 0.5 {
            let (u, v) = truth(x as f64, y as f64);
            let at = (alignment.x[[y, x]], alignment.y[[y, x]]);
            errors.push((at.0 - u as f32).hypot(at.1 - v as f32));
        }
    }
    let share = errors.len() as f64 / alignment.confidence.len() as f64;
    let worst = errors.iter().copied().fold(0.0, f32::max);
    let median = crate::stats::median(&mut errors).expect("some pixels are confident");
    (median, worst, share)
}

#[test]
fn a_shift_is_found_back() {
    let before = drawn(|x, y| (x, y), 1);
    let after = drawn(|x, y| (x + 2.4, y - 1.32), 1);
    let alignment = aligned(&before, &after);
    let (median, worst, share) = errors(&alignment, |x, y| (x - 2.4, y + 1.32));
    // No lamp moved here, so what the last word adds (`finest::TOLD`) is its own noise.
    assert!(median < 0.04 && worst < 0.5, "{median} {worst}");
    assert!(share > 0.9, "{share}");
    assert!(!alignment.identity);
}

#[test]
fn a_turn_and_a_scale_are_found_back() {
    let truth = Similarity {
        a: 0.85,
        b: 0.2,
        x: 60.0,
        y: -10.0,
    };
    let size = truth.a * truth.a + truth.b * truth.b;
    let before = drawn(|x, y| (x, y), 2);
    let after = drawn(
        |x, y| {
            let (x, y) = (x - truth.x, y - truth.y);
            (
                (truth.a * x + truth.b * y) / size,
                (truth.a * y - truth.b * x) / size,
            )
        },
        2,
    );
    let alignment = aligned(&before, &after);
    let (median, worst, share) = errors(&alignment, |x, y| truth.at(x, y));
    assert!(median < 0.08 && worst < 0.5, "{median} {worst}");
    assert!(share > 0.7, "{share}");
    assert!((alignment.scale - truth.scale()).abs() < 0.01);
}

/// A bend as wide as a cheek's.
fn bent(x: f64, y: f64) -> (f64, f64) {
    (
        x + 3.0 * (y / 55.0).sin() + 4.0,
        y + 3.0 * (x / 60.0).cos() - 6.0,
    )
}

fn unbent(x: f64, y: f64) -> (f64, f64) {
    let mut p = (x, y);
    for _ in 0..50 {
        let q = bent(p.0, p.1);
        p = (p.0 + x - q.0, p.1 + y - q.1);
    }
    p
}

#[test]
fn a_smooth_bend_is_found_back_under_another_lamp() {
    let before = drawn(|x, y| (x, y), 3);
    let mut after = drawn(unbent, 3);
    for ((y, x), v) in after.indexed_iter_mut() {
        *v *= 1.3 + 0.002 * x as f32 - 0.001 * y as f32;
    }
    let alignment = aligned(&before, &after);
    let (median, worst, share) = errors(&alignment, bent);
    assert!(median < 0.05 && worst < 0.7, "{median} {worst}");
    assert!(share > 0.8, "{share}");
}

#[test]
fn another_skin_is_refused() {
    let before = drawn(|x, y| (x, y), 4);
    let after = drawn(|x, y| (x, y), 40);
    assert!(matches!(
        laid(&before, &after),
        Registration::Failed {
            reason: Reason::NoAgreement { .. }
        }
    ));
}

#[test]
fn a_mirrored_photo_is_refused() {
    let before = drawn(|x, y| (x, y), 5);
    let after = drawn(|x, y| (SIZE.1 as f64 - 1.0 - x, y), 5);
    assert!(matches!(
        laid(&before, &after),
        Registration::Failed {
            reason: Reason::NoAgreement { .. }
        }
    ));
}

#[test]
fn the_same_photo_lies_exactly_on_itself() {
    let before = drawn(|x, y| (x, y), 6);
    let alignment = aligned(&before, &before);
    assert!(alignment.identity);
    let recoloured = before.mapv(|v| 1.4 * v.powf(1.2));
    let alignment = aligned(&before, &recoloured);
    assert!(alignment.identity);
    for ((y, x), &u) in alignment.x.indexed_iter() {
        assert_eq!((u, alignment.y[[y, x]]), (x as f32, y as f32));
    }
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let before = drawn(|x, y| (x, y), 7);
    let after = drawn(unbent, 7);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("a pool of threads")
            .install(|| laid(&before, &after))
    };
    assert!(on(1) == on(3));
}

#[test]
fn too_small_pictures_are_refused() {
    let tiny = Field::from_elem((20, 400), 0.3);
    assert!(matches!(
        laid(&tiny, &tiny),
        Registration::Failed {
            reason: Reason::TooSmall { .. }
        }
    ));
}

#[test]
fn nothing_to_hold_on_to_is_refused() {
    let before = Field::from_elem(SIZE, 0.3);
    let after = Field::from_elem(SIZE, 0.2);
    assert!(matches!(laid(&before, &after), Registration::Failed { .. }));
}
