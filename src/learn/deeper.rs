//! A network grown by a level: what it has learned stays, what is new begins by saying nothing.

use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

use super::descent::fresh;
use crate::relief::unet::{LEVELS, Unet, WIDTHS, shapes};

/// The network of one level less whose numbers these are, with a coarsest level more (the principle is
/// that of `Net2Net`, Chen et al. 2016); `None` if they are not as many as such a network has.
///
/// The new level's own weights are fresh. Where it joins the old coarsest level it is given no
/// weight, and the old level's planes are handed on as they are (what is below 0 once more through the
/// rectifier): learning takes it from there.
#[must_use]
pub fn grown(numbers: &[f32], seed: u64) -> Option<Unet> {
    let old = shapes(&WIDTHS[..LEVELS - 1]);
    let new = shapes(&WIDTHS);
    let count =
        |&(inputs, outputs, side): &(usize, usize, usize)| (inputs * side * side + 1) * outputs;
    if old.iter().map(count).sum::<usize>() != numbers.len() {
        return None;
    }
    let fresh = fresh(&mut Pcg64Mcg::seed_from_u64(seed));
    let (mut kept, mut fresh) = (numbers, &fresh[..]);
    let mut all = Vec::with_capacity(fresh.len());
    for (i, shape) in new.iter().enumerate() {
        let (begun, rest) = fresh.split_at(count(shape));
        fresh = rest;
        let down = 2 * (LEVELS - 1);
        if (down..down + 2).contains(&i) {
            all.extend_from_slice(begun);
        } else if i == down + 2 {
            all.extend(handed_on(*shape));
        } else {
            let (head, rest) = kept.split_at(count(shape));
            kept = rest;
            all.extend_from_slice(head);
        }
    }
    Unet::from_numbers(&all)
}

/// Weights and biases that hand on the last `outputs` of the inputs.
fn handed_on((inputs, outputs, side): (usize, usize, usize)) -> Vec<f32> {
    let square = side * side;
    let mut numbers = vec![0.0; (inputs * square + 1) * outputs];
    for output in 0..outputs {
        let input = inputs - outputs + output;
        numbers[(output * inputs + input) * square + square / 2] = 1.0;
    }
    numbers
}
