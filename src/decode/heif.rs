//! HEIC and HEIF, the stills of phones: HEVC pictures, whole or in tiles, unpacked by `heifer`.
//!
//! The container says how the picture is cropped, turned and mirrored, and the decoder does all of
//! that: EXIF's orientation, which phones leave in the file as well, is the same thing told twice
//! and must not be obeyed (ISO/IEC 23008-12). Before any picture is unpacked, all that will be is
//! held against the limits, because a few bytes can ask for one large tile thousands of times.

use std::path::Path;

use heifer::heifer_hevc_dec::nal::{NalUnit, NalUnitType, split_annex_b};
use heifer::heifer_hevc_dec::params::Sps;
use heifer::heifer_isobmff::boxes::{ColorInfo, Property};
use heifer::heifer_isobmff::{self as container, HeifFile, ItemId};

use super::caveat::Caveat;
use super::colour::{self, Encoding};
use super::exif::Directory;
use super::format;
use super::photo::{Samples, Unpacked};
use super::unpack::without_alpha;
use super::{Options, check_size};
use crate::error::Error;

/// Upright, whatever EXIF says: the decoder has turned the picture.
const UPRIGHT: u8 = 1;

/// Pixels of the main picture in `bytes`, after what it is put together from was found to be within
/// the limits.
pub(super) fn unpack(path: &Path, bytes: &[u8], options: &Options) -> Result<Unpacked, Error> {
    let failed = |e: heifer::Error| refuse(path, bytes, e);
    let file = HeifFile::parse(bytes).map_err(|e| failed(e.into()))?;
    let coded = coded_pictures(&file).map_err(failed)?;
    let size = size(&file).map_err(|e| failed(e.into()))?;
    check_size(path, size, options)?;
    check_work(&coded, size).map_err(failed)?;

    let mut caveats = Vec::new();
    let profile = match encoding(&file, &coded).map_err(|e| failed(e.into()))? {
        Encoding::Srgb => None,
        Encoding::Profile(profile) => Some(profile),
        Encoding::HighDynamicRange => return Err(format::high_dynamic_range(path)),
        Encoding::Unknown => {
            caveats.push(Caveat::ProfileNotUsed);
            None
        }
    };
    let bits = coded
        .iter()
        .map(|s| s.bit_depth_luma.max(s.bit_depth_chroma));
    let (size, samples, opaque) = pixels(bytes, bits.max() > Some(8), options).map_err(failed)?;
    // What the container crops away is not known before.
    check_size(path, size, options)?;
    // A damaged note about the picture must not cost the picture.
    let exif = file.exif(file.primary_id).ok().flatten();
    let mut notes = Directory::of_exif(exif).notes();
    notes.orientation = UPRIGHT;
    Ok(Unpacked {
        size: (size.0 as usize, size.1 as usize),
        channels: 3,
        samples,
        opaque,
        profile,
        notes,
        caveats,
    })
}

type Pixels = ((u32, u32), Samples, Option<Vec<bool>>);

/// Size, samples and which of them are there: cropped, turned and mirrored as the container says.
fn pixels(
    bytes: &[u8],
    more_than_8_bits: bool,
    options: &Options,
) -> Result<Pixels, heifer::Error> {
    let limits = heifer::Options {
        // Photos are unpacked side by side already, and `--threads` is a promise.
        max_threads: 1,
        max_pixels: (options.limit_megapixels * 1e6) as u64,
    };
    if !more_than_8_bits {
        let image = heifer::decode_rgba8(bytes, &limits)?;
        let (samples, opaque) = without_alpha_if(image.has_alpha, &image.data, u8::MAX);
        let size = (image.width, image.height);
        return Ok((size, Samples::Eight(samples), opaque));
    }
    let mut image = heifer::decode_with_options(bytes, &limits)?;
    let top = u32::from(image.max_value()).max(1);
    for v in &mut image.data {
        *v = ((u32::from(*v) * 65_535 + top / 2) / top) as u16;
    }
    let (samples, opaque) = without_alpha_if(image.has_alpha, &image.data, u16::MAX);
    let size = (image.width, image.height);
    Ok((size, Samples::Sixteen(samples), opaque))
}

fn without_alpha_if<T: Copy + Default + PartialEq>(
    has_alpha: bool,
    rgba: &[T],
    white: T,
) -> (Vec<T>, Option<Vec<bool>>) {
    if has_alpha {
        return without_alpha(rgba, 3, white);
    }
    let mut rgb = Vec::with_capacity(rgba.len() / 4 * 3);
    for pixel in rgba.chunks_exact(4) {
        rgb.extend_from_slice(&pixel[..3]);
    }
    (rgb, None)
}

/// Stored width and height of the main picture, px, before it is turned.
fn size(file: &HeifFile) -> Result<(u32, u32), container::Error> {
    let primary = file.primary_id;
    if file.item(primary)?.item_type.0 == *b"grid" {
        let grid = file.grid(primary)?;
        return Ok((grid.output_width, grid.output_height));
    }
    let missing = container::Error::MissingBox(container::FourCC(*b"ispe"));
    file.image_size(primary)?.ok_or(missing)
}

