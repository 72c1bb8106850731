//! A small fully connected network that decides pixels; its weights are made by `scardepth train`
//! from phantoms and live beside this file.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// One layer: `outputs` rows of `inputs` weights, and a bias for each row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    pub inputs: usize,
    pub outputs: usize,
    /// Row-major, `[output][input]`.
    pub weights: Vec<f32>,
    pub biases: Vec<f32>,
}

/// Layers with a leaky rectifier between them; the last one gives a logit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Network {
    pub layers: Vec<Layer>,
}

/// Slope of the rectifier below zero.
pub const LEAK: f32 = 0.05;

/// The rectifier.
#[must_use]
pub fn rectify(v: f32) -> f32 {
    if v > 0.0 { v } else { LEAK * v }
}

impl Layer {
    /// Output of the layer, without the rectifier, into `out`.
    pub fn apply(&self, input: &[f32], out: &mut Vec<f32>) {
        out.clear();
        let rows = self.weights.chunks_exact(self.inputs);
        out.extend(
            rows.zip(&self.biases)
                .map(|(weights, bias)| bias + dot(weights, input)),
        );
    }
}

/// Scalar product in eight lanes, added in a fixed order: fast, and the same bits everywhere.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a_chunks
        .remainder()
        .iter()
        .zip(b_chunks.remainder())
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f32>() + rest
}

impl Network {
    /// Logit that a pixel with these features lies in a dent.
    #[must_use]
    pub fn logit(&self, features: &[f32], scratch: &mut [Vec<f32>; 2]) -> f32 {
        let [current, next] = scratch;
        current.clear();
        current.extend_from_slice(features);
        for (i, layer) in self.layers.iter().enumerate() {
            layer.apply(current, next);
            if i + 1 < self.layers.len() {
                for v in next.iter_mut() {
                    *v = rectify(*v);
                }
            }
            std::mem::swap(current, next);
        }
        current.first().copied().unwrap_or(0.0)
    }
}

/// Two looks at a photo: the first one at each pixel's surroundings, the second one at the same and at
/// what the first one found around.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Looks {
    pub first: Network,
    pub second: Network,
}

/// The networks in use, made by `scardepth train`.
pub fn trained() -> &'static Looks {
    static LOOKS: LazyLock<Looks> = LazyLock::new(|| {
        serde_json::from_str(include_str!("weights.json")).expect("weights made by `train`")
    });
    &LOOKS
}
