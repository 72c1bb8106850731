//! Steps down the loss: Adam (Kingma & Ba 2015) on batches of crops.

use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;

use super::Options;
use super::backward::Tape;
use super::crop::{self, Crop};
use super::drawn::Drawn;
use crate::relief::unet::{LIT_RIGHT, Unet, WIDTHS, shapes};

/// Crops in a step.
const BATCH: usize = 8;

/// Step sizes: highest and last; between them half a cosine, after [`WARM_STEPS`] of rising.
const RATES: [f64; 2] = [3e-3, 2e-5];
const WARM_STEPS: usize = 100;

/// Highest step size when going on from weights that were learned before.
const AGAIN: f64 = 1.5e-3;

/// Adam's decay of the running moments, and what keeps it from dividing by 0.
const BETA: [f32; 2] = [0.9, 0.99];
const EPSILON: f32 = 1e-8;

/// Pull of every weight toward 0, by step and step size (Loshchilov & Hutter 2019).
const DECAY: f32 = 1e-3;

/// How much of the running mean of all weights each step keeps: what is learned is the mean over some
/// thousand steps, which is steadier than the last one (Polyak & Juditsky 1992).
const KEEP: f32 = 0.999;

/// Longest gradient believed.
const LONGEST: f64 = 1.0;

/// Weight of depth against the logistic loss of scar or not.
const DEPTH_WEIGHT: f32 = 0.15;

/// How much more a pixel counts that is scar at one visit and not at the other.
const CHANGE_WEIGHT: f32 = 6.0;

/// Weight of the difference of depths between both photos, and of the whole crop's difference of
/// scar area: what the network is asked for in the end is change.
const APART_WEIGHT: f32 = 0.4;
const AREA_WEIGHT: f32 = 0.3;

/// Weight of the whole crop's difference of volume.
const VOLUME_WEIGHT: f32 = 0.3;

/// Weight of the light's side, told by the mean of a plane over the crop's skin.
const SIDE_WEIGHT: f32 = 0.15;

/// A light from the right is never more certain than all but this.
const UNSURE: f32 = 0.02;

/// How often the progress is told, steps.
const TELL: usize = 100;

/// Learns from `pairs`.
pub fn fit(pairs: &[Drawn], options: &Options, progress: &(impl Fn(&str) + Sync)) -> Unet {
    let mut random = Pcg64Mcg::seed_from_u64(options.seed);
    let mut numbers = fresh(&mut random);
    if let Some(from) = &options.from {
        numbers = from.numbers();
    }
    let mut moments = vec![[0.0f32; 2]; numbers.len()];
    let mut mean = numbers.clone();
    let mut losses = [0.0; LOSSES];
    for step in 0..options.steps {
        let unet = Unet::from_numbers(&numbers).expect("as many numbers as there were");
        let jobs: Vec<(usize, u64)> = (0..BATCH)
            .map(|_| (random.random_range(0..pairs.len()), random.random()))
            .collect();
        let parts: Vec<([f64; LOSSES], Vec<f32>)> = jobs
            .par_iter()
            .map(|&(pair, seed)| {
                let mut random = Pcg64Mcg::seed_from_u64(seed);
                let crop = crop::take(&pairs[pair], &mut random);
                learn(&unet, &crop, numbers.len())
            })
            .collect();
        let mut gradient = vec![0.0f32; numbers.len()];
        for (loss, part) in &parts {
            for (sum, l) in losses.iter_mut().zip(loss) {
                *sum += l / (BATCH * TELL) as f64;
            }
            for (g, p) in gradient.iter_mut().zip(part) {
                *g += p / BATCH as f32;
            }
        }
        let highest = if options.from.is_some() {
            AGAIN
        } else {
            RATES[0]
        };
        adam(
            &mut numbers,
            &gradient,
            &mut moments,
            [step, options.steps],
            highest,
        );
        // The first steps count as what they are: few.
        let keep = KEEP.min((step + 1) as f32 / (step + 10) as f32);
        for (mean, number) in mean.iter_mut().zip(&numbers) {
            *mean += (1.0 - keep) * (number - *mean);
        }
        if (step + 1) % TELL == 0 {
            progress(&format!(
                "step {} of {}: scars {:.4}, depth {:.4}, change {:.4}, side {:.4}",
                step + 1,
                options.steps,
                losses[0],
                losses[1],
                losses[2],
                losses[3]
            ));
            losses = [0.0; LOSSES];
        }
    }
    Unet::from_numbers(&mean).expect("as many numbers as there were")
}

