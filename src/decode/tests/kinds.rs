//! The kinds of TIFF, PNG and JPEG that are rare, and raw files.

use ::tiff::encoder::colortype::{CMYK8, ColorType, Gray8, RGB8, RGB16};
use ::tiff::encoder::{TiffEncoder, TiffValue};
use ::tiff::tags::Tag;

use image::ImageEncoder;

use super::*;

/// An EXIF block that says `orientation` and when it was taken; and, in its Interoperability
/// directory, `R03` for Adobe RGB, else `R98` for sRGB.
pub(super) fn exif(orientation: u16, adobe_rgb: bool) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        let mut e = [tag.to_le_bytes(), kind.to_le_bytes()].concat();
        e.extend(count.to_le_bytes());
        e.extend(value);
        e
    };
    // The first directory at 8, EXIF at 38, Interoperability at 80, texts at 98.
    block.extend(2u16.to_le_bytes());
    let [low, high] = orientation.to_le_bytes();
    block.extend(entry(0x0112, 3, 1, [low, high, 0, 0]));
    block.extend(entry(0x8769, 4, 1, 38u32.to_le_bytes()));
    block.extend([0; 4]);
    block.extend(3u16.to_le_bytes());
    block.extend(entry(0x9003, 2, 20, 98u32.to_le_bytes()));
    block.extend(entry(0x9209, 3, 1, [0x19, 0, 0, 0]));
    block.extend(entry(0xa005, 4, 1, 80u32.to_le_bytes()));
    block.extend([0; 4]);
    block.extend(1u16.to_le_bytes());
    let standard = if adobe_rgb { *b"R03\0" } else { *b"R98\0" };
    block.extend(entry(1, 2, 4, standard));
    block.extend([0; 4]);
    block.extend(b"2026:01:10 09:30:00\0");
    block
}

fn tiff_of<C: ColorType>(samples: &[C::Inner], tags: &[(Tag, &[u16])]) -> Vec<u8>
where
    [C::Inner]: TiffValue,
{
    sized::<C>((96, 64), samples, tags)
}

fn sized<C: ColorType>(
    (width, height): (u32, u32),
    samples: &[C::Inner],
    tags: &[(Tag, &[u16])],
) -> Vec<u8>
where
    [C::Inner]: TiffValue,
{
    let mut out = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut out).unwrap();
    let mut image = encoder.new_image::<C>(width, height).unwrap();
    for &(tag, values) in tags {
        image.encoder().write_tag(tag, values).unwrap();
    }
    image.write_data(samples).unwrap();
    out.into_inner()
}

/// Lab (D50) of sRGB mid red, green, blue and grey (Lindbloom's calculator, Bradford).
const LAB: [([f64; 3], [u8; 3]); 4] = [
    ([54.29, 80.81, 69.89], [255, 0, 0]),
    ([87.82, -79.27, 80.99], [0, 255, 0]),
    ([29.57, 68.30, -112.03], [0, 0, 255]),
    ([53.585, 0.0, 0.0], [128, 128, 128]),
];

#[test]
fn cielab_is_converted() {
    let files = Files::new();
    const CIELAB: &[u16] = &[8];
    for (lab, srgb) in LAB {
        let [l, a, b] = lab;
        let eight = [
            (l * 2.55).round() as u8,
            (a.round() as i8).cast_unsigned(),
            (b.round() as i8).cast_unsigned(),
        ];
        let sixteen = [
            (l * 655.35).round() as u16,
            ((a * 256.0).round() as i16).cast_unsigned(),
            ((b * 256.0).round() as i16).cast_unsigned(),
        ];
        let tags: &[(Tag, &[u16])] = &[(Tag::PhotometricInterpretation, CIELAB)];
        let coarse = tiff_of::<RGB8>(&eight.repeat(96 * 64), tags);
        let fine = tiff_of::<RGB16>(&sixteen.repeat(96 * 64), tags);
        for (bytes, within) in [(coarse, 12), (fine, 1)] {
            let photo = open(&files.write("a.tif", &bytes)).unwrap();
            assert!(photo.caveats.is_empty());
            let shown = photo.display().get_pixel(50, 50).0;
            for (s, e) in shown.into_iter().zip(srgb) {
                assert!(s.abs_diff(e) <= within, "{shown:?} {srgb:?}");
            }
        }
    }
}

