use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::*;
use crate::filter::gaussian;
use crate::raster::Field;

const SIZE: (usize, usize) = (480, 640);

fn scale() -> PixelsPerMm {
    PixelsPerMm::new(8.0).unwrap()
}

/// Linear sRGB of skin, type I to VI, in daylight.
const TYPES: [[f32; 3]; 6] = [
    [0.76, 0.51, 0.42],
    [0.68, 0.42, 0.32],
    [0.55, 0.32, 0.22],
    [0.40, 0.21, 0.13],
    [0.22, 0.105, 0.062],
    [0.085, 0.038, 0.024],
];

fn uniform(random: &mut impl Rng) -> f32 {
    random.random::<f32>() - 0.5
}

/// Skin under a lamp from one side, with pores, blotches, sensor noise, rounded to 8 bit.
fn skin_of(colour: [f32; 3], lamp: [f32; 3]) -> LinearImage {
    let mut random = Pcg64Mcg::seed_from_u64(7);
    let mut noise = |sigma: f32| {
        gaussian(&Field::from_shape_fn(SIZE, |_| uniform(&mut random)), sigma)
            .mapv(|v| v * sigma.max(0.3))
    };
    let (texture, blotch, fine) = (noise(1.5), noise(12.0), noise(0.0));
    let planes = [0, 1, 2].map(|c| {
        Field::from_shape_fn(SIZE, |(y, x)| {
            let shade = 1.1 - 0.7 * x as f32 / SIZE.1 as f32;
            let blood = [0.1, 0.6, 0.4][c] * 0.5 * blotch[[y, x]];
            let d = 0.25 * texture[[y, x]] + blood + 0.12 * fine[[y, x]];
            colour[c] * lamp[c] * shade * (-d).exp()
        })
    });
    rounded(LinearImage { planes })
}

fn encode(v: f32) -> f32 {
    if v <= 0.003_130_8 {
        12.92 * v
    } else {
        1.055 * v.powf(1.0 / 2.4) - 0.055
    }
}

fn decode(v: f32) -> f32 {
    if v <= 0.040_45 {
        v / 12.92
    } else {
        ((v + 0.055) / 1.055).powf(2.4)
    }
}

fn rounded(mut image: LinearImage) -> LinearImage {
    for plane in &mut image.planes {
        plane.mapv_inplace(|v| decode((encode(v.clamp(0.0, 1.0)) * 255.0).round() / 255.0));
    }
    image
}

fn daylight(colour: [f32; 3]) -> LinearImage {
    skin_of(colour, [1.0; 3])
}

fn paint(image: &mut LinearImage, inside: impl Fn(usize, usize) -> bool, colour: [f32; 3]) {
    for (c, plane) in image.planes.iter_mut().enumerate() {
        for ((y, x), v) in plane.indexed_iter_mut() {
            if inside(y, x) {
                *v = colour[c];
            }
        }
    }
}

fn share(
    why: &Array2<Cue>,
    inside: impl Fn(usize, usize) -> bool,
    is: impl Fn(Cue) -> bool,
) -> f64 {
    let (mut n, mut hits) = (0u32, 0u32);
    for ((y, x), &cue) in why.indexed_iter() {
        if inside(y, x) {
            n += 1;
            hits += u32::from(is(cue));
        }
    }
    f64::from(hits) / f64::from(n.max(1))
}

fn kept(found: &Skin, inside: impl Fn(usize, usize) -> bool) -> f64 {
    share(&found.why_not, inside, |c| c == Cue::Skin)
}

fn in_box(
    top: usize,
    left: usize,
    bottom: usize,
    right: usize,
) -> impl Fn(usize, usize) -> bool + Copy {
    move |y, x| (top..bottom).contains(&y) && (left..right).contains(&x)
}

