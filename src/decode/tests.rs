//! Photos of known content through the whole decoder.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::*;
use crate::filter::reduce;
use crate::raster::count;

mod heic;
mod kinds;

/// A folder of files that vanishes with it.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

fn open(path: &Path) -> Result<Photo, Error> {
    decode(path, &Options::default())
}

/// Smooth enough for JPEG, different along both axes and in every channel.
fn scene() -> RgbImage {
    RgbImage::from_fn(96, 64, |x, y| {
        Rgb([
            (40 + 2 * x) as u8,
            (200 - 2 * y) as u8,
            (60 + x / 2 + y) as u8,
        ])
    })
}

fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut out = Vec::new();
    jpeg_encoder::Encoder::new(&mut out, 95)
        .encode(
            image.as_raw(),
            image.width() as u16,
            image.height() as u16,
            jpeg_encoder::ColorType::Rgb,
        )
        .unwrap();
    out
}

/// Mean difference of two pictures in 8-bit levels.
fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: f64 = a
        .as_raw()
        .iter()
        .zip(b.as_raw())
        .map(|(&a, &b)| f64::from(a.abs_diff(b)))
        .sum();
    sum / a.as_raw().len() as f64
}

#[test]
fn the_content_decides_and_not_the_name() {
    let files = Files::new();
    let scene = scene();
    let image = DynamicImage::ImageRgb8(scene.clone());
    for (format, name) in [
        (ImageFormat::Png, "a.jpg"),
        (ImageFormat::Tiff, "b.webp"),
        (ImageFormat::WebP, "c.tiff"),
    ] {
        let photo = open(&files.write(name, &encode(&image, format))).unwrap();
        assert_eq!(photo.display(), scene, "{format:?}");
        assert_eq!((photo.width, photo.height), (96, 64));
        assert_eq!(photo.source.file_name, name);
        assert!(photo.opaque(1.0).is_none());
    }
    let photo = open(&files.write("d", &jpeg(&scene))).unwrap();
    assert!(difference(&photo.display(), &scene) < 1.0);
}

#[test]
fn sixteen_bits_are_kept() {
    let files = Files::new();
    // Steps of a 32nd of an 8-bit level.
    let fine =
        image::ImageBuffer::from_fn(64, 64, |x, y| Rgb([(30_000 + 8 * (64 * y + x)) as u16; 3]));
    let image = DynamicImage::ImageRgb16(fine);
    for format in [ImageFormat::Png, ImageFormat::Tiff] {
        let light = open(&files.write("a", &encode(&image, format)))
            .unwrap()
            .linear(1.0);
        let [red, ..] = &light.planes;
        for (i, v) in red.iter().enumerate() {
            let expected = srgb_to_linear((30_000 + 8 * i) as f64 / 65_535.0);
            assert!((f64::from(*v) - expected).abs() < 1e-6);
        }
    }
}

#[test]
fn reduced_light_is_the_reduced_light() {
    let photo = Photo::from_rgb8("a", scene());
    let whole = photo.linear(1.0);
    for reduction in [1.0, 1.37, 2.0, 3.9, 200.0] {
        let reduced = photo.linear(reduction);
        for (a, b) in reduced.planes.iter().zip(&whole.planes) {
            assert_eq!(*a, reduce(b, reduction), "{reduction}");
        }
    }
    // Less than 1 and not a number count as 1.
    assert_eq!(photo.linear(0.0), whole);
    assert_eq!(photo.linear(f64::NAN), whole);
}

#[test]
fn a_wide_gamut_profile_is_applied() {
    let files = Files::new();
    let scene = scene();
    let icc = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 100);
    encoder.add_icc_profile(&icc).unwrap();
    encoder
        .encode(scene.as_raw(), 96, 64, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    let plain = Photo::from_rgb8("plain", scene);
    let photo = open(&files.write("a", &bytes)).unwrap();
    assert!(photo.caveats.is_empty());
    // P3's (212, 92, 113) at column 86, row 54 is redder than sRGB's.
    let at = |p: &Photo, c: usize| f64::from(p.linear(1.0).planes[c][[54, 86]]);
    let (r, g, b) = (at(&plain, 0), at(&plain, 1), at(&plain, 2));
    assert!((at(&photo, 0) - (1.2249 * r - 0.2249 * g)).abs() < 0.01);
    assert!((at(&photo, 1) - (-0.0421 * r + 1.0421 * g)).abs() < 0.01);
    assert!((at(&photo, 2) - (-0.0196 * r - 0.0786 * g + 1.0983 * b)).abs() < 0.01);
}

