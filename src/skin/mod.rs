//! Which pixels are open skin.
//!
//! Everything else (hair, brows, lips, nostrils, ears, jaw line, clothes, walls, watermarks, boxes
//! and blur put there for anonymity) would be taken for the deepest scar in the picture. Each cue
//! has a file; this one says in which order they are asked. The first cue that speaks against a
//! pixel is kept as the reason.

mod colour;
mod contour;
mod flat;
mod hair;
mod lines;
mod overlay;
pub mod roi;
mod shape;

use ndarray::Array2;

use crate::filter::{dilate, erode, reduce};
use crate::raster::{LinearImage, Mask, count, each, from_rows, row, zip3};
use crate::units::PixelsPerMm;
use colour::{Cluster, LogColour};

/// What spoke against a pixel, or [`Cue::Skin`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub enum Cue {
    /// Open skin.
    #[default]
    Skin,
    /// A frame or letterbox of one colour at the picture's edge.
    Frame,
    /// No noise, no texture: painted, blurred or pixelated.
    Flat,
    /// A watermark, laid over the photo more than once.
    Overlay,
    /// Clipped to white.
    Glare,
    /// Too dark to have a colour.
    Dark,
    /// Another colour than the photo's skin.
    Colour,
    /// Dense hair: brows, beard, head.
    Hair,
    /// A long sharp edge.
    Contour,
    /// A small highlight, clipped to white, with skin around it.
    Glint,
    /// A single hair.
    SingleHair,
    /// Too near to a region that is out.
    Margin,
    /// Too near to a thin line and to nothing else.
    LineMargin,
    /// Skin-like, but a part too small or narrow to measure.
    Small,
}

impl Cue {
    /// Whether it is so thin that only itself is lost, not what lies around it.
    fn is_line(self) -> bool {
        matches!(self, Self::SingleHair | Self::Glint)
    }

    /// Whether it is another part of a person, or what lies behind one: the skin beside it turns away and is
    /// shaded. What was put over the photo shades nothing, and a sharp edge may be that of a long scar.
    fn is_no_skin(self) -> bool {
        matches!(self, Self::Dark | Self::Colour | Self::Hair)
    }
}

/// Where the limits lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Distance from the photo's skin cluster, in its standard deviations, from which a colour is
    /// not skin. Default 3.5; less where the background has the colour of skin.
    pub colour_limit: f32,
    /// Light, as a share of the skin's median, below which colour is not believed. Default 0.07.
    pub dark_share: f32,
    /// Linear light of the weakest channel from which a pixel counts as clipped. Default 0.9.
    pub glare_from: f32,
    /// Blur before edges are looked for, mm. Default 0.4: pores and noise go, outlines stay.
    pub contour_blur_mm: f64,
    /// Edge strength, log units per mm, above which a contour goes on and starts. Default 0.3, 0.6.
    pub contour_strength: [f32; 2],
    /// Shortest contour, mm. Default 12: longer than the edge of any scar but a surgical one.
    pub contour_length_mm: f64,
    /// Shortest single hair, mm. Default 4.
    pub hair_length_mm: f64,
    /// Evidence (a score in the manner of log odds) from which hair is dense. Default 0.35; less
    /// where stubble or fair brows get through, more where rough skin is taken for hair.
    pub dense_hair: f32,
    /// Largest dark or sharp-edged patch that stays in when skin is all around it, mm. Default 8.
    pub island_mm: f64,
    /// Largest patch that has more blood or pigment than the skin all around it, and stays in, mm.
    /// Default 15: marks that acne leaves run together to a centimetre and more, lips are 40 to 60 wide.
    pub mark_mm: f64,
    /// Distance kept from regions that are not skin, mm. Default 1.
    pub margin_mm: f64,
    /// Distance kept from single hairs and glints, mm. Default 0.2.
    pub line_margin_mm: f64,
    /// Narrowest part of skin kept, mm. Default 4.
    pub part_width_mm: f64,
    /// Least size of a part as a share of the largest. Default 0.05.
    pub part_share: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            colour_limit: 3.5,
            dark_share: 0.07,
            glare_from: 0.9,
            contour_blur_mm: 0.4,
            contour_strength: [0.3, 0.6],
            contour_length_mm: 12.0,
            hair_length_mm: 4.0,
            dense_hair: 0.35,
            island_mm: 8.0,
            mark_mm: 15.0,
            margin_mm: 1.0,
            line_margin_mm: 0.2,
            part_width_mm: 4.0,
            part_share: 0.05,
        }
    }
}