#[test]
fn a_patch_of_nothing_but_skin_is_all_skin_for_all_types_and_lamps() {
    for colour in TYPES {
        for lamp in [[1.0, 1.0, 1.0], [1.15, 0.95, 0.6], [0.85, 1.0, 1.2]] {
            let found = find(&skin_of(colour, lamp), scale(), &Options::default());
            assert!(
                found.fraction > 0.97,
                "{colour:?} under {lamp:?}: {}",
                found.fraction
            );
        }
    }
}

#[test]
fn towels_and_walls_are_out() {
    for colour in TYPES {
        for other in [
            [0.8, 0.8, 0.8],
            [0.3, 0.3, 0.32],
            [0.1, 0.2, 0.5],
            [0.02, 0.02, 0.02],
        ] {
            let mut image = daylight(colour);
            let wall = in_box(0, 0, 480, 220);
            let original = image.clone();
            let grain = gaussian(&original.planes[1], 0.0);
            for (c, plane) in image.planes.iter_mut().enumerate() {
                for ((y, x), v) in plane.indexed_iter_mut() {
                    if wall(y, x) {
                        *v = other[c] * grain[[y, x]] / grain[[240, 300]];
                    }
                }
            }
            let found = find(&image, scale(), &Options::default());
            assert_eq!(kept(&found, wall), 0.0, "{other:?} behind {colour:?}");
            assert!(
                kept(&found, in_box(0, 250, 480, 640)) > 0.95,
                "{colour:?} before {other:?}"
            );
        }
    }
}

#[test]
fn an_arm_of_many_shades_beside_paper_of_one() {
    // Paper in warm light: nearly as red as the palest skin, and all of one colour.
    const PAPER: [f32; 3] = [0.76, 0.58, 0.49];
    let edge = 320;
    let mut image = daylight([0.42, 0.18, 0.109]);
    for c in [1, 2] {
        for ((y, x), light) in image.planes[c].indexed_iter_mut() {
            // Less red toward one side, less yellow toward the hand.
            let (u, v) = (x as f32 / SIZE.1 as f32, y as f32 / SIZE.0 as f32);
            let pale = [0.0, 0.9, 0.9][c] * (u - 0.75) + [0.0, 0.0, 0.45][c] * (v - 0.5);
            *light *= pale.exp();
        }
    }
    for (plane, paper) in image.planes.iter_mut().zip(PAPER) {
        for ((y, x), light) in plane.indexed_iter_mut().filter(|((_, x), _)| *x < edge) {
            // Lit a little unevenly, or it would be taken for a frame.
            *light = paper * (1.0 - 0.2 * (x as f32 / 90.0).sin() * (y as f32 / 70.0).cos());
        }
    }
    let found = find(&rounded(image), scale(), &Options::default());
    let arm = kept(&found, |_, x| x >= edge);
    let paper = kept(&found, |_, x| x < edge);
    assert!(arm > 0.7 && paper < 0.01, "{arm} {paper}");
}

#[test]
fn deep_scars_stay_in() {
    let mut image = daylight(TYPES[2]);
    // Black holes 2.5 mm across with hard edges, and one boxcar of 5 mm.
    let hole = |y: usize, x: usize| {
        let round = |cy: f32, cx: f32, r: f32| (y as f32 - cy).hypot(x as f32 - cx) < r;
        round(120.0, 150.0, 10.0) || round(300.0, 400.0, 10.0) || round(200.0, 500.0, 20.0)
    };
    paint(&mut image, hole, [0.03, 0.012, 0.008]);
    let found = find(&image, scale(), &Options::default());
    assert!(kept(&found, hole) > 0.99);
    assert!(found.fraction > 0.97);
}

