//! How sure a change is: its interval, and the smallest change that could have been seen.
//!
//! Doubts are added in quadrature. *Each scar*: how far the changes of single scars scatter about
//! their middle says how sure each is, and what came as much as it went says how many were taken for
//! scars in one photo only; contrast, a mean, is redrawn (bootstrap over scars, Efron 1979). *Where
//! they end*: each total is found again with the logit of a dent shifted. *How bright the relief*: the
//! gain between the photos is known to a few percent, and a lamp put up otherwise shows other dents.
//! *How much of the skin*: what little two photos have in common fits partly by chance.
//! *What is no scar*: healthy skin is now and then called scar in one photo and not in the other, which
//! weighs the more the fewer scars there are. *The rest*: a floor. Those of outlines overlap, and a large
//! change is known less well than they say: both was measured on phantoms of development.
//!
//! Smallest detectable change: 1.96·√2·SEM (Weir 2005, J. Strength Cond. Res. 19:231); √2·SEM is the
//! standard uncertainty of a difference, which is what is estimated here directly.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::{Lesion, Options};
use crate::measure::{Scar, Surface, Visit, totals_of};
use crate::raster::map;
use crate::segment::{self, Ground};
use crate::stats::median_and_sigma;
use crate::units::PixelsPerMm;

/// Quantile of the normal distribution for a two-sided 95 % interval.
const Z95: f64 = 1.96;

/// A change in percent with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// Percent points.
    pub smallest_detectable: f64,
}

impl Estimate {
    /// No change, beyond doubt: both visits are one picture.
    #[must_use]
    pub fn exactly_none() -> Self {
        Self {
            value: 0.0,
            low: 0.0,
            high: 0.0,
            smallest_detectable: 0.0,
        }
    }

    /// Of a ratio, its standard doubt, and that of a ratio of one: had nothing changed.
    ///
    /// What unchanged skin can seem to have changed by does not rule out that nothing changed, so the
    /// interval then holds 0.
    fn of(ratio: f64, doubt: f64, unchanged: f64) -> Self {
        let value = 100.0 * (ratio - 1.0);
        let smallest_detectable = 100.0 * Z95 * unchanged;
        let [mut low, mut high] = [-1.0, 1.0].map(|side| value + side * 100.0 * Z95 * doubt);
        if value.abs() <= smallest_detectable {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        Self {
            value,
            low: low.max(-100.0),
            high,
            smallest_detectable,
        }
    }

    /// -1 for less scar, 1 for more, 0 where it cannot be told.
    #[must_use]
    pub fn direction(&self) -> i32 {
        if self.value.abs() <= self.smallest_detectable {
            0
        } else if self.high < 0.0 {
            -1
        } else {
            i32::from(self.low > 0.0)
        }
    }
}

/// Relative standard doubt of a visit's (area, contrast, volume) from where its scars end.
pub type Margin = [f64; 3];

/// How much a visit's totals hang on where scars end: each is found again with the logit of a dent
/// shifted by `doubt` up and down.
#[must_use]
pub fn margin(
    visit: &Visit,
    ground: &Ground,
    scale: PixelsPerMm,
    options: &segment::Options,
    doubt: f64,
) -> Margin {
    let with = |shift: f32| {
        let index = map(&visit.relief.index, |v| v + shift);
        let surface = Surface {
            scars: &segment::segment(&index, &index, ground, scale, options),
            ..visit.surface()
        };
        let sums = totals_of(surface, 0.0);
        [sums.area_px, sums.contrast.unwrap_or(0.0), sums.volume_px]
    };
    let (more, less) = rayon::join(|| with(-doubt as f32), || with(doubt as f32));
    std::array::from_fn(|i| {
        let middle = 0.5 * (more[i] + less[i]);
        if middle > 0.0 {
            0.5 * (more[i] - less[i]).abs() / middle
        } else {
            0.0
        }
    })
}

/// Sums over scars that a change is made from, before and after.
#[derive(Clone, Copy, Default)]
struct Sums {
    area: [f64; 2],
    square: [f64; 2],
    volume: [f64; 2],
}

impl Sums {
    fn add(&mut self, lesion: &Lesion) {
        for (i, scar) in [&lesion.before, &lesion.after].into_iter().enumerate() {
            if let Some(scar) = scar {
                self.area[i] += scar.area_px;
                self.square[i] += scar.mean_square * scar.area_px;
                self.volume[i] += scar.volume_px;
            }
        }
    }