/// Open skin of a photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Skin {
    /// Open skin, on the grid of the image it was found in.
    pub mask: Mask,
    /// What spoke against each pixel, same grid.
    pub why_not: Array2<Cue>,
    /// Lips, nostrils, hair, what lies behind, and what is so near to them that a dent there may be their
    /// shadow, same grid.
    pub brink: Mask,
    /// Share of the picture that is open skin, 0 to 1.
    pub fraction: f64,
}

impl Skin {
    /// Open skin with the single hairs and glints on it: what an alignment may follow. A beard of a few
    /// days leaves hardly anything to measure, and enough to recognise.
    #[must_use]
    pub fn texture(&self) -> Mask {
        let mut texture = self.mask.clone();
        texture.zip_mut_with(&self.why_not, |t, &c| {
            *t |= c == Cue::LineMargin || c.is_line();
        });
        texture
    }
}

/// Scale at which cues are looked for, px/mm: the finest that a hair (0.07 mm) or a contour needs;
/// a sharper picture is reduced to it, so that cost follows the skin and not the sensor.
const CUE_SCALE: f64 = 8.0;
/// Blur of chroma, mm: JPEG keeps it at half resolution, and pores are no other colour.
const CHROMA_BLUR_MM: f64 = 0.3;

/// How far beyond the margin around a lip, a nostril or hair dents are in doubt that begin there, mm. Taken, not
/// measured: two or three px of clinics' photos.
const BRINK_MM: f64 = 0.35;
/// Narrowest part of a person, mm, that counts for it: a long scar that was taken for another colour is
/// narrower. Without it one of six phantoms of cuts lost a scar; the value itself is taken.
const NARROWEST_BODY_MM: f64 = 4.0;

/// Finds open skin in a photo whose scale is known or assumed.
#[must_use]
pub fn find(image: &LinearImage, scale: PixelsPerMm, options: &Options) -> Skin {
    let (rows, columns) = (image.height(), image.width());
    let reduction = (scale.get() / CUE_SCALE).max(1.0);
    let why_small = if reduction > 1.0 {
        let small = LinearImage {
            planes: [0, 1, 2].map(|i| reduce(&image.planes[i], reduction)),
        };
        judge(&small, scale.reduced(reduction), options)
    } else {
        judge(image, scale, options)
    };
    let near = options.margin_mm + BRINK_MM;
    let [thick, wide] = [0.5 * NARROWEST_BODY_MM, 0.5 * NARROWEST_BODY_MM + near]
        .map(|mm| scale.reduced(reduction).px(mm) as f32);
    let brink = dilate(&erode(&each(&why_small, Cue::is_no_skin), thick), wide);
    let (why_not, brink) = if reduction > 1.0 {
        let size = (rows, columns);
        rayon::join(
            || enlarge_nearest(&why_small, size, reduction),
            || enlarge_nearest(&brink, size, reduction),
        )
    } else {
        (why_small, brink)
    };
    let mask = each(&why_not, |c| c == Cue::Skin);
    let fraction = count(&mask) as f64 / (mask.len().max(1)) as f64;
    Skin {
        mask,
        why_not,
        brink,
        fraction,
    }
}

fn enlarge_nearest<T: Copy + Default + Send + Sync>(
    small: &Array2<T>,
    size: (usize, usize),
    factor: f64,
) -> Array2<T> {
    let (rows, columns) = small.dim();
    let at = |i: usize, n: usize| (((i as f64 + 0.5) / factor) as usize).min(n - 1);
    from_rows(size.0, size.1, |y, out| {
        let line = row(small, at(y, rows));
        for (x, o) in out.iter_mut().enumerate() {
            *o = line[at(x, columns)];
        }
    })
}

