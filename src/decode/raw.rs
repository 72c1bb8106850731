//! Cameras' raw files, developed by `flashraw` (feature `raw`): black and white level, the camera's
//! own white balance and colour matrix, plain interpolation; no tone curve, no sharpening and no
//! noise reduction, which would be taken for skin.

use std::path::Path;

use flashraw::{
    CorruptionPolicy, DecodeOptions, Error as RawError, FlashRaw, Limits, OutputFormat, RawFrame,
    RawPixelData,
};

use super::exif::Notes;
use super::format;
use super::photo::{Samples, Shot, Unpacked};
use super::{Options, check_size, colour};
use crate::error::Error;

/// Pixels of the raw photo in `bytes`, after its header was found to be within the limits.
pub(super) fn unpack(path: &Path, bytes: &[u8], options: &Options) -> Result<Unpacked, Error> {
    let failed = |e| refuse(path, e);
    let most = (options.limit_megapixels * 1e6) as u64;
    // Three colours of each pixel.
    let limits = Limits::default().with_max_samples(3 * most);
    let raw = FlashRaw::open_with(bytes, limits).map_err(failed)?;
    let info = raw.frame_info();
    check_size(path, (info.width, info.height), options)?;
    let mut develop = DecodeOptions::default();
    develop.output = OutputFormat::LinearRgb16;
    develop.crop = true;
    develop.limits = limits;
    // Half a photo would be measured as skin that changed.
    develop.corruption_policy = CorruptionPolicy::Strict;
    let frame = raw.decode(develop).map_err(failed)?;
    check_size(path, (frame.width, frame.height), options)?;
    let notes = notes(&frame);
    let RawPixelData::U16(samples) = frame.data else {
        return Err(failed(RawError::UnsupportedFormat(String::new())));
    };
    Ok(Unpacked {
        size: (frame.width as usize, frame.height as usize),
        channels: 3,
        samples: Samples::Sixteen(samples),
        opaque: None,
        profile: colour::linear(),
        notes,
        caveats: Vec::new(),
    })
}

fn notes(frame: &RawFrame) -> Notes {
    /// `2026-01-10T09:30:00`, without fractions and zone.
    const TO_THE_SECOND: usize = 19;
    let told = frame.metadata();
    let length = |v: Option<f32>| v.map(f64::from).filter(|v| v.is_finite() && *v > 0.0);
    Notes {
        orientation: frame.orientation as u8,
        taken: told
            .capture_time
            .as_deref()
            .and_then(|t| Some(t.get(..TO_THE_SECOND)?.to_string())),
        shot: Shot {
            lens: told.lens.model.clone(),
            focal_length_mm: length(told.exposure.focal_length),
            focal_length_35mm: told.exposure.focal_length_35mm.map(f64::from),
            flash: told.exposure.flash.map(|f| f & 1 == 1),
            ..Shot::default()
        },
        adobe_rgb: false,
    }
}

fn refuse(path: &Path, e: RawError) -> Error {
    let file = path.to_path_buf();
    match e {
        RawError::CorruptFile { .. } | RawError::InvalidMetadata(_) => Error::Corrupt {
            file,
            source: Box::new(e),
        },
        e => Error::Unsupported {
            file,
            format: format!("this raw photo ({e})"),
            remedy: format::DEVELOP,
        },
    }
}