#[test]
fn inks_and_palettes_of_a_tiff_are_colours() {
    let files = Files::new();
    let inks = [0u8, 102, 153, 51].repeat(96 * 64);
    let photo = open(&files.write("a", &tiff_of::<CMYK8>(&inks, &[]))).unwrap();
    assert_eq!(photo.caveats, [Caveat::InksWithoutProfile]);
    assert_eq!(photo.display().get_pixel(3, 3).0, [204, 122, 82]);

    let mut map = vec![0u16; 768];
    for (i, v) in [(7, 40_000), (256 + 7, 30_000), (512 + 7, 20_000)] {
        map[i] = v;
    }
    let tags: &[(Tag, &[u16])] = &[
        (Tag::PhotometricInterpretation, &[3]),
        (Tag::ColorMap, &map),
    ];
    let photo = open(&files.write("b", &tiff_of::<Gray8>(&[7; 96 * 64], tags))).unwrap();
    let shown = photo.display().get_pixel(3, 3).0;
    assert_eq!(
        shown,
        [40_000u32, 30_000, 20_000].map(|v| ((v + 128) / 257) as u8)
    );
    // Without its map a palette is nothing.
    let tags: &[(Tag, &[u16])] = &[(Tag::PhotometricInterpretation, &[3])];
    assert!(open(&files.write("c", &tiff_of::<Gray8>(&[7; 96 * 64], tags))).is_err());
}

#[test]
fn eight_orientations_are_one_picture_to_the_last_bit() {
    use image::imageops::{flip_horizontal, flip_vertical, rotate90, rotate180, rotate270};
    let files = Files::new();
    let scene = scene();
    // How a camera held in each of the eight ways stores what it sees.
    let stored = [
        scene.clone(),
        flip_horizontal(&scene),
        rotate180(&scene),
        flip_vertical(&scene),
        flip_horizontal(&rotate90(&scene)),
        rotate270(&scene),
        flip_horizontal(&rotate270(&scene)),
        rotate90(&scene),
    ];
    for (i, picture) in stored.iter().enumerate() {
        let orientation = [i as u16 + 1];
        let tags: &[(Tag, &[u16])] = &[(Tag::Orientation, &orientation)];
        let bytes = sized::<RGB8>(picture.dimensions(), picture.as_raw(), tags);
        let photo = open(&files.write("a.tif", &bytes)).unwrap();
        assert!(photo.display() == scene, "{orientation:?}");
    }
}

/// A PNG with a chunk put before its pixels.
fn png_with(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let mut png = encode(&DynamicImage::ImageRgb8(scene()), ImageFormat::Png);
    let mut chunk = (content.len() as u32).to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(content);
    // CRC-32 (PNG, third edition, annex D).
    let crc = chunk[4..].iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| {
            (c >> 1) ^ (0xedb8_8320 & (c & 1).wrapping_neg())
        })
    });
    chunk.extend((!crc).to_be_bytes());
    const END_OF_HEADER: usize = 33;
    png.splice(END_OF_HEADER..END_OF_HEADER, chunk);
    png
}

#[test]
fn code_points_and_adobe_rgb_are_colours_too() {
    let files = Files::new();
    let plain = Photo::from_rgb8("plain", scene());
    let at = |p: &Photo, c: usize| f64::from(p.linear(1.0).planes[c][[54, 86]]);
    let (r, g) = (at(&plain, 0), at(&plain, 1));

    let p3 = open(&files.write("a", &png_with(*b"cICP", &[12, 13, 0, 1]))).unwrap();
    assert!((at(&p3, 0) - (1.2249 * r - 0.2249 * g)).abs() < 0.002);
    let srgb = open(&files.write("b", &png_with(*b"cICP", &[1, 13, 0, 1]))).unwrap();
    assert_eq!(srgb.linear(1.0), plain.linear(1.0));
    let hdr = open(&files.write("c", &png_with(*b"cICP", &[9, 16, 0, 1]))).unwrap_err();
    assert!(hdr.to_string().contains("HDR"), "{hdr}");

    // A camera set to Adobe RGB writes no profile.
    let encoded = |block: &[u8]| {
        let mut app1 = b"Exif\0\0".to_vec();
        app1.extend(block);
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 100);
        encoder.add_app_segment(1, app1).unwrap();
        encoder
            .encode(scene().as_raw(), 96, 64, jpeg_encoder::ColorType::Rgb)
            .unwrap();
        bytes
    };
    let adobe = open(&files.write("d", &encoded(&exif(1, true)))).unwrap();
    let other = open(&files.write("e", &encoded(&exif(1, false)))).unwrap();
    assert!((at(&other, 0) - r).abs() < 0.01);
    // Gamma 2.2 is near sRGB's curve here; red of Adobe RGB (1998) is 1.40 of sRGB's.
    assert!((at(&adobe, 0) - (1.398 * r - 0.398 * g)).abs() < 0.02);
    // Turned by EXIF in a JPEG, where nothing else says it.
    let turned = open(&files.write("f", &encoded(&exif(6, false)))).unwrap();
    assert_eq!((turned.width, turned.height), (64, 96));
}