/// Normally distributed weights of variance 2/taps (He et al. 2015), biases of 0.
pub fn fresh(random: &mut Pcg64Mcg) -> Vec<f32> {
    let mut numbers = Vec::new();
    for (inputs, outputs, side) in shapes(&WIDTHS) {
        let taps = inputs * side * side;
        let scale = if side > 1 {
            (2.0 / taps as f64).sqrt()
        } else {
            0.1
        };
        for _ in 0..taps * outputs {
            let v: f64 = StandardNormal.sample(random);
            numbers.push((v * scale) as f32);
        }
        numbers.extend(std::iter::repeat_n(0.0, outputs));
    }
    numbers
}

/// What is told of a crop: scars, depth, change, side of the light.
const LOSSES: usize = 4;

/// Losses of one crop and the derivatives of their weighted sum.
fn learn(unet: &Unet, crop: &Crop, numbers: usize) -> ([f64; LOSSES], Vec<f32>) {
    let tape = Tape::record(unet, &crop.input);
    let seen = tape.outputs();
    let mut delta = Array2::zeros(seen.dim());
    let all: f32 = crop.weight.iter().sum::<f32>().max(1.0);
    let mut losses = [0.0f64; LOSSES];
    let whole = Whole::of(seen, crop, all);
    losses[2] += f64::from(whole.loss());
    for pixel in 0..crop.weight.len() {
        let weight = crop.weight[pixel] / all;
        let truth: [f32; 4] = std::array::from_fn(|k| crop.truth[[k, pixel]]);
        let found: [f32; 4] = std::array::from_fn(|k| seen[[k, pixel]]);
        let heed = 0.5 * weight * (1.0 + CHANGE_WEIGHT * (truth[0] - truth[1]).abs());
        let apart = (found[2] - found[3]) - (truth[2] - truth[3]);
        losses[2] += f64::from(weight * APART_WEIGHT * huber(apart));
        for (k, sign) in [(0, 1.0), (1, -1.0)] {
            let (logit, scar) = (found[k], truth[k]);
            let probability = sigmoid(logit);
            losses[0] += f64::from(heed * logistic(logit, scar));
            let slope = probability * (1.0 - probability);
            delta[[k, pixel]] = heed * (probability - scar) + sign * whole.by_area * slope * weight;
            let miss = found[k + 2] - truth[k + 2];
            losses[1] += f64::from(heed * DEPTH_WEIGHT * huber(miss));
            delta[[k + 2, pixel]] = heed * DEPTH_WEIGHT * pull(miss)
                + sign * weight * (APART_WEIGHT * pull(apart) + whole.by_volume);
        }
    }
    if let Some(right) = crop.lit_right {
        let plane = seen.row(LIT_RIGHT);
        let products = plane.iter().zip(&crop.weight).map(|(v, w)| v * w / all);
        let logit: f32 = products.sum();
        let target = right.clamp(UNSURE, 1.0 - UNSURE);
        losses[3] += f64::from(SIDE_WEIGHT * logistic(logit, target));
        let by_logit = SIDE_WEIGHT * (sigmoid(logit) - target);
        for (d, w) in delta.row_mut(LIT_RIGHT).iter_mut().zip(&crop.weight) {
            *d = by_logit * w / all;
        }
    }
    let mut gradient = vec![0.0; numbers];
    tape.derive(unet, delta, &mut gradient);
    (losses, gradient)
}

fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// -log of the probability that `logit` gives to `target` (0 to 1).
fn logistic(logit: f32, target: f32) -> f32 {
    logit.max(0.0) - logit * target + (-logit.abs()).exp().ln_1p()
}

