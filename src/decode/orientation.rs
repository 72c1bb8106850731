//! Turns a picture upright.

use rayon::prelude::*;

/// Interleaved samples turned upright, with the upright (width, height).
///
/// `orientation` is EXIF's, 1 to 8 (EXIF 2.32, tag 0x0112): where row 0 and column 0 of the stored
/// picture lie in the upright one.
pub(super) fn upright<T: Copy + Default + Send + Sync>(
    samples: Vec<T>,
    (width, height): (usize, usize),
    channels: usize,
    orientation: u8,
) -> (Vec<T>, (usize, usize)) {
    if orientation <= 1 || samples.is_empty() {
        return (samples, (width, height));
    }
    let transposed = orientation >= 5;
    let (columns, rows) = if transposed {
        (height, width)
    } else {
        (width, height)
    };
    let stored = |x: usize, y: usize| match orientation {
        2 => (width - 1 - x, y),
        3 => (width - 1 - x, height - 1 - y),
        4 => (x, height - 1 - y),
        5 => (y, x),
        6 => (y, height - 1 - x),
        7 => (width - 1 - y, height - 1 - x),
        _ => (width - 1 - y, x),
    };
    let mut out = vec![T::default(); samples.len()];
    out.par_chunks_mut(columns * channels)
        .enumerate()
        .for_each(|(y, line)| {
            for (x, pixel) in line.chunks_exact_mut(channels).enumerate() {
                let (u, v) = stored(x, y);
                let at = (v * width + u) * channels;
                pixel.copy_from_slice(&samples[at..at + channels]);
            }
        });
    (out, (columns, rows))
}

#[cfg(test)]
mod tests {
    use super::upright;

    #[test]
    fn all_eight_stored_forms_give_one_picture() {
        // Upright: A B C / D E F; as stored for each orientation (EXIF 2.32, figure of tag 0x0112).
        let stored: [(&[u8], (usize, usize)); 8] = [
            (b"ABCDEF", (3, 2)),
            (b"CBAFED", (3, 2)),
            (b"FEDCBA", (3, 2)),
            (b"DEFABC", (3, 2)),
            (b"ADBECF", (2, 3)),
            (b"CFBEAD", (2, 3)),
            (b"FCEBDA", (2, 3)),
            (b"DAEBFC", (2, 3)),
        ];
        for (i, (samples, size)) in stored.into_iter().enumerate() {
            let (out, size) = upright(samples.to_vec(), size, 1, i as u8 + 1);
            assert_eq!(
                (out.as_slice(), size),
                (&b"ABCDEF"[..], (3, 2)),
                "{}",
                i + 1
            );
        }
    }
}
