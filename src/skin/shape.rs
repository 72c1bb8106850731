//! From cues to a mask: small islands back in, margins, parts large enough to measure.

use ndarray::Array2;

use super::Cue;
use super::lines::Extent;
use crate::filter::{dilate, erode, label};
use crate::raster::{Mask, each};

/// How large, px, the box of an island may be on its longest side.
pub(super) struct Sides {
    /// Of one that is dark or has sharp edges.
    pub island: f32,
    /// Of one that has more blood or pigment than the skin around, and nothing else.
    pub mark: f32,
    /// What the judgement of dense hair, made over a neighbourhood, adds to the width of a sharp-edged
    /// scar.
    pub halo: f32,
}

/// Puts back what is out but small and has skin all around: deep scars are dark and sharp-edged
/// themselves, acne leaves red and brown marks around them, and relief judges them later. Clipped pixels
/// in it stay out, as glints. `stained` tells where chroma speaks of blood and pigment alone.
pub(super) fn keep_islands(
    why: &mut Array2<Cue>,
    stained: impl Fn((usize, usize)) -> bool,
    sides: &Sides,
) {
    // A hair across a scar does not make it larger: lines count as skin here.
    let out = each(why, |c| c != Cue::Skin && !c.is_line());
    let (labels, sizes) = label(&out);
    let mut islands = vec![Island::EMPTY; sizes.len()];
    for ((y, x), &id) in labels.indexed_iter() {
        if id > 0 {
            let cue = why[[y, x]];
            let stained = cue == Cue::Colour && stained((y, x));
            islands[id as usize - 1].add(y, x, cue, stained);
        }
    }
    let back: Vec<bool> = islands
        .iter()
        .zip(&sizes)
        .map(|(island, &n)| island.may_be_scar(n, why.dim(), sides))
        .collect();
    for (cue, &id) in why.iter_mut().zip(&labels) {
        if id > 0 && back[id as usize - 1] {
            *cue = if *cue == Cue::Glare {
                Cue::Glint
            } else {
                Cue::Skin
            };
        }
    }
}

/// A patch that is out, with what its pixels were taken for.
#[derive(Clone, Copy)]
struct Island {
    extent: Extent,
    /// Of what is not only called hair.
    core: Extent,
    never_skin: usize,
    other_colour: usize,
    /// Of what has another colour, by blood and pigment alone.
    stained: usize,
}

impl Island {
    const EMPTY: Self = Self {
        extent: Extent::EMPTY,
        core: Extent::EMPTY,
        never_skin: 0,
        other_colour: 0,
        stained: 0,
    };

    fn add(&mut self, y: usize, x: usize, cue: Cue, stained: bool) {
        self.extent.add(y, x, false);
        if cue != Cue::Hair {
            self.core.add(y, x, true);
        }
        self.never_skin += usize::from(matches!(cue, Cue::Frame | Cue::Flat | Cue::Overlay));
        self.other_colour += usize::from(matches!(cue, Cue::Colour | Cue::Dark | Cue::Glare));
        self.stained += usize::from(stained);
    }

    fn may_be_scar(&self, pixels: usize, (rows, columns): (usize, usize), sides: &Sides) -> bool {
        /// Share of a mark's pixels whose colour is that of blood and pigment; its edge may be taken for
        /// hair or a contour.
        const MARK: f64 = 0.75;
        /// What the picture's edge cuts may be background or hair as well as a scar: it must have
        /// the colour of skin, all but this share.
        const OTHER_COLOUR: f64 = 0.4;
        let cut = self.extent.touches(rows, columns);
        let other = self.other_colour - self.stained;
        let skin_coloured = (self.other_colour as f64) <= OTHER_COLOUR * pixels as f64;
        let mark = !cut && other == 0 && self.stained as f64 >= MARK * pixels as f64;
        let small = if mark {
            self.extent.side() <= sides.mark
        } else if self.core.marked() > 0 {
            self.core.side() <= sides.island && self.extent.side() <= sides.island + sides.halo
        } else {
            self.extent.side() <= sides.island
        };
        self.never_skin == 0 && small && (!cut || skin_coloured)
    }
}

/// Takes out what is nearer than `margin` px to a region that is out, and nearer than
/// `line_margin` px to a thin line.
pub(super) fn widen(why: &mut Array2<Cue>, margin: f32, line_margin: f32) {
    let (region, line) = rayon::join(
        || dilate(&each(why, |c| c != Cue::Skin && !c.is_line()), margin),
        || dilate(&each(why, Cue::is_line), line_margin),
    );
    for ((cue, &region), &line) in why.iter_mut().zip(&region).zip(&line) {
        if *cue == Cue::Skin {
            if region {
                *cue = Cue::Margin;
            } else if line {
                *cue = Cue::LineMargin;
            }
        }
    }
}

/// Takes out parts that are narrower than `width` px everywhere or smaller than `share` of the
/// largest part. Thin lines do not part what they cross; what is too near to them does, and so keeps
/// lips and the skin between a beard's hairs out.
pub(super) fn drop_small_parts(why: &mut Array2<Cue>, width: f32, share: f64) {
    let skin = each(why, |c| c == Cue::Skin || c.is_line());
    let core = erode(&skin, 0.5 * width);
    let (labels, sizes) = label(&core);
    let Some(&largest) = sizes.iter().max() else {
        why.mapv_inplace(|c| if c == Cue::Skin { Cue::Small } else { c });
        return;
    };
    let least = (share * largest as f64) as usize;
    let kept: Mask = each(&labels, |id| id > 0 && sizes[id as usize - 1] >= least);
    let near = dilate(&kept, 0.5 * width + 1.0);
    for (cue, &near) in why.iter_mut().zip(&near) {
        if *cue == Cue::Skin && !near {
            *cue = Cue::Small;
        }
    }
}
