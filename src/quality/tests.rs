use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::*;
use crate::filter::gaussian;

const SIZE: (usize, usize) = (360, 400);

fn scale() -> PixelsPerMm {
    PixelsPerMm::new(8.0).unwrap()
}

/// Skin whose texture has a power as 1/f², as sharply seen skin has, and noise of `noise`.
fn textured(contrast: f32, noise: f32, blur: f32) -> LinearImage {
    let mut random = Pcg64Mcg::seed_from_u64(11);
    let mut white = || Field::from_shape_fn(SIZE, |_| random.random::<f32>() - 0.5);
    let mut texture = Field::zeros(SIZE);
    for octave in 0..6 {
        let sigma = 0.4 * 2f32.powi(octave);
        texture += &gaussian(&white(), sigma).mapv(|v| 2.0 * contrast * v);
    }
    let seen = gaussian(&texture, blur);
    let grain = white();
    let planes = [0.5, 0.3, 0.2].map(|level: f32| {
        Field::from_shape_fn(SIZE, |at| {
            level * (seen[at] + noise * 12f32.sqrt() * grain[at]).exp()
        })
    });
    LinearImage { planes }
}

fn all() -> Mask {
    Mask::from_elem(SIZE, true)
}

fn judged(image: &LinearImage) -> Quality {
    judge(image, &all(), scale())
}

#[test]
fn blurred_copies_rank_lower() {
    let sharpness: Vec<f64> = [0.0, 0.7, 1.0, 1.5, 2.0, 3.0]
        .map(|blur| judged(&textured(0.3, 0.004, blur)).sharpness.unwrap())
        .to_vec();
    assert!(sharpness[0] > 0.7, "{sharpness:?}");
    assert!(
        sharpness.windows(2).all(|w| w[1] < w[0] - 0.02),
        "{sharpness:?}"
    );
    let soft = judged(&textured(0.3, 0.004, 3.0));
    assert!(soft.reasons.contains(&Reason::Soft), "{sharpness:?}");
}

#[test]
fn light_and_contrast_do_not_change_sharpness() {
    let strong = judged(&textured(0.4, 0.003, 1.0)).sharpness.unwrap();
    let weak = judged(&textured(0.2, 0.003, 1.0)).sharpness.unwrap();
    assert!((strong - weak).abs() < 0.05, "{strong} {weak}");
    let mut dark = textured(0.4, 0.003, 1.0);
    dark.planes
        .iter_mut()
        .for_each(|p| p.mapv_inplace(|v| 0.3 * v));
    let dark = judged(&dark).sharpness.unwrap();
    assert!((strong - dark).abs() < 0.01, "{strong} {dark}");
}

#[test]
fn noise_is_measured() {
    for sigma in [0.01, 0.02, 0.05] {
        let found = judged(&textured(0.3, sigma, 3.0)).noise_sigma.unwrap();
        assert!(
            (found / f64::from(sigma) - 1.0).abs() < 0.1,
            "{found} for {sigma}"
        );
    }
    let noisy = judged(&textured(0.3, 0.05, 3.0));
    assert!(noisy.reasons.contains(&Reason::Noisy));
}

#[test]
fn an_enlarged_photo_has_an_empty_band() {
    let step = |v: f32| (255.0 * v.powf(1.0 / 2.2)).round() / 255.0;
    let mut image = textured(0.3, 0.0, 4.0);
    for plane in &mut image.planes {
        plane.mapv_inplace(|v| step(v).powf(2.2));
    }
    let quality = judged(&image);
    assert_eq!(quality.empty_band, Some(1.0));
    assert!(quality.reasons.contains(&Reason::Smoothed));
    let sharp = judged(&textured(0.3, 0.004, 0.0));
    assert_eq!(sharp.empty_band, Some(0.0));
}

/// Published pairs of CIELAB D65 for sRGB primaries and white (Lindbloom, sRGB D65).
#[test]
fn cielab_agrees_with_published_values() {
    let table = [
        ([1.0, 1.0, 1.0], [100.0, 0.0, 0.0]),
        ([1.0, 0.0, 0.0], [53.24, 80.09, 67.20]),
        ([0.0, 1.0, 0.0], [87.73, -86.18, 83.18]),
        ([0.0, 0.0, 1.0], [32.30, 79.19, -107.86]),
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
    ];
    for (rgb, expected) in table {
        for (found, wanted) in cielab(rgb).into_iter().zip(expected) {
            assert!((found - wanted).abs() < 0.02, "{rgb:?}: {found} {wanted}");
        }
    }
}

/// Linear sRGB of a colour given in CIELAB D65 (the inverse of CIE 15:2004, section 8.2.1).
fn from_lab([l, a, b]: [f64; 3]) -> [f64; 3] {
    let fy = (l + 16.0) / 116.0;
    let inverse = |t: f64| {
        if t > 6.0 / 29.0 {
            t.powi(3)
        } else {
            3.0 * (6.0f64 / 29.0).powi(2) * (t - 4.0 / 29.0)
        }
    };
    let x = 0.950_47 * inverse(fy + a / 500.0);
    let y = inverse(fy);
    let z = 1.088_83 * inverse(fy - b / 200.0);
    [
        3.240_454_2 * x - 1.537_138_5 * y - 0.498_531_4 * z,
        -0.969_266_0 * x + 1.876_010_8 * y + 0.041_556_0 * z,
        0.055_643_4 * x - 0.204_025_9 * y + 1.057_225_2 * z,
    ]
}