/// Misses of depth up to this size, [`DEPTH_UNIT`](crate::relief::unet::DEPTH_UNIT), count as their
/// square: a mean is wanted, or deep scars would come out shallow.
const KNEE: f32 = 4.0;

/// Huber 1964: quadratic up to [`KNEE`], then linear.
fn huber(miss: f32) -> f32 {
    let size = miss.abs();
    if size < KNEE {
        0.5 * size * size
    } else {
        KNEE * (size - 0.5 * KNEE)
    }
}

/// The derivative of [`huber`].
fn pull(miss: f32) -> f32 {
    miss.clamp(-KNEE, KNEE)
}

/// How far the whole crop's change is missed, as shares of the scars' area and volume.
struct Whole {
    area: f32,
    volume: f32,
    /// Derivatives of the loss by the sums over skin of the first photo's probability and depth.
    by_area: f32,
    by_volume: f32,
}

impl Whole {
    fn of(seen: &Array2<f32>, crop: &Crop, all: f32) -> Self {
        /// A crop without scars counts as if it had this share of them,
        const LEAST_AREA: f32 = 0.02;
        /// 0.3 mm deep.
        const LEAST_VOLUME: f32 = LEAST_AREA * 3.0;
        let mean = |of: &dyn Fn(usize) -> f32| {
            let weighed = crop.weight.iter().enumerate().map(|(i, w)| w * of(i));
            weighed.sum::<f32>() / all
        };
        let truth = |k: usize, i: usize| crop.truth[[k, i]];
        let area = LEAST_AREA + mean(&|i| 0.5 * (truth(0, i) + truth(1, i)));
        let volume = LEAST_VOLUME + mean(&|i| 0.5 * (truth(2, i) + truth(3, i)));
        let more_area = mean(&|i| {
            let found = sigmoid(seen[[0, i]]) - sigmoid(seen[[1, i]]);
            found - (truth(0, i) - truth(1, i))
        });
        let deeper = mean(&|i| (seen[[2, i]] - seen[[3, i]]) - (truth(2, i) - truth(3, i)));
        let off = [more_area / area, deeper / volume];
        Self {
            area: off[0],
            volume: off[1],
            by_area: AREA_WEIGHT * off[0] / area,
            // Before anything is learned depth is off by many times itself.
            by_volume: VOLUME_WEIGHT * off[1].clamp(-1.0, 1.0) / volume,
        }
    }

    fn loss(&self) -> f32 {
        let far = self.volume.abs();
        let volume = if far < 1.0 {
            0.5 * far * far
        } else {
            far - 0.5
        };
        0.5 * AREA_WEIGHT * self.area * self.area + VOLUME_WEIGHT * volume
    }
}

fn adam(
    numbers: &mut [f32],
    gradient: &[f32],
    moments: &mut [[f32; 2]],
    [step, steps]: [usize; 2],
    highest: f64,
) {
    let share = step as f64 / steps.max(1) as f64;
    let warm = ((step + 1) as f64 / WARM_STEPS as f64).min(1.0);
    let fall = 0.5 * (1.0 + (std::f64::consts::PI * share).cos());
    let rate = (warm * (RATES[1] + (highest - RATES[1]) * fall)) as f32;
    let length: f64 = gradient.iter().map(|&g| f64::from(g).powi(2)).sum();
    let shorten = (LONGEST / length.sqrt().max(1e-12)).min(1.0) as f32;
    let correction = BETA.map(|b| 1.0 - b.powi((step + 1).min(100_000) as i32));
    for ((v, &g), m) in numbers.iter_mut().zip(gradient).zip(moments) {
        let g = g * shorten;
        m[0] = BETA[0] * m[0] + (1.0 - BETA[0]) * g;
        m[1] = BETA[1] * m[1] + (1.0 - BETA[1]) * g * g;
        let pace = (m[0] / correction[0]) / ((m[1] / correction[1]).sqrt() + EPSILON);
        *v -= rate * (pace + DECAY * *v);
    }
}
