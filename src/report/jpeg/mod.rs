//! Photos as baseline JPEG (ITU-T T.81).
//!
//! The files are those of the `jpeg-encoder` crate, bit for bit, in a third of its time: its header with
//! all tables is taken as it is, and the scan is written here, strip by strip, with each step done to
//! many samples at once. (The crate's own fast way rounds otherwise, and not on every machine.)

mod bits;
mod blocks;

use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use self::bits::{Bits, Codes};
use self::blocks::{Block, Divisors, SIDE, transform};
use super::pictures::Colour;
use crate::error::Cause;

/// A photo as JPEG.
pub(super) fn encode(photo: &RgbImage, quality: u8, colour: Colour) -> Result<Vec<u8>, Cause> {
    let size = (
        u16::try_from(photo.width())?,
        u16::try_from(photo.height())?,
    );
    let whole = |samples: &[u8], size: (u16, u16)| -> Result<Vec<u8>, Cause> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, quality);
        encoder.set_sampling_factor(match colour {
            Colour::Full => SamplingFactor::R_4_4_4,
            Colour::Half => SamplingFactor::R_4_2_0,
        });
        encoder.encode(samples, size.0, size.1, ColorType::Rgb)?;
        Ok(bytes)
    };
    if photo.is_empty() {
        return whole(photo.as_raw(), size); // it says what is wrong
    }
    // Of a single pixel, the rest is the header's.
    let header = Header::of(&whole(&[0; 3], (1, 1))?, size).ok_or("a JPEG without its tables")?;
    let each = match colour {
        Colour::Full => 1,
        Colour::Half => 2,
    };
    Ok(scan(photo, header, each))
}

/// What stands before the picture's data.
struct Header {
    bytes: Vec<u8>,
    /// Of brightness and of colour.
    divisors: [Divisors; 2],
    /// Of means and of the rest, of brightness and of colour.
    codes: [[Codes; 2]; 2],
}

impl Header {
    /// The header of a JPEG, changed to another size.
    fn of(jpeg: &[u8], (width, height): (u16, u16)) -> Option<Self> {
        const FRAME: u8 = 0xc0;
        const CODES: u8 = 0xc4;
        const SCAN: u8 = 0xda;
        const STEPS: u8 = 0xdb;
        let mut bytes = jpeg.to_vec();
        let mut divisors = [None, None];
        let mut codes = [[None, None], [None, None]];
        let mut at = 2;
        loop {
            let &[_, marker, high, low] = jpeg.get(at..)?.first_chunk()?;
            let content = at + 4;
            at += 2 + usize::from(u16::from_be_bytes([high, low]));
            let segment = jpeg.get(content..at)?;
            match marker {
                FRAME => {
                    let size = [height.to_be_bytes(), width.to_be_bytes()].concat();
                    bytes
                        .get_mut(content + 1..content + 5)?
                        .copy_from_slice(&size);
                }
                CODES => {
                    let (kind, component) = (segment[0] >> 4, segment[0] & 0xf);
                    let place = codes.get_mut(usize::from(component))?;
                    *place.get_mut(usize::from(kind))? = Codes::of(&segment[1..]);
                }
                STEPS => {
                    let steps = segment.get(1..)?.first_chunk()?;
                    *divisors.get_mut(usize::from(segment[0]))? = Some(Divisors::of(steps));
                }
                SCAN => break,
                _ => {}
            }
        }
        bytes.truncate(at);
        let ([d0, d1], [[a, b], [c, d]]) = (divisors, codes);
        Some(Self {
            bytes,
            divisors: [d0?, d1?],
            codes: [[a?, b?], [c?, d?]],
        })
    }
}

/// The picture's data after its header; a sample of colour for `each` by `each` pixels.
fn scan(photo: &RgbImage, header: Header, each: usize) -> Vec<u8> {
    const END: [u8; 2] = [0xff, 0xd9];
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let deep = SIDE * each;
    let columns = width.div_ceil(deep);
    let stride = columns * deep;
    let mut planes = [(); 3].map(|()| vec![0u8; stride * deep]);
    let counts = [columns * each * each, columns, columns];
    let mut blocks = counts.map(|n| vec![Block::default(); n]);
    let mut means = [0i16; 3];
    let mut bits = Bits::after(header.bytes);
    for top in (0..height).step_by(deep) {
        for i in 0..deep {
            let y = (top + i).min(height - 1);
            let line = &photo.as_raw()[3 * width * y..][..3 * width];
            let lines = planes.each_mut().map(|p| &mut p[stride * i..][..stride]);
            blocks::convert(line, lines);
        }
        for (c, (plane, blocks)) in planes.iter().zip(&mut blocks).enumerate() {
            let step = if c == 0 { 1 } else { each };
            transform(plane, stride, step, &header.divisors[c.min(1)], blocks);
        }
        for unit in 0..columns {
            for (c, blocks) in blocks.iter().enumerate() {
                let [of_mean, of_rest] = &header.codes[c.min(1)];
                let parts = if c == 0 { each } else { 1 };
                for at in 0..parts * parts {
                    let line = (at / parts) * columns * parts;
                    let block = &blocks[line + unit * parts + at % parts];
                    bits.mean(block.of_zigzag[0] - means[c], of_mean);
                    bits.rest(block, of_rest);
                    means[c] = block.of_zigzag[0];
                }
            }
        }
    }
    let mut bytes = bits.finish();
    bytes.extend(END);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_the_crates_own() {
        let photo = |width: u32, height: u32| {
            RgbImage::from_fn(width, height, |x, y| {
                let v = x * 31 + y * 17 + x * y;
                let edge = if x > width / 2 { 200 } else { 30 };
                image::Rgb([v as u8, edge, ((v / 3) as u8).wrapping_add(edge)])
            })
        };
        for (width, height) in [(1, 1), (8, 8), (17, 9), (64, 48), (131, 77)] {
            let photo = photo(width, height);
            for (quality, colour, factor) in [
                (92, Colour::Full, SamplingFactor::R_4_4_4),
                (78, Colour::Half, SamplingFactor::R_4_2_0),
                (20, Colour::Full, SamplingFactor::R_4_4_4),
                (100, Colour::Half, SamplingFactor::R_4_2_0),
            ] {
                let mut expected = Vec::new();
                let mut encoder = Encoder::new(&mut expected, quality);
                encoder.set_sampling_factor(factor);
                let size = (width as u16, height as u16);
                let samples = photo.as_raw();
                (encoder.encode(samples, size.0, size.1, ColorType::Rgb)).unwrap();
                let found = encode(&photo, quality, colour).unwrap();
                assert!(found == expected, "{width} x {height}, {quality}");
            }
        }
        assert!(encode(&RgbImage::new(0, 0), 80, Colour::Full).is_err());
    }
}
