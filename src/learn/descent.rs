//! Logistic regression through a small network: backpropagation and Adam.

use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64Mcg;

use super::{Options, Samples};
use crate::relief::network::{LEAK, Layer, Network, rectify};

const BATCH: usize = 256;
const FIRST_RATE: f64 = 2e-3;
const LAST_RATE: f64 = 1e-4;
/// Adam's decay of the first and second moment, and its guard (Kingma & Ba 2015).
const BETA: [f32; 2] = [0.9, 0.999];
const EPSILON: f32 = 1e-8;
/// Pull of weights to zero.
const DECAY: f32 = 1e-5;

/// Trains a network on samples.
pub fn fit(
    samples: &Samples,
    inputs: usize,
    hidden: &[usize],
    options: &Options,
    progress: &mut impl FnMut(&str),
) -> Network {
    let mut random = Pcg64Mcg::seed_from_u64(options.seed ^ 0x6e65_7477);
    let mut network = fresh(inputs, hidden, &mut random);
    let mut moments = Moments::of(&network);
    let mut order: Vec<u32> = (0..samples.dent.len() as u32).collect();
    let batches = (order.len() / BATCH).max(1) * options.epochs;
    let mut done = 0usize;
    for epoch in 0..options.epochs {
        for i in (1..order.len()).rev() {
            order.swap(i, random.random_range(0..=i));
        }
        let mut loss = 0.0;
        for batch in order.chunks_exact(BATCH) {
            let share = done as f64 / batches as f64;
            let rate = FIRST_RATE * (LAST_RATE / FIRST_RATE).powf(share);
            let mut gradient = Gradient::of(&network);
            for &i in batch {
                let i = i as usize;
                let features = &samples.features[i * inputs..(i + 1) * inputs];
                loss += gradient.add(&network, features, samples.dent[i]);
            }
            done += 1;
            moments.step(&mut network, &gradient, rate as f32, done);
        }
        progress(&format!(
            "epoch {}: loss {:.4}",
            epoch + 1,
            loss / order.len().max(1) as f64
        ));
    }
    network
}

/// Shifts the logit from the samples' share of dents to the population's (King & Zeng 2001).
pub fn to_population(network: &mut Network, samples: &Samples) {
    let dents = samples.dent.iter().filter(|&&d| d).count() as f64;
    let others = samples.dent.len() as f64 - dents;
    let [all_dents, all_others] = samples.population;
    if dents > 0.0 && others > 0.0 && all_dents > 0.0 && all_others > 0.0 {
        let shift = ((all_dents / all_others) * (others / dents)).ln() as f32;
        if let Some(bias) = network.layers.last_mut().and_then(|l| l.biases.first_mut()) {
            *bias += shift;
        }
    }
}

/// Normally distributed weights of variance 2/inputs (He et al. 2015).
fn fresh(inputs: usize, hidden: &[usize], random: &mut Pcg64Mcg) -> Network {
    let sizes: Vec<usize> = [inputs].iter().chain(hidden).chain(&[1]).copied().collect();
    let layers = sizes.windows(2).map(|pair| {
        let scale = (2.0 / pair[0] as f64).sqrt();
        let mut normal = || {
            let v: f64 = StandardNormal.sample(random);
            (v * scale) as f32
        };
        Layer {
            inputs: pair[0],
            outputs: pair[1],
            weights: (0..pair[0] * pair[1]).map(|_| normal()).collect(),
            biases: vec![0.0; pair[1]],
        }
    });
    Network {
        layers: layers.collect(),
    }
}

/// Sums of derivatives over a batch, one (weights, biases) a layer.
struct Gradient {
    layers: Vec<(Vec<f32>, Vec<f32>)>,
    /// Output of each layer before the rectifier, and the network's input before them.
    values: Vec<Vec<f32>>,
    n: f32,
}

