use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::backward::{Planes, Tape};
use super::descent;
use crate::raster::Field;
use crate::relief::canvas::INPUTS;
use crate::relief::unet::{OUTPUTS, Unet};

fn random_input(rows: usize, columns: usize) -> Vec<Field> {
    let mut random = Pcg64Mcg::seed_from_u64(5);
    let mut plane =
        || Field::from_shape_simple_fn((rows, columns), || random.random_range(-1.0..1.0));
    (0..INPUTS).map(|_| plane()).collect()
}

fn planes(fields: &[Field]) -> Planes {
    let (rows, columns) = fields[0].dim();
    let values = fields.iter().flat_map(|f| f.iter().copied()).collect();
    Planes {
        values: ndarray::Array2::from_shape_vec((fields.len(), rows * columns), values).unwrap(),
        rows,
        columns,
    }
}

fn network() -> Unet {
    Unet::from_numbers(&descent::fresh(&mut Pcg64Mcg::seed_from_u64(6))).unwrap()
}

#[test]
fn learning_and_seeing_are_the_same_network() {
    let input = random_input(16, 40);
    let seen = network().see(&input);
    let tape = Tape::record(&network(), &planes(&input));
    for (k, field) in seen.iter().enumerate() {
        for (a, b) in field.iter().zip(tape.outputs().row(k)) {
            // Sums of a few hundred products in another order.
            assert!((a - b).abs() < 1e-4, "{a} and {b} in plane {k}");
        }
    }
}

#[test]
fn derivatives_are_differences() {
    let input = planes(&random_input(16, 16));
    let mut random = Pcg64Mcg::seed_from_u64(7);
    let towards = ndarray::Array2::from_shape_simple_fn((OUTPUTS, 256), || {
        random.random_range(-1.0f32..1.0) / 256.0
    });
    // A linear function of the outputs, so that its derivatives by them are known.
    let value = |unet: &Unet| -> f64 {
        let tape = Tape::record(unet, &input);
        let products = tape.outputs().iter().zip(&towards);
        products.map(|(o, t)| f64::from(o * t)).sum()
    };
    let unet = network();
    let numbers = unet.numbers();
    let mut derived = vec![0.0; numbers.len()];
    Tape::record(&unet, &input).derive(&unet, towards.clone(), &mut derived);
    let step = 4e-3;
    for at in (0..numbers.len()).step_by(4001) {
        let moved = |by: f32| {
            let mut numbers = numbers.clone();
            numbers[at] += by;
            value(&Unet::from_numbers(&numbers).unwrap())
        };
        let difference = (moved(step) - moved(-step)) / f64::from(2.0 * step);
        let found = f64::from(derived[at]);
        // f32 sums and the rectifier's corners leave a few per cent.
        assert!(
            (found - difference).abs() < 2e-4 + 0.05 * difference.abs(),
            "number {at}: derived {found}, differs by {difference}"
        );
    }
}