#[test]
fn a_profile_that_cannot_be_used_is_said() {
    let files = Files::new();
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
    encoder.add_icc_profile(&[7; 300]).unwrap();
    encoder
        .encode(scene().as_raw(), 96, 64, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    let photo = open(&files.write("a", &bytes)).unwrap();
    assert_eq!(photo.caveats, [Caveat::ProfileNotUsed]);
}

#[test]
fn transparent_pixels_are_not_the_photo() {
    let files = Files::new();
    let mut image = DynamicImage::ImageRgb8(scene()).into_rgba8();
    image.put_pixel(5, 7, image::Rgba([1, 2, 3, 0]));
    image.put_pixel(9, 7, image::Rgba([1, 2, 3, 60]));
    let png = encode(&DynamicImage::ImageRgba8(image), ImageFormat::Png);
    let photo = open(&files.write("a", &png)).unwrap();
    let opaque = photo.opaque(1.0).unwrap();
    assert!(!opaque[[7, 5]]);
    assert_eq!(count(&opaque), 96 * 64 - 1);
    assert_eq!(photo.display().get_pixel(5, 7), &Rgb([255; 3]));
    assert_eq!(photo.display().get_pixel(9, 7), &Rgb([1, 2, 3]));
    let reduced = photo.opaque(2.0).unwrap();
    assert_eq!(reduced.dim(), (32, 48));
    assert!(!reduced[[3, 2]]);
    assert_eq!(count(&reduced), 32 * 48 - 1);
}

#[test]
fn whatever_is_cut_off_is_refused() {
    let files = Files::new();
    let image = DynamicImage::ImageRgb8(scene());
    for (name, bytes) in [
        ("jpeg", jpeg(&scene())),
        ("png", encode(&image, ImageFormat::Png)),
        ("webp", encode(&image, ImageFormat::WebP)),
        ("tiff", encode(&image, ImageFormat::Tiff)),
    ] {
        assert!(open(&files.write(name, &bytes)).is_ok());
        for eighths in 0..8 {
            let cut = files.write(name, &bytes[..bytes.len() * eighths / 8]);
            let error = open(&cut).unwrap_err();
            assert!(
                matches!(error, Error::Truncated { .. } | Error::Corrupt { .. }),
                "{name} {eighths}/8: {error:?}"
            );
        }
    }
    // The end marker alone missing is also a cut.
    let bytes = jpeg(&scene());
    let cut = files.write("jpeg", &bytes[..bytes.len() - 2]);
    assert!(matches!(open(&cut), Err(Error::Truncated { .. })));
}

#[test]
fn damage_never_panics() {
    let files = Files::new();
    let image = DynamicImage::ImageRgb8(scene());
    for bytes in [
        jpeg(&scene()),
        encode(&image, ImageFormat::Png),
        encode(&image, ImageFormat::WebP),
        encode(&image, ImageFormat::Tiff),
    ] {
        for i in 0..300usize {
            let mut bytes = bytes.clone();
            let at = (i * 7919) % bytes.len().min(if i % 2 == 0 { 700 } else { usize::MAX });
            bytes[at] ^= (1 + i * 37 % 255) as u8;
            let _ = open(&files.write("a", &bytes)).map(|p| (p.linear(3.3), p.display()));
        }
    }
}

#[test]
fn sizes_outside_the_limits_are_refused_by_the_header() {
    let files = Files::new();
    let path = files.write("a", &jpeg(&scene()));
    let small = Options {
        limit_megapixels: 0.006,
        ..Options::default()
    };
    assert!(matches!(
        decode(&path, &small),
        Err(Error::TooLarge {
            width: 96,
            height: 64,
            ..
        })
    ));
    let tiny = files.write("b", &jpeg(&RgbImage::new(40, 31)));
    let error = open(&tiny).unwrap_err();
    assert!(matches!(error, Error::TooSmall { needed: 32, .. }));
    // Few pixels and many of them in a row: no JPEG of the result could hold them.
    let mut long = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\0\0\0\0\0\x20\x08\0\0\0\0".to_vec();
    long.extend([0; 40]);
    let error = open(&files.write("d", &long)).unwrap_err();
    assert!(
        matches!(error, Error::TooLong { width: 65_536, .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("65536 x 32"), "{error}");
    // A PNG header that claims 4 gigapixels, and nothing behind it.
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\0\0\0\x01\0\0\x08\x02\0\0\0".to_vec();
    bomb.extend([0x7a, 0x6d, 0x3f, 0x43]);
    bomb.extend(b"\0\0\0\x01IDAT\0\0\0\0\0");
    assert!(open(&files.write("c", &bomb)).is_err());
}

#[test]
fn what_cannot_be_opened_is_named_with_a_remedy() {
    let files = Files::new();
    let avif = files.write("a.jpg", b"\0\0\0\x18ftypmif1\0\0\0\0avifmiaf");
    let message = open(&avif).unwrap_err().to_string();
    assert!(message.contains("a.jpg") && message.contains("AVIF") && message.contains("JPEG"));
    for (bytes, name) in [
        (&b"\0\0\0\x20ftypavif...."[..], "AVIF"),
        (b"\0\0\0\x18ftypcrx ....", "CR3"),
        (b"\0\0\0\x18ftypisom....", "video"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"GIF89a......", "GIF"),
        (b"II*\0\x10\0\0\0CR\x02\0....", "raw"),
        (b"BM............................", "BMP"),
        (b"II+\0\x08\0\0\0................", "BigTIFF"),
    ] {
        let error = open(&files.write("x", bytes)).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error:?}");
        assert!(error.to_string().contains(name), "{error}");
    }
    let text = open(&files.write("notes.jpg", b"dear diary")).unwrap_err();
    assert!(matches!(text, Error::NotAnImage { .. }));
    let folder = open(files.0.path()).unwrap_err();
    assert!(matches!(folder, Error::NotAFile { .. }));
    let nothing = open(&files.0.path().join("none.jpg")).unwrap_err();
    assert!(matches!(nothing, Error::NotFound { .. }));
}

/// The folder of real files, which is not part of the project.
fn real(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/photos/formats");
    let path = folder.join(name);
    if !path.exists() {
        println!("skipped: {} is missing", path.display());
        return None;
    }
    Some(path)
}

#[test]
fn eight_orientations_show_one_landscape() {
    let Some(first) = real("Landscape_2.jpg") else {
        return;
    };
    let reference = open(&first).unwrap().display();
    assert_eq!(reference.dimensions(), (600, 450));
    for n in 3..=8 {
        let Some(path) = real(&format!("Landscape_{n}.jpg")) else {
            return;
        };
        let shown = open(&path).unwrap().display();
        // Each was compressed anew; a wrong turn gives 60 levels or another size.
        assert!(difference(&shown, &reference) < 6.0, "{n}");
    }
}

#[test]
fn real_files_open_or_are_refused() {
    for name in [
        "Channel_digital_image_CMYK_color.jpg",
        "Flag_of_the_Netherlands-16bit.png",
        "gain-map.jpg",
        "IMG_2927.HEIC",
        "IMG_5195.HEIC",
        "cielab-dagams.tiff",
        "4.webp",
        "tifftag-photoshop.tiff",
        "uncompressed_tiff.tiff",
        "with-alpha.png",
        "Issue 247-1.nef", // a JPEG, whatever its name says
    ] {
        let Some(path) = real(name) else { return };
        let photo = open(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(photo.caveats.is_empty(), "{name}");
    }
    for name in [
        "truncated.jpg",
        "truncated.png",
        "corrupt-header.jpg",
        "giant-image.jpg",
        "65536-uint32-limit.png",
        "broken-box.heif",
        "32Bit-72dpi-sRGB-800x600.avif",
        "G31D.TIF",
        "relax.jp2",
    ] {
        let Some(path) = real(name) else { return };
        assert!(open(&path).is_err(), "{name}");
    }
    let Some(path) = real("full-transparent.png") else {
        return;
    };
    assert_eq!(count(&open(&path).unwrap().opaque(1.0).unwrap()), 0);
    let Some(path) = real("Channel_digital_image_CMYK_color_no_profile.jpg") else {
        return;
    };
    assert_eq!(open(&path).unwrap().caveats, [Caveat::InksWithoutProfile]);
}