    /// After over before of (area, contrast, volume).
    fn ratios(&self, bases: [f64; 2]) -> [Option<f64>; 3] {
        let ratio = |v: [f64; 2]| (v[0] > 0.0).then(|| v[1] / v[0]);
        let contrast = std::array::from_fn(|i| {
            if self.area[i] > 0.0 {
                (self.square[i] / self.area[i] - bases[i]).max(0.0).sqrt()
            } else {
                0.0
            }
        });
        [ratio(self.area), ratio(contrast), ratio(self.volume)]
    }
}

/// Change of (area, contrast, volume) in percent; `None` where there was nothing before.
///
/// `false_px` is the doubt of the area falsely called scar, px; `texture` the relative doubt that
/// textures which differ leave.
#[must_use]
pub fn estimates(
    lesions: &[Lesion],
    bases: [f64; 2],
    false_px: f64,
    margins: [Margin; 2],
    texture: f64,
    options: &Options,
) -> [Option<Estimate>; 3] {
    let mut all = Sums::default();
    for lesion in lesions {
        all.add(lesion);
    }
    let ratios = all.ratios(bases);
    let redrawn = redraw(lesions, bases, options);
    std::array::from_fn(|i| {
        let ratio = ratios[i]?;
        // Contrast is a mean over scars; area and volume are sums that false scars add to.
        let of_false = if i == 1 { 0.0 } else { false_px / all.area[0] };
        let [chance, idle] = match i {
            0 => each_scar(lesions, |scar| scar.area_px),
            1 => [spread(redrawn.iter().filter_map(|r| r[i])); 2],
            _ => each_scar(lesions, |scar| scar.volume_px),
        }
        .map(|of_scars| of_scars.hypot(of_false));
        // The ends of scars are found alike in both photos, so their doubts largely cancel in a ratio.
        let ends = margins[0][i].max(margins[1][i]);
        let outlines = ends.hypot(std::f64::consts::SQRT_2 * options.floor_doubt);
        let pair = options.pair_doubt * if i == 2 { 2.0 } else { 1.0 };
        let gain = if i == 0 { 0.0 } else { options.gain_doubt };
        let light = texture.hypot(gain).hypot(pair);
        let doubt_of = |chance: f64, ratio: f64| {
            (OVERLAP * chance.hypot(ratio * outlines)).hypot(ratio * light)
        };
        let doubt = doubt_of(chance, ratio).hypot(SHRUNK * (ratio - 1.0));
        // Had nothing changed, what is systematic would be that of a ratio of one.
        let unchanged = doubt_of(idle, 1.0);
        Some(Estimate::of(ratio, doubt, unchanged))
    })
}

/// What the sum of the outlines' doubts is worth: where scars end also scatters each scar, and what is
/// falsely called scar comes and goes with it. (Of 63 pairs of development, 21 of them unchanged, the
/// errors of the unchanged ones' areas were 0.72 of that sum, root mean square, and the largest 1.4.)
const OVERLAP: f64 = 0.8;

/// Doubt (one standard deviation) of a change as a share of itself: what the network sees of large
/// changes is now and then too small. (Of the same pairs the 95 % intervals of area hold 95 %; 92 %
/// without it.)
const SHRUNK: f64 = 0.2;

/// Least doubt (one standard deviation) of a single scar's change, as a share of its size.
const LEAST_OF_ONE: f64 = 0.15;

/// Chance that a scar which only one photo has was missed in the other: about one in twelve is missed
/// (92 % of drawn ones are found under clinic light), and some three times as many heal or come in a
/// course of treatment.
const MISSED: f64 = 0.3;

/// Chance that only one of two photos shows a scar that is in both: one in twelve is missed in either.
const FLIPPED: f64 = 2.0 / 12.0 * 11.0 / 12.0;

/// Doubt (one standard deviation) of the ratio of a sum over scars after to before, from single scars:
/// as they are, and as they would be had nothing changed.
///
/// Treatment moves all scars about alike; how far their changes scatter beyond that (robustly: healed
/// ones do not count) is taken for the doubt of each. Of scars that only one photo has, as many as
/// came and went alike are chance. The rest may be missed ones too, each alone, where it is asked how
/// large the change is. Had nothing changed, the largest of them would be a missed one, so that no
/// verdict hangs on one of many scars.
fn each_scar(lesions: &[Lesion], size: impl Fn(&Scar) -> f64) -> [f64; 2] {
    let mut changes = Vec::new();
    let (mut whole, mut squares) = (0.0, 0.0);
    let (mut gone, mut new, mut largest) = (0.0, 0.0, 0.0f64);
    for lesion in lesions {
        match [&lesion.before, &lesion.after].map(|s| s.as_ref().map(&size)) {
            [Some(before), Some(after)] => {
                let middle = 0.5 * (before + after);
                whole += before;
                squares += middle * middle;
                if middle > 0.0 {
                    changes.push(((after - before) / middle) as f32);
                }
            }
            [Some(before), None] => {
                whole += before;
                gone += before * before;
                largest = largest.max(before * before);
            }
            [None, Some(after)] => {
                new += after * after;
                largest = largest.max(after * after);
            }
            [None, None] => {}
        }
    }
    let scatter = median_and_sigma(&mut changes).map_or(0.0, |m| f64::from(m.1));
    let of_one = scatter.max(LEAST_OF_ONE);
    let common = of_one * of_one * squares;
    let balanced = 2.0 * f64::min(gone, new);
    let alone = f64::max(balanced, MISSED * (gone + new));
    let missed = largest.min(FLIPPED * (squares + gone + new));
    [alone, f64::max(balanced, missed)].map(|once| {
        if whole > 0.0 {
            (common + once).sqrt() / whole
        } else {
            0.0
        }
    })
}

/// The ratios of redrawn sets of scars.
fn redraw(lesions: &[Lesion], bases: [f64; 2], options: &Options) -> Vec<[Option<f64>; 3]> {
    let mut random = Pcg64Mcg::seed_from_u64(options.seed);
    (0..options.redraws)
        .map(|_| {
            let mut sums = Sums::default();
            for _ in 0..lesions.len() {
                sums.add(&lesions[random.random_range(0..lesions.len())]);
            }
            sums.ratios(bases)
        })
        .collect()
}

/// Standard deviation of what there is of it.
fn spread(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let Some(mean) = crate::stats::mean(values.clone()) else {
        return 0.0;
    };
    crate::stats::mean(values.map(|v| (v - mean).powi(2)))
        .unwrap_or(0.0)
        .sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_holds_0_where_the_change_could_be_chance() {
        for ratio in [0.6, 1.4] {
            let chance = Estimate::of(ratio, 0.1, 0.3);
            assert!(chance.low <= 0.0 && chance.high >= 0.0, "{chance:?}");
            assert_eq!(chance.direction(), 0);
            let told = Estimate::of(ratio, 0.1, 0.1);
            assert!(told.low > 0.0 || told.high < 0.0, "{told:?}");
            assert_eq!(told.direction(), if ratio < 1.0 { -1 } else { 1 });
        }
    }

    fn scar(area_px: f64) -> Scar {
        Scar {
            label: 1,
            x: 0.0,
            y: 0.0,
            area_px,
            width_px: 1.0,
            length_px: 1.0,
            contrast: 0.1,
            relief_index: 1.0,
            volume_px: area_px,
            mean_square: 0.01,
            edge: 0.5,
        }
    }

    fn lesion(before: f64, after: f64) -> Lesion {
        let some = |area: f64| (area > 0.0).then(|| scar(area));
        Lesion {
            before: some(before),
            after: some(after),
            state: crate::score::State::Unchanged,
            outlines: [Vec::new(), Vec::new()],
        }
    }

    fn area(lesions: &[Lesion]) -> Estimate {
        let margins = [[0.05; 3]; 2];
        let [area, ..] = estimates(lesions, [0.0; 2], 0.0, margins, 0.0, &Options::default());
        area.expect("there were scars before")
    }

    #[test]
    fn no_verdict_hangs_on_one_scar_of_many() {
        let mut lesions = vec![lesion(100.0, 100.0); 20];
        lesions.push(lesion(600.0, 0.0));
        let one = area(&lesions);
        assert!(one.value < -20.0, "{one:?}");
        assert_eq!(one.direction(), 0, "{one:?}");
        let mut lesions = vec![lesion(100.0, 100.0); 20];
        lesions.extend(vec![lesion(100.0, 0.0); 8]);
        let many = area(&lesions);
        assert_eq!(many.direction(), -1, "{many:?}");
    }

    #[test]
    fn no_more_than_all_can_be_lost() {
        assert!(Estimate::of(0.1, 0.3, 0.1).low >= -100.0);
    }
}
