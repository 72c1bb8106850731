//! Dents pressed into a photo.

use super::super::press::{Options, broad_side, press};
use super::super::{Family, Pair};
use crate::decode::Photo;
use crate::phantom::{self, Spec};
use crate::raster::{Mask, count};

/// Healthy skin stands in for a photo.
fn pair(family: Family) -> (image::RgbImage, Pair) {
    let spec = Spec {
        family: Family::Healthy,
        seed: 8001,
        width: 400,
        height: 300,
        px_per_mm: 8.0,
        ..Spec::default()
    };
    let drawn = phantom::render_pair(&spec).unwrap();
    let light = Photo::from_rgb8("skin", drawn.before.rgb.clone()).linear(1.0);
    let skin = Mask::from_elem((300, 400), true);
    let options = Options {
        family,
        seed: 3,
        px_per_mm: 8.0,
        azimuth_deg: 200.0,
        strength: None,
    };
    (drawn.before.rgb, press(&light, &skin, &options).unwrap())
}

fn levels_apart(a: &image::RgbImage, b: &image::RgbImage, at: &Mask) -> f64 {
    let pixels = at.indexed_iter().filter(|(_, m)| **m);
    let apart = pixels.map(|((y, x), _)| {
        let (p, q) = (
            a.get_pixel(x as u32, y as u32),
            b.get_pixel(x as u32, y as u32),
        );
        f64::from(p.0[1].abs_diff(q.0[1]))
    });
    crate::stats::mean(apart).unwrap_or(0.0)
}

#[test]
fn nothing_but_the_dents_is_new() {
    let (bare, pair) = pair(Family::Improved);
    let first = &pair.truth.visits[0];
    let flat = first.depth.mapv(|d| d <= 0.0);
    assert!(count(&first.scars) > 500, "{} px", count(&first.scars));
    let outside = levels_apart(&bare, &pair.before.rgb, &flat);
    let inside = levels_apart(&bare, &pair.before.rgb, &first.scars);
    // JPEG at 94 and light scattered out of the dents against shading of several per cent.
    assert!(
        outside < 1.5 && inside > 3.0,
        "{outside} outside, {inside} inside"
    );
    let change = pair.truth.visits[1].volume_percent.unwrap();
    assert!(change < -5.0, "{change} %");
}

#[test]
fn nothing_pressed_leaves_the_photo() {
    let (bare, pair) = pair(Family::Healthy);
    let all = Mask::from_elem((300, 400), true);
    let apart = levels_apart(&bare, &pair.before.rgb, &all);
    assert!(apart < 1.0, "{apart} levels");
    assert_eq!(count(&pair.truth.visits[0].scars), 0);
}

#[test]
fn a_bulging_arm_is_brighter_toward_the_light() {
    let light = crate::raster::LinearImage {
        planes: [0, 1, 2].map(|_| {
            crate::raster::Field::from_shape_fn((40, 60), |(y, _)| 0.5 - 0.005 * y as f32)
        }),
    };
    let skin = Mask::from_elem((40, 60), true);
    assert_eq!(broad_side(&light, &skin, 80.0), 260.0);
    assert_eq!(broad_side(&light, &skin, 100.0), 280.0);
}