#[test]
fn marks_of_acne_stay_in_and_lips_are_out() {
    // Times the skin's colour, red, green, blue: old blood, and brown after an inflammation.
    for (stain, mm) in [([0.95, 0.55, 0.6], 11), ([0.8, 0.62, 0.45], 11)] {
        for colour in TYPES {
            let mut image = daylight(colour);
            let half = (mm * 8 / 2) as f32;
            let from = |y: usize, x: usize| (y as f32 - 200.0).hypot(x as f32 - 300.0);
            let round = |y: usize, x: usize| from(y, x) < half;
            // Marks fade out over 2 mm.
            let strength = |y: usize, x: usize| ((half - from(y, x)) / 16.0).clamp(0.0, 1.0);
            let lips = in_box(330, 150, 440, 550);
            for (c, plane) in image.planes.iter_mut().enumerate() {
                for ((y, x), v) in plane.indexed_iter_mut() {
                    let strength = if lips(y, x) { 1.0 } else { strength(y, x) };
                    *v *= 1.0 + strength * (stain[c] - 1.0);
                }
            }
            let found = find(&image, scale(), &Options::default());
            assert!(kept(&found, round) > 0.95, "{stain:?} on {colour:?}");
            let left = kept(&found, lips);
            assert!(left < 0.05, "{stain:?} on {colour:?}: {left}");
        }
    }
}

#[test]
fn boxes_blurs_and_blocks_are_out() {
    let skin = daylight(TYPES[1]);
    let area = in_box(150, 200, 300, 420);
    let inner = in_box(160, 210, 290, 410);
    let mut black = skin.clone();
    paint(&mut black, area, [0.0; 3]);
    let mut blurred = skin.clone();
    let mut blocks = skin.clone();
    for c in 0..3 {
        let smooth = gaussian(&skin.planes[c], 12.0);
        for ((y, x), v) in blurred.planes[c].indexed_iter_mut() {
            if area(y, x) {
                *v = smooth[[y, x]];
            }
        }
        for ((y, x), v) in blocks.planes[c].indexed_iter_mut() {
            if area(y, x) {
                *v = skin.planes[c][[y / 24 * 24, x / 24 * 24]];
            }
        }
    }
    for (name, image) in [
        ("black", black),
        ("blurred", rounded(blurred)),
        ("blocks", blocks),
    ] {
        let found = find(&image, scale(), &Options::default());
        assert_eq!(kept(&found, inner), 0.0, "{name}");
        assert!(found.fraction > 0.8, "{name}: {}", found.fraction);
    }
}

/// Draws dark hairs, each `length` px long, from `roots` in the direction (dx, dy).
fn hairs(image: &mut LinearImage, roots: &[(f32, f32)], (dx, dy): (f32, f32), length: usize) {
    for &(x0, y0) in roots {
        for step in 0..length {
            let (x, y) = (x0 + dx * step as f32, y0 + dy * step as f32);
            if x >= 0.0 && y >= 0.0 && (x as usize) < SIZE.1 && (y as usize) < SIZE.0 {
                for plane in &mut image.planes {
                    plane[[y as usize, x as usize]] *= 0.35;
                }
            }
        }
    }
}

#[test]
fn dense_hair_is_out_as_a_region_and_a_single_hair_as_a_line() {
    let mut image = daylight(TYPES[1]);
    let mut random = Pcg64Mcg::seed_from_u64(3);
    let roots: Vec<(f32, f32)> = (0..900)
        .map(|_| {
            (
                300.0 + 200.0 * uniform(&mut random),
                120.0 + 70.0 * uniform(&mut random),
            )
        })
        .collect();
    hairs(&mut image, &roots, (0.9, 0.44), 40);
    hairs(&mut image, &[(60.0, 350.0)], (0.8, 0.6), 150);
    let found = find(&image, scale(), &Options::default());
    assert!(kept(&found, in_box(100, 240, 140, 400)) < 0.02);
    let hair = |y: usize, x: usize| {
        let t = (x as f32 - 60.0) / 0.8;
        (10.0..140.0).contains(&t) && (y as f32 - (350.0 + 0.6 * t)).abs() < 1.0
    };
    assert!(share(&found.why_not, hair, |c| c != Cue::Skin) > 0.9);
    let beside = in_box(330, 60, 460, 190);
    assert!(kept(&found, beside) > 0.85, "{}", kept(&found, beside));
}

