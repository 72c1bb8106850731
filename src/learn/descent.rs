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
use crate::relief::unet::{OUTPUTS, Unet, shapes};

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

/// Longest gradient believed.
const LONGEST: f64 = 1.0;

/// Weight of depth against the logistic loss of scar or not.
const DEPTH_WEIGHT: f32 = 0.15;

/// How much more a pixel counts that is scar at one visit and not at the other.
const CHANGE_WEIGHT: f32 = 3.0;

/// Weight of the difference of depths between both photos, and of the whole crop's difference of
/// scar area: what the network is asked for in the end is change.
const APART_WEIGHT: f32 = 0.2;
const AREA_WEIGHT: f32 = 0.1;

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
    let mut losses = [0.0; 3];
    for step in 0..options.steps {
        let unet = Unet::from_numbers(&numbers).expect("as many numbers as there were");
        let jobs: Vec<(usize, u64)> = (0..BATCH)
            .map(|_| (random.random_range(0..pairs.len()), random.random()))
            .collect();
        let parts: Vec<([f64; 3], Vec<f32>)> = jobs
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
        if (step + 1) % TELL == 0 {
            progress(&format!(
                "step {} of {}: scars {:.4}, depth {:.4}, change {:.4}",
                step + 1,
                options.steps,
                losses[0],
                losses[1],
                losses[2]
            ));
            losses = [0.0; 3];
        }
    }
    Unet::from_numbers(&numbers).expect("as many numbers as there were")
}

/// Normally distributed weights of variance 2/taps (He et al. 2015), biases of 0.
pub fn fresh(random: &mut Pcg64Mcg) -> Vec<f32> {
    let mut numbers = Vec::new();
    for (inputs, outputs, side) in shapes() {
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

/// Losses of one crop (scars, depth, change) and the derivatives of their weighted sum.
fn learn(unet: &Unet, crop: &Crop, numbers: usize) -> ([f64; 3], Vec<f32>) {
    let tape = Tape::record(unet, &crop.input);
    let mut delta = tape.outputs().clone();
    let pixels = crop.weight.len();
    let all: f32 = crop.weight.iter().sum();
    let mut losses = [0.0f64; 3];
    let scarred = scarred(crop, all);
    let off = surplus(&delta, crop, all) / scarred;
    losses[2] += f64::from(0.5 * AREA_WEIGHT * off * off);
    for pixel in 0..pixels {
        let weight = crop.weight[pixel] / all.max(1.0);
        let truth: [f32; OUTPUTS] = std::array::from_fn(|k| crop.truth[[k, pixel]]);
        let seen: [f32; OUTPUTS] = std::array::from_fn(|k| delta[[k, pixel]]);
        let heed = 0.5 * weight * (1.0 + CHANGE_WEIGHT * (truth[0] - truth[1]).abs());
        let apart = (seen[2] - seen[3]) - (truth[2] - truth[3]);
        losses[2] += f64::from(weight * APART_WEIGHT * huber(apart));
        for k in 0..OUTPUTS {
            let (v, t) = (seen[k], truth[k]);
            let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
            delta[[k, pixel]] = if k < 2 {
                let probability = 1.0 / (1.0 + (-v).exp());
                let loss = v.max(0.0) - v * t + (-v.abs()).exp().ln_1p();
                losses[0] += f64::from(heed * loss);
                let slope = probability * (1.0 - probability);
                heed * (probability - t) + sign * AREA_WEIGHT * off * slope * weight / scarred
            } else {
                losses[1] += f64::from(heed * DEPTH_WEIGHT * huber(v - t));
                heed * DEPTH_WEIGHT * pull(v - t) + sign * weight * APART_WEIGHT * pull(apart)
            };
        }
    }
    let mut gradient = vec![0.0; numbers];
    tape.derive(unet, delta, &mut gradient);
    (losses, gradient)
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

/// Share of a crop's skin that is scar at one visit, on the mean of both.
fn scarred(crop: &Crop, all: f32) -> f32 {
    /// A crop without scars counts as if it had this share.
    const LEAST: f32 = 0.02;
    let scars = (0..crop.weight.len())
        .map(|i| 0.5 * crop.weight[i] * (crop.truth[[0, i]] + crop.truth[[1, i]]))
        .sum::<f32>();
    scars / all.max(1.0) + LEAST
}

/// Found less true difference of scar area between both photos, as a share of the skin.
fn surplus(outputs: &Array2<f32>, crop: &Crop, all: f32) -> f32 {
    let probability = |v: f32| 1.0 / (1.0 + (-v).exp());
    let sum = (0..crop.weight.len())
        .map(|i| {
            let found = probability(outputs[[0, i]]) - probability(outputs[[1, i]]);
            crop.weight[i] * (found - (crop.truth[[0, i]] - crop.truth[[1, i]]))
        })
        .sum::<f32>();
    sum / all.max(1.0)
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
