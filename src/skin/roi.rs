//! A region that a person drew on the baseline: only this is measured, in every visit.

use std::path::Path;

use crate::decode::{self, decode};
use crate::error::Error;
use crate::filter::reduce;
use crate::raster::Mask;

/// Grey level from which a pixel is inside.
const INSIDE: u8 = 128;

/// Steps between a pixel's strongest and weakest channel from which it is no grey, and the share of such
/// pixels from which a picture is a photo and no region.
const COLOURED: u8 = 32;
const MOST_COLOURED: f64 = 0.01;

/// Reads a region: a picture of the upright photo's size, white where to measure. What is
/// transparent is outside.
///
/// `size`: (width, height) of the photo it was drawn on; `limits` as for the photo.
///
/// # Errors
/// If it cannot be read, has another size, has colours or marks nothing.
pub fn read(path: &Path, size: (u32, u32), limits: &decode::Options) -> Result<Mask, Error> {
    let picture = decode(path, limits)?;
    let bad = |problem: String| Error::BadRegion {
        file: path.into(),
        problem,
    };
    if (picture.width, picture.height) != size {
        return Err(bad(format!(
            "the region has {} x {} px, the first photo {} x {} (upright); draw it on that photo \
             without resizing or cropping",
            picture.width, picture.height, size.0, size.1
        )));
    }
    let opaque = picture.opaque(1.0);
    let rgb = picture.display();
    let shows = |x: u32, y: u32| opaque.as_ref().is_none_or(|o| o[[y as usize, x as usize]]);
    let coloured = rgb.enumerate_pixels().filter(|&(x, y, p)| {
        let [r, g, b] = p.0;
        r.max(g).max(b) - r.min(g).min(b) > COLOURED && shows(x, y)
    });
    let pixels = f64::from(size.0) * f64::from(size.1);
    if coloured.count() as f64 > MOST_COLOURED * pixels {
        let problem = "the region is a picture in colours; paint all black but what is to be measured, \
                       and that white";
        return Err(bad(problem.to_string()));
    }
    let region = Mask::from_shape_fn((size.1 as usize, size.0 as usize), |(y, x)| {
        // Green stands for grey: a region is black and white.
        let (x, y) = (x as u32, y as u32);
        rgb.get_pixel(x, y)[1] >= INSIDE && shows(x, y)
    });
    if region.iter().all(|&r| !r) {
        let problem = "the region is black all over; paint white what is to be measured";
        return Err(bad(problem.to_string()));
    }
    Ok(region)
}

/// A region on the photo's own grid as seen at working scale: what is inside by half or more.
#[must_use]
pub fn reduced(region: &Mask, reduction: f64) -> Mask {
    if reduction <= 1.0 {
        return region.clone();
    }
    reduce(&region.mapv(|r| if r { 1.0 } else { 0.0 }), reduction).mapv(|share| share >= 0.5)
}