/// Parameters of every coded picture that will be unpacked, in file order.
fn coded_pictures(file: &HeifFile) -> Result<Vec<Sps>, heifer::Error> {
    let primary = file.primary_id;
    let mut items = vec![primary];
    items.extend(alpha_of(file, primary));
    let mut coded = Vec::new();
    for item in items {
        match &file.item(item)?.item_type.0 {
            b"grid" => {
                for &tile in file.referenced_items(item, b"dimg") {
                    coded.push(parameters(file, tile)?);
                    for alpha in alpha_of(file, tile) {
                        coded.push(parameters(file, alpha)?);
                    }
                }
            }
            _ => coded.push(parameters(file, item)?),
        }
    }
    Ok(coded)
}

/// Pictures that say how transparent `item` is.
fn alpha_of(file: &HeifFile, item: ItemId) -> Vec<ItemId> {
    let is_alpha = |&aux: &ItemId| {
        file.item_properties(aux).is_ok_and(|mut properties| {
            properties.any(|p| {
                matches!(p, Property::AuxiliaryType(t) if t.ends_with("auxid:1")
                    || t.ends_with("auxiliary:alpha"))
            })
        })
    };
    let mut found = file.referencing_items(item, b"auxl");
    found.retain(is_alpha);
    found
}

/// Parameters of one coded picture: the largest, where its stream holds several.
fn parameters(file: &HeifFile, item: ItemId) -> Result<Sps, heifer::Error> {
    let kind = file.item(item)?.item_type;
    if kind.0 != *b"hvc1" {
        return Err(heifer::Error::Unsupported(format!("picture type {kind}")));
    }
    let stream = file.hevc_bitstream(item)?;
    let mut largest: Option<Sps> = None;
    for nal in split_annex_b(&stream) {
        let nal = NalUnit::parse(nal)?;
        if nal.header.unit_type == NalUnitType::Sps {
            let sps = Sps::parse(&nal.rbsp)?;
            if largest.as_ref().is_none_or(|l| area(l) < area(&sps)) {
                largest = Some(sps);
            }
        }
    }
    largest.ok_or(heifer::Error::Invalid("a picture without parameters"))
}

fn area(sps: &Sps) -> u64 {
    u64::from(sps.pic_width_in_luma_samples) * u64::from(sps.pic_height_in_luma_samples)
}

/// Refuses a file whose coded pictures hold far more than the photo that is put together from them.
fn check_work(coded: &[Sps], (width, height): (u32, u32)) -> Result<(), heifer::Error> {
    /// The photo, its transparency, and what tiles reach over the edge.
    const TIMES: u64 = 3;
    /// Pixels of a few tiles of 512 x 512, for small photos.
    const TILES: u64 = 1 << 20;
    let sum = coded.iter().map(area).fold(0, u64::saturating_add);
    if sum > TIMES * u64::from(width) * u64::from(height) + TILES {
        return Err(heifer::Error::Invalid(
            "far more tiles than the photo needs",
        ));
    }
    Ok(())
}

/// How the colours are written: by a profile, by code points beside the picture, else inside of it.
fn encoding(file: &HeifFile, coded: &[Sps]) -> Result<Encoding, container::Error> {
    let primary = file.primary_id;
    if let Some(profile) = file.icc_profile(primary)? {
        return Ok(Encoding::Profile(profile.to_vec()));
    }
    let first_tile = file.referenced_items(primary, b"dimg").first();
    for &item in [primary].iter().chain(first_tile) {
        for property in file.item_properties(item)? {
            if let Property::Color(ColorInfo::Nclx {
                primaries,
                transfer,
                ..
            }) = property
            {
                return Ok(colour::of_code_points(*primaries, *transfer));
            }
        }
    }
    let inside = coded.iter().find_map(|sps| sps.vui.as_ref());
    Ok(inside.map_or(Encoding::Srgb, |vui| {
        colour::of_code_points(
            u16::from(vui.colour_primaries),
            u16::from(vui.transfer_characteristics),
        )
    }))
}

fn refuse(path: &Path, bytes: &[u8], e: heifer::Error) -> Error {
    use heifer::Error as E;
    use heifer::heifer_hevc_dec::Error as Hevc;
    let file = path.to_path_buf();
    match e {
        // A still has its list of pictures in front; a film has its tracks instead.
        E::Container(container::Error::MissingBox(name))
            if name.0 == *b"meta" && bytes.windows(4).any(|w| w == b"moov") =>
        {
            format::video(path)
        }
        e if is_cut_off(bytes) => Error::Truncated {
            file,
            source: Some(Box::new(e)),
        },
        E::Unsupported(_)
        | E::Container(container::Error::Unimplemented(_))
        | E::Hevc(Hevc::Unimplemented(_)) => Error::Unsupported {
            file,
            format: format!("a HEIC of a rare kind ({e})"),
            remedy: format::PHONE,
        },
        e => Error::Corrupt {
            file,
            source: Box::new(e),
        },
    }
}

/// Whether the file ends before its last box does (ISO/IEC 14496-12, 4.2).
fn is_cut_off(bytes: &[u8]) -> bool {
    let mut at: u64 = 0;
    while at < bytes.len() as u64 {
        let rest = &bytes[at as usize..];
        let Some(&short) = rest.first_chunk::<4>() else {
            return true;
        };
        at = match (u32::from_be_bytes(short), rest.get(8..)) {
            // Up to the end of the file.
            (0, _) => return false,
            (1, Some(long)) => match long.first_chunk::<8>() {
                Some(&long) => at.saturating_add(u64::from_be_bytes(long).max(16)),
                None => return true,
            },
            (short, Some(_)) => at + u64::from(short.max(8)),
            (_, None) => return true,
        };
    }
    at > bytes.len() as u64
}