fn judge(image: &LinearImage, scale: PixelsPerMm, options: &Options) -> Array2<Cue> {
    let px = |mm: f64| scale.px(mm) as f32;
    let colour = LogColour::of(image, px(CHROMA_BLUR_MM).max(0.7));
    let size = colour.luminance.dim();
    if size.0 < 3 || size.1 < 3 {
        return Array2::from_elem(size, Cue::Small);
    }
    let glare = glare(image, options.glare_from);
    let frame = flat::frame(&colour.luminance);
    let usable = by_rows(size, |at| {
        !glare[at] && !frame[at] && colour.luminance[at] > colour.bright - DARK_FOR_COLOUR
    });
    let Some(cluster) = Cluster::find(&colour, &usable) else {
        return Array2::from_elem(size, Cue::Colour);
    };
    let distance = cluster.distance(&colour);
    let first_guess = by_rows(size, |at| usable[at] && distance[at] < 2.5);
    let painted = || {
        let flat = || flat::find(&colour.luminance, &first_guess, px(FLAT_MM), px(BLOCKS_MM));
        rayon::join(flat, || overlay::find(&colour.luminance))
    };
    let contour = || {
        let limits = contour::Thresholds {
            low: options.contour_strength[0],
            high: options.contour_strength[1],
            length: px(options.contour_length_mm),
        };
        let blur = px(options.contour_blur_mm);
        contour::find(&colour, blur, scale.get() as f32, &limits)
    };
    let hairs = || {
        let dark_lines = hair::dark_lines(&colour, scale);
        rayon::join(
            || hair::single(&colour, &dark_lines, scale, options.hair_length_mm),
            || hair::dense(&colour, &cluster, &dark_lines.strength, scale),
        )
    };
    // Each cue has steps that one thread alone can do: side by side they wait for none.
    let ((flat, overlay), (contour, (single_hair, dense_hair))) =
        rayon::join(painted, || rayon::join(contour, hairs));
    let darkest = cluster.luminance + options.dark_share.ln();
    let speaks = |at: (usize, usize)| {
        [
            (frame[at], Cue::Frame),
            (flat[at], Cue::Flat),
            (overlay[at], Cue::Overlay),
            (glare[at], Cue::Glare),
            (colour.luminance[at] < darkest, Cue::Dark),
            (distance[at] > options.colour_limit, Cue::Colour),
            (dense_hair[at] > options.dense_hair, Cue::Hair),
            (contour[at], Cue::Contour),
            (single_hair[at], Cue::SingleHair),
        ]
        .into_iter()
        .find(|&(speaks, _)| speaks)
        .map_or(Cue::Skin, |(_, cue)| cue)
    };
    let mut why: Array2<Cue> = by_rows(size, speaks);
    shape::keep_islands(
        &mut why,
        |at| cluster.stained(&colour, at),
        &shape::Sides {
            island: px(options.island_mm),
            mark: px(options.mark_mm),
            halo: px(2.0 * hair::DENSITY_SIGMA_MM),
        },
    );
    // What was put back as a scar may have hairs across it.
    ndarray::Zip::from(&mut why)
        .and(&single_hair)
        .for_each(|cue, &hair| {
            if hair && *cue == Cue::Skin {
                *cue = Cue::SingleHair;
            }
        });
    shape::widen(&mut why, px(options.margin_mm), px(options.line_margin_mm));
    shape::drop_small_parts(&mut why, px(options.part_width_mm), options.part_share);
    why
}

/// A plane of what `of` says of each pixel (row, column), rows in parallel.
fn by_rows<T: Copy + Default + Send>(
    size: (usize, usize),
    of: impl Fn((usize, usize)) -> T + Sync,
) -> Array2<T> {
    from_rows(size.0, size.1, |y, out| {
        for (x, o) in out.iter_mut().enumerate() {
            *o = of((y, x));
        }
    })
}

fn glare(image: &LinearImage, from: f32) -> Mask {
    let [r, g, b] = &image.planes;
    each(&zip3(r, g, b, |r, g, b| r.min(g).min(b)), |v| v > from)
}

/// Natural logarithms below the photo's bright end from which a pixel says nothing about the colour
/// of skin (a thirtieth of the light; white to the darkest skin is a fifteenth).
const DARK_FOR_COLOUR: f32 = 3.4;
/// Smallest area called flat, mm: smooth patches of real skin are smaller, boxes and ellipses over
/// eyes larger.
const FLAT_MM: f64 = 8.0;
/// Window over which pixelated blocks and their edges are taken together, mm standard deviation.
const BLOCKS_MM: f64 = 1.5;
#[cfg(test)]
mod tests;