#[test]
fn frames_are_out_and_skin_at_the_pictures_edge_stays() {
    let mut image = daylight(TYPES[3]);
    paint(&mut image, |y, _| !(30..450).contains(&y), [1.0; 3]);
    let found = find(&image, scale(), &Options::default());
    assert_eq!(kept(&found, in_box(0, 0, 30, 640)), 0.0);
    assert!(kept(&found, in_box(45, 0, 435, 640)) > 0.95);
}

#[test]
fn a_reduced_scale_gives_a_mask_of_the_pictures_own_size() {
    let found = find(
        &daylight(TYPES[1]),
        PixelsPerMm::new(20.0).unwrap(),
        &Options::default(),
    );
    assert_eq!(found.mask.dim(), SIZE);
    assert!(found.fraction > 0.95);
    let counted = count(&found.mask) as f64 / found.mask.len() as f64;
    assert_eq!(counted, found.fraction);
}

#[test]
fn pictures_of_nothing_give_no_skin_and_no_panic() {
    for (rows, columns) in [(0, 0), (1, 1), (2, 50), (3, 3), (40, 1)] {
        for value in [0.0, 0.5, 1.0] {
            let image = LinearImage {
                planes: [0, 1, 2].map(|_| Field::from_elem((rows, columns), value)),
            };
            let found = find(&image, scale(), &Options::default());
            assert_eq!(count(&found.mask), 0, "{rows} x {columns} of {value}");
            assert_eq!(found.mask.dim(), (rows, columns));
        }
    }
}

#[test]
fn same_bits_on_any_number_of_threads() {
    let image = daylight(TYPES[4]);
    let on = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(|| find(&image, scale(), &Options::default()))
    };
    let one = on(1);
    for threads in [2, 3, 8] {
        assert!(on(threads) == one, "{threads} threads");
    }
}

/// Strokes like letters, blended into the picture at `(top, left)`, a `share` of white.
fn stamp(image: &mut LinearImage, (top, left): (usize, usize), share: f32) {
    let mut random = Pcg64Mcg::seed_from_u64(11);
    for letter in 0..10 {
        let corner = (top, left + 12 * letter);
        for _ in 0..3 {
            let upright = random.random::<bool>();
            let (dy, dx) = (
                random.random_range(0..12usize),
                random.random_range(0..8usize),
            );
            for i in 0..14 {
                let (y, x) = if upright { (i, dx) } else { (dy, i.min(9)) };
                for plane in &mut image.planes {
                    let v = &mut plane[[corner.0 + y, corner.1 + x]];
                    *v = decode((1.0 - share) * encode(*v) + share);
                }
            }
        }
    }
}

#[test]
fn a_watermark_is_out_wherever_it_stands() {
    let places = [(60, 60), (60, 380), (250, 60), (250, 380)];
    let mut image = daylight(TYPES[2]);
    for at in places {
        stamp(&mut image, at, 0.33);
    }
    let found = find(&rounded(image), scale(), &Options::default());
    for (top, left) in places {
        let left_in = kept(&found, in_box(top, left, top + 14, left + 118));
        assert!(left_in < 0.1, "{left_in} kept at {top}, {left}");
    }
    assert!(found.fraction > 0.8, "{}", found.fraction);
}

#[test]
fn a_faint_print_between_clear_ones_is_out_too() {
    let clear = [(60, 60), (60, 380), (250, 60), (250, 380)];
    let faint = (157, 221);
    let with = |others: &[(usize, usize)]| {
        let mut image = daylight(TYPES[2]);
        for &at in others {
            stamp(&mut image, at, 0.33);
        }
        stamp(&mut image, faint, 0.06);
        let found = find(&rounded(image), scale(), &Options::default());
        let (top, left) = faint;
        kept(&found, in_box(top, left, top + 14, left + 118))
    };
    let [alone, among] = [with(&[]), with(&clear)];
    assert!(alone > 0.5 && among < 0.2, "{alone} and {among} kept");
}
