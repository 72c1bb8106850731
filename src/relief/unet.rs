//! The network that decides pixels: a small U-Net (Ronneberger et al. 2015, MICCAI) over a
//! [`canvas`](super::canvas).
//!
//! Five levels, each half as fine as the one before; two 3 x 3 convolutions a level on the way down,
//! one on the way up, where the level's own planes are joined to the coarser ones. Its weights are
//! made by `scardepth train` from phantoms and live beside this file.

use std::sync::LazyLock;

mod asked;
mod convolve;

pub use asked::Asked;

use super::canvas::INPUTS;
use crate::raster::Field;
use convolve::{Source, Stack, convolve, convolve_and};

/// Planes at each level, from the finest.
pub const WIDTHS: [usize; LEVELS] = [16, 24, 32, 48, 64];

/// Levels, each half as fine as the one before.
pub const LEVELS: usize = 5;

/// Rows and columns of a canvas are multiples of this.
pub const MULTIPLE: usize = 1 << (LEVELS - 1);

/// What the network says of every pixel: logit of a dent in its own photo and in the other one, then
/// the dents' depths in both, [`DEPTH_UNIT`], last [`LIT_RIGHT`].
pub const OUTPUTS: usize = 5;

/// The plane that says, of a photo beside itself, whether its light truly comes from the right: its
/// mean over skin is a logit.
pub const LIT_RIGHT: usize = 4;

/// Millimetres of depth that the network gives as 1, on the phantoms it learned from. On a photo
/// depth is an index: what the skin there is really like is not known.
pub const DEPTH_UNIT: f32 = 0.1;

/// Slope of the rectifier below zero.
pub const LEAK: f32 = 0.1;

/// One convolution: `outputs` x `inputs` kernels of `side` x `side`, and a bias for each output.
#[derive(Debug, Clone, PartialEq)]
pub struct Convolution {
    pub inputs: usize,
    pub outputs: usize,
    /// 1 or 3.
    pub side: usize,
    /// `[output][input][row][column]`.
    pub weights: Vec<f32>,
    pub biases: Vec<f32>,
}

/// (inputs, outputs, side) of each convolution of a network with these planes at each level, in the
/// order they are used.
#[must_use]
pub fn shapes(widths: &[usize]) -> Vec<(usize, usize, usize)> {
    let mut shapes = Vec::new();
    let mut inputs = INPUTS;
    for &width in widths {
        shapes.extend([(inputs, width, 3), (width, width, 3)]);
        inputs = width;
    }
    for pair in widths.windows(2).rev() {
        shapes.push((pair[1] + pair[0], pair[0], 3));
    }
    shapes.push((widths.first().copied().unwrap_or(inputs), OUTPUTS, 1));
    shapes
}

/// The network.
#[derive(Debug, Clone, PartialEq)]
pub struct Unet {
    pub convolutions: Vec<Convolution>,
}

impl Unet {
    /// From all numbers in a row: each convolution's weights, then its biases; `None` if there are
    /// more or fewer.
    #[must_use]
    pub fn from_numbers(numbers: &[f32]) -> Option<Self> {
        let mut rest = numbers;
        let mut take = |n: usize| {
            let (head, tail) = rest.split_at_checked(n)?;
            rest = tail;
            Some(head.to_vec())
        };
        let mut convolutions = Vec::new();
        for (inputs, outputs, side) in shapes(&WIDTHS) {
            convolutions.push(Convolution {
                inputs,
                outputs,
                side,
                weights: take(outputs * inputs * side * side)?,
                biases: take(outputs)?,
            });
        }
        rest.is_empty().then_some(Self { convolutions })
    }

    /// All numbers in a row; see [`Unet::from_numbers`].
    #[must_use]
    pub fn numbers(&self) -> Vec<f32> {
        let all = self.convolutions.iter();
        all.flat_map(|c| c.weights.iter().chain(&c.biases).copied())
            .collect()
    }

    /// As the file has it: numbers of 4 bytes, little end first.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.numbers()
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect()
    }

    /// See [`Unet::bytes`].
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::from_numbers(&Self::numbers_of(bytes))
    }

    /// The numbers that a file's [`Unet::bytes`] hold.
    #[must_use]
    pub fn numbers_of(bytes: &[u8]) -> Vec<f32> {
        let numbers = bytes.chunks_exact(4);
        numbers
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect()
    }

    /// The [`OUTPUTS`] planes for the planes of a canvas, where it is `asked`; 0 elsewhere.
    #[must_use]
    pub fn see(&self, inputs: Vec<Field>, asked: &Asked) -> Vec<Field> {
        let c = &self.convolutions;
        let mut asked = vec![asked.clone()];
        for level in 1..LEVELS {
            asked.push(asked[level - 1].halved());
        }
        // What is no longer needed goes at once: a canvas of a face has millions of pixels in each plane.
        let same =
            |stack: Stack, i: usize, k: usize| convolve(&c[i], &[Source::Same(&stack)], &asked[k]);
        let twice = |stack: Stack, k: usize| same(same(stack, 2 * k, k), 2 * k + 1, k);
        let finest = Stack::of(&inputs);
        drop(inputs);
        let mut levels = vec![twice(finest, 0)];
        for level in 1..LEVELS {
            let coarser = twice(levels[level - 1].halved(), level);
            levels.push(coarser);
        }
        let mut up = levels.pop().expect("as many as there are levels");
        let last = c.len() - 1;
        while let Some(high) = levels.pop() {
            let k = levels.len();
            let wide = up.widened();
            drop(up);
            let both = [Source::Half(wide), Source::Same(&high)];
            let joined = &c[3 * LEVELS - 2 - k];
            up = if k == 0 {
                convolve_and(joined, &c[last], &both, &asked[0])
            } else {
                convolve(joined, &both, &asked[k])
            };
        }
        up.fields()
    }
}

/// The network in use, made by `scardepth train`.
pub fn trained() -> &'static Unet {
    static UNET: LazyLock<Unet> = LazyLock::new(|| {
        Unet::from_bytes(include_bytes!("weights.bin")).expect("weights made by `train`")
    });
    &UNET
}

#[cfg(test)]
mod tests;
