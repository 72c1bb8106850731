//! Any bytes as a photo's file: header, pixels, profile, EXIF, light at a reduced scale.

#![no_main]

use std::path::Path;

use scardepth::decode::{Options, decode_bytes};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Small, so that time goes into odd files and not into large ones.
    let options = Options {
        limit_megapixels: 1.0,
        smallest_side: 1,
    };
    if let Ok(photo) = decode_bytes(Path::new("fuzz"), bytes, &options) {
        let _ = (photo.linear(2.7), photo.opaque(1.5), photo.display());
    }
});