#[test]
fn a_jpeg_with_finer_colours_than_brightness_is_refused_before_its_decoder_panics() {
    let files = Files::new();
    let mut bytes = jpeg(&scene());
    let frame = bytes.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    // Found by fuzzing: brightness 2 x 2, the second colour 4 x 4.
    bytes[frame + 11] = 0x22;
    bytes[frame + 17] = 0x44;
    let error = open(&files.write("a.jpg", &bytes)).unwrap_err();
    assert!(
        error.to_string().contains("finer than its brightness"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_a_photo_is_the_photo_and_a_link_to_a_folder_is_none() {
    let files = Files::new();
    files.write("a.png", &png_with(*b"tEXt", b"Comment\0none"));
    let link = |to: &str, name: &str| {
        let path = files.0.path().join(name);
        std::os::unix::fs::symlink(to, &path).unwrap();
        path
    };
    assert!(open(&link("a.png", "b.png")).is_ok());
    let folder = open(&link(".", "c.jpg")).unwrap_err();
    assert!(matches!(
        folder,
        Error::NotAFile {
            found: "a folder",
            ..
        }
    ));
    let nothing = open(&link("gone.jpg", "d.jpg")).unwrap_err();
    assert!(matches!(nothing, Error::NotFound { .. }));
    let device = open(Path::new("/dev/zero")).unwrap_err();
    assert!(matches!(device, Error::NotAFile { .. }));
}

#[test]
fn a_small_file_cannot_ask_for_all_of_the_memory() {
    let files = Files::new();
    // A profile that unpacks to a thousand times its size.
    let mut bomb = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut bomb);
    encoder.set_icc_profile(vec![0; 64 << 20]).unwrap();
    DynamicImage::ImageRgb8(scene())
        .write_with_encoder(encoder)
        .unwrap();
    assert!(bomb.len() < 200_000);
    // It is passed over, as it would be with no profile at all.
    let photo = open(&files.write("a.png", &bomb)).unwrap();
    assert_eq!(photo.display(), scene());
    // A progressive JPEG that goes over its pixels again and again.
    let mut scans = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut scans, 90);
    encoder.set_progressive(true);
    encoder
        .encode(scene().as_raw(), 96, 64, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    assert!(open(&files.write("b.jpg", &scans)).is_ok());
    let last = scans.windows(2).rposition(|w| w == [0xff, 0xda]).unwrap();
    let end = scans.len() - 2;
    let again = scans[last..end].repeat(200);
    scans.splice(end..end, again);
    let error = open(&files.write("c.jpg", &scans)).unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
}

/// A sensor whose colours are those of linear sRGB, lit by `light`.
fn dng(light: [u16; 3]) -> Vec<u8> {
    use ::tiff::encoder::colortype::Gray16;
    use ::tiff::encoder::{Rational, SRational};
    /// XYZ (D65) to linear sRGB (IEC 61966-2-1), in 10 000ths.
    const MATRIX: [i32; 9] = [
        32_406, -15_372, -4_986, -9_689, 18_758, 415, 557, -2_040, 10_570,
    ];
    let mut out = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut out).unwrap();
    let mut image = encoder.new_image::<Gray16>(96, 64).unwrap();
    let directory = image.encoder();
    let matrix = MATRIX.map(|n| SRational { n, d: 10_000 });
    let neutral = [(); 3].map(|()| Rational { n: 1, d: 1 });
    directory
        .write_tag(Tag::PhotometricInterpretation, 32_803u16)
        .unwrap();
    directory.write_tag(Tag::Make, "Test").unwrap();
    directory.write_tag(Tag::Model, "Test").unwrap();
    directory
        .write_tag(Tag::Unknown(33_421), &[2u16, 2][..])
        .unwrap();
    directory
        .write_tag(Tag::Unknown(33_422), &[0u8, 1, 1, 2][..])
        .unwrap();
    directory
        .write_tag(Tag::Unknown(50_706), &[1u8, 4, 0, 0][..])
        .unwrap();
    directory.write_tag(Tag::Unknown(50_708), "Test").unwrap();
    directory
        .write_tag(Tag::Unknown(50_717), 65_535u16)
        .unwrap();
    directory
        .write_tag(Tag::Unknown(50_721), &matrix[..])
        .unwrap();
    directory
        .write_tag(Tag::Unknown(50_728), &neutral[..])
        .unwrap();
    directory.write_tag(Tag::Unknown(50_778), 21u16).unwrap();
    let mosaic: Vec<u16> = (0..96 * 64)
        .map(|i| light[i % 96 % 2 + i / 96 % 2])
        .collect();
    image.write_data(&mosaic).unwrap();
    out.into_inner()
}

#[test]
fn a_raw_photo_is_developed_to_light_or_refused_with_a_remedy() {
    let files = Files::new();
    let path = files.write("a.dng", &dng([30_000, 20_000, 10_000]));
    let opened = open(&path);
    if cfg!(feature = "raw") {
        let photo = opened.unwrap();
        assert_eq!((photo.width, photo.height), (96, 64));
        let light = photo.linear(1.0);
        for (plane, expected) in light.planes.iter().zip([30_000.0, 20_000.0, 10_000.0]) {
            let value = f64::from(plane[[32, 48]]);
            assert!((value - expected / 65_535.0).abs() < 0.004, "{value}");
        }
    } else {
        let message = opened.unwrap_err().to_string();
        assert!(
            message.contains("raw photo") && message.contains("`raw`"),
            "{message}"
        );
    }
}