#[test]
fn typology_angle_follows_its_formula() {
    // ITA = atan((L* - 50) / b*) · 180 / π.
    let table = [
        ([70.0, 10.0, 20.0], 45.0),
        ([60.0, 12.0, 10.0], 45.0),
        ([50.0, 12.0, 18.0], 0.0),
        ([67.320_508, 9.0, 10.0], 60.0),
        ([38.452_995, 14.0, 20.0], -30.0),
    ];
    for (lab, degrees) in table {
        let found = ita(from_lab(lab)).unwrap();
        assert!((found - degrees).abs() < 0.01, "{lab:?}: {found}");
    }
    assert_eq!(ita([0.2, 0.2, 0.5]), None);
}

#[test]
fn indices_of_one_colour_are_exact() {
    let image = LinearImage {
        planes: [0.5, 0.25, 0.2].map(|v| Field::from_elem(SIZE, v)),
    };
    let quality = judged(&image);
    assert!((quality.redness.unwrap() - 2f64.log10()).abs() < 1e-3);
    assert!((quality.pigment.unwrap() - 2f64.log10()).abs() < 1e-3);
    let wanted = ita([0.5, 0.25, 0.2]).unwrap();
    assert!((quality.ita_deg.unwrap() - wanted).abs() < 1e-3);
}

#[test]
fn clipping_is_counted_on_skin_only() {
    let mut image = textured(0.1, 0.004, 0.0);
    let mut skin = all();
    for ((y, x), s) in skin.indexed_iter_mut() {
        *s = y >= 60;
        if y < 60 || (y >= 324 && x < 200) {
            image.planes[0][[y, x]] = 1.0; // 18 of 300 rows of skin, to half their width: 6 %
        }
        if y >= 342 && x >= 300 {
            image.planes.iter_mut().for_each(|p| p[[y, x]] = 0.0); // another 1.5 %
        }
    }
    let quality = judge(&image, &skin, scale());
    assert!(
        (quality.clipped_fraction - 0.075).abs() < 1e-9,
        "{}",
        quality.clipped_fraction
    );
    assert!(quality.reasons.contains(&Reason::Clipped));
    assert!((quality.skin_fraction - 300.0 / 360.0).abs() < 1e-12);
}

#[test]
fn a_photo_far_too_dark_is_told_and_dark_skin_is_not() {
    // Skin of type VI in a photo exposed for it, and two and three stops darker.
    for (light, told) in [(0.06, false), (0.015, false), (0.0075, true)] {
        let image = LinearImage {
            planes: [1.3, 0.95, 0.8].map(|share| Field::from_elem(SIZE, share * light)),
        };
        let quality = judged(&image);
        assert!((quality.luminance.unwrap() / f64::from(light) - 1.0).abs() < 0.02);
        assert_eq!(quality.reasons.contains(&Reason::Dark), told, "{light}");
    }
}

#[test]
fn a_screens_grid_is_found_and_skin_is_not_a_screen() {
    let skin = textured(0.3, 0.004, 1.0);
    let clean = judged(&skin);
    assert!(
        clean.screen_peak.unwrap() < SCREEN_PEAK,
        "{:?}",
        clean.screen_peak
    );
    for (period, angle) in [(3.3f32, 0.0f32), (4.7, 0.4), (2.4, 1.2)] {
        let mut screen = skin.clone();
        let (sin, cos) = angle.sin_cos();
        for plane in &mut screen.planes {
            for ((y, x), v) in plane.indexed_iter_mut() {
                let t = (cos * x as f32 + sin * y as f32) / period;
                *v *= 1.0 + 0.04 * (std::f32::consts::TAU * t).sin();
            }
        }
        let quality = judged(&screen);
        assert!(
            quality.reasons.contains(&Reason::PhotoOfScreen),
            "{period}: {:?}",
            quality.screen_peak
        );
    }
}

#[test]
fn nothing_to_judge_is_none() {
    let image = textured(0.3, 0.004, 0.0);
    let quality = judge(&image, &Mask::from_elem(SIZE, false), scale());
    assert_eq!(quality.sharpness, None);
    assert_eq!(quality.noise_sigma, None);
    assert_eq!(quality.ita_deg, None);
    assert_eq!(quality.redness, None);
    assert_eq!(quality.reasons, vec![Reason::LittleSkin]);
    let empty = LinearImage {
        planes: [0, 1, 2].map(|_| Field::zeros((0, 0))),
    };
    let quality = judge(&empty, &Mask::from_elem((0, 0), false), scale());
    assert_eq!(quality.screen_peak, None);
}

#[test]
fn same_bits_on_any_number_of_threads() {
    let image = textured(0.3, 0.004, 1.0);
    let on = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(|| judged(&image))
    };
    let one = on(1);
    for threads in [2, 3, 8] {
        assert_eq!(on(threads), one, "{threads} threads");
    }
}
