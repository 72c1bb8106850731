//! Phones' HEIC.

use super::kinds::exif;
use super::*;

fn wide_scene(bits: u8) -> heifer::Image {
    let scene = scene();
    let top = (1u32 << bits) - 1;
    let data = scene.pixels().flat_map(|p| {
        let [r, g, b] = p.0.map(|v| (u32::from(v) * top / 255) as u16);
        [r, g, b, top as u16]
    });
    heifer::Image {
        width: scene.width(),
        height: scene.height(),
        bit_depth: bits,
        has_alpha: false,
        data: data.collect(),
    }
}

fn heic(image: &heifer::Image, exif: Option<Vec<u8>>, icc_profile: Option<Vec<u8>>) -> Vec<u8> {
    let metadata = heifer::Metadata {
        exif,
        xmp: None,
        icc_profile,
    };
    let options = heifer::EncodeOptions {
        quality: 100,
        max_threads: 1,
    };
    heifer::encode_with_metadata(image, &metadata, &options).unwrap()
}

#[test]
fn a_phones_heic_is_turned_once_and_keeps_its_date() {
    let files = Files::new();
    let mut bytes = heic(&wide_scene(8), Some(exif(1, false)), None);
    // Phones leave the orientation in EXIF although the container has told it.
    let upright = b"\x12\x01\x03\0\x01\0\0\0\x01\0";
    let at = bytes.windows(10).position(|w| w == upright).unwrap();
    bytes[at + 8] = 6;
    let photo = open(&files.write("a.jpg", &bytes)).unwrap();
    assert!(difference(&photo.display(), &scene()) < 1.5);
    assert_eq!(photo.taken.as_deref(), Some("2026-01-10T09:30:00"));
    assert_eq!(photo.shot.flash, Some(true));
    assert!(photo.caveats.is_empty());

    let fine = open(&files.write("b.heic", &heic(&wide_scene(10), None, None))).unwrap();
    assert!(difference(&fine.display(), &scene()) < 1.5);
}

#[test]
fn a_heics_wide_gamut_is_applied() {
    let files = Files::new();
    let p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let with = open(&files.write("a", &heic(&wide_scene(8), None, Some(p3)))).unwrap();
    let without = open(&files.write("b", &heic(&wide_scene(8), None, None))).unwrap();
    let at = |p: &Photo, c: usize| f64::from(p.linear(1.0).planes[c][[54, 86]]);
    let (r, g) = (at(&without, 0), at(&without, 1));
    assert!((at(&with, 0) - (1.2249 * r - 0.2249 * g)).abs() < 0.01);
}

#[test]
fn a_heic_that_is_cut_or_asks_for_too_much_is_refused() {
    let files = Files::new();
    let scene = wide_scene(8);
    let bytes = heic(&scene, None, None);
    for eighths in 0..8 {
        let cut = files.write("a", &bytes[..bytes.len() * eighths / 8]);
        let error = open(&cut).unwrap_err();
        assert!(matches!(error, Error::Truncated { .. }), "{error:?}");
    }
    // Tiles, as phones write them; then a header that says there is far more of them.
    let large = heifer::Image::filled(600, 520, 8, [180, 140, 120, 255]);
    let tiled = heic(&large, None, None);
    assert_eq!(open(&files.write("b", &tiled)).unwrap().width, 600);
    let size = [600u16.to_be_bytes(), 520u16.to_be_bytes()].concat();
    let at = tiled.windows(4).position(|w| w == size).unwrap();
    let mut giant = tiled;
    giant[at..at + 4].fill(0xff);
    let error = open(&files.write("c", &giant)).unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error:?}");
}