impl Gradient {
    fn of(network: &Network) -> Self {
        let zeros = |l: &Layer| (vec![0.0; l.weights.len()], vec![0.0; l.biases.len()]);
        Self {
            layers: network.layers.iter().map(zeros).collect(),
            values: vec![Vec::new(); network.layers.len()],
            n: 0.0,
        }
    }

    /// Adds a sample's derivatives; gives its loss.
    fn add(&mut self, network: &Network, features: &[f32], dent: bool) -> f64 {
        let mut input = features.to_vec();
        let mut inputs = Vec::with_capacity(network.layers.len());
        for (layer, values) in network.layers.iter().zip(&mut self.values) {
            layer.apply(&input, values);
            inputs.push(std::mem::take(&mut input));
            input = values.iter().map(|&v| rectify(v)).collect();
        }
        let logit = self
            .values
            .last()
            .and_then(|v| v.first())
            .copied()
            .unwrap_or(0.0);
        let truth = if dent { 1.0 } else { 0.0 };
        let probability = 1.0 / (1.0 + (-logit).exp());
        let mut delta = vec![probability - truth];
        for (l, layer) in network.layers.iter().enumerate().rev() {
            let (weights, biases) = &mut self.layers[l];
            for (o, &d) in delta.iter().enumerate() {
                biases[o] += d;
                let row = &mut weights[o * layer.inputs..(o + 1) * layer.inputs];
                for (w, &v) in row.iter_mut().zip(&inputs[l]) {
                    *w += d * v;
                }
            }
            if l > 0 {
                delta = back(layer, &delta, &self.values[l - 1]);
            }
        }
        self.n += 1.0;
        let signed = f64::from(if dent { -logit } else { logit });
        signed.max(0.0) + (-signed.abs()).exp().ln_1p()
    }
}

/// The derivative by a layer's inputs before their rectifier.
fn back(layer: &Layer, delta: &[f32], before: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0f32; layer.inputs];
    for (row, &d) in layer.weights.chunks_exact(layer.inputs).zip(delta) {
        for (o, &w) in out.iter_mut().zip(row) {
            *o += d * w;
        }
    }
    for (o, &v) in out.iter_mut().zip(before) {
        if v <= 0.0 {
            *o *= LEAK;
        }
    }
    out
}

/// Adam's running moments, one (weights, biases) pair of (first, second) a layer.
struct Moments {
    layers: Vec<[Vec<[f32; 2]>; 2]>,
}

impl Moments {
    fn of(network: &Network) -> Self {
        let zeros = |n: usize| vec![[0.0; 2]; n];
        Self {
            layers: network
                .layers
                .iter()
                .map(|l| [zeros(l.weights.len()), zeros(l.biases.len())])
                .collect(),
        }
    }

    fn step(&mut self, network: &mut Network, gradient: &Gradient, rate: f32, t: usize) {
        let correction = BETA.map(|b| 1.0 - b.powi(t.min(10_000) as i32));
        let layers = network.layers.iter_mut().zip(&gradient.layers);
        for ((layer, (weights, biases)), moments) in layers.zip(&mut self.layers) {
            let [mw, mb] = moments;
            update(
                &mut layer.weights,
                weights,
                mw,
                gradient.n,
                rate,
                correction,
                DECAY,
            );
            update(
                &mut layer.biases,
                biases,
                mb,
                gradient.n,
                rate,
                correction,
                0.0,
            );
        }
    }
}

fn update(
    values: &mut [f32],
    sums: &[f32],
    moments: &mut [[f32; 2]],
    n: f32,
    rate: f32,
    correction: [f32; 2],
    decay: f32,
) {
    for ((v, &sum), m) in values.iter_mut().zip(sums).zip(moments) {
        let g = sum / n + decay * *v;
        m[0] = BETA[0] * m[0] + (1.0 - BETA[0]) * g;
        m[1] = BETA[1] * m[1] + (1.0 - BETA[1]) * g * g;
        *v -= rate * (m[0] / correction[0]) / ((m[1] / correction[1]).sqrt() + EPSILON);
    }
}
