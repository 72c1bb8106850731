use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::backward::{Planes, Tape};
use super::{deeper, descent, drawn};
use crate::phantom;
use crate::raster::Field;
use crate::relief::canvas::INPUTS;
use crate::relief::unet::{Asked, LEVELS, OUTPUTS, Unet, WIDTHS, shapes};

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
    let input = random_input(16, 48);
    let seen = network().see(input.clone(), &Asked::all(16, 48));
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

#[test]
fn a_grown_network_hands_on_what_was_learned() {
    let shapes = shapes(&WIDTHS[..LEVELS - 1]);
    let count: usize = shapes.iter().map(|(i, o, s)| (i * s * s + 1) * o).sum();
    let old: Vec<f32> = (0..count).map(|i| (i % 97) as f32 / 97.0 - 0.5).collect();
    assert_eq!(deeper::grown(&old[1..], 1), None);
    let grown = deeper::grown(&old, 1).unwrap().numbers();
    let of = |i: usize| {
        let numbers = shapes_of_all().take(i);
        let start = numbers.sum::<usize>();
        &grown[start..start + shapes_of_all().nth(i).unwrap()]
    };
    let kept: Vec<f32> = [0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 14]
        .iter()
        .flat_map(|&i| of(i).to_vec())
        .collect();
    assert_eq!(kept, old);
    // The join: each output is one plane of the old coarsest level, and the new level has no say.
    let sums: f32 = of(10).iter().sum();
    assert_eq!(sums, WIDTHS[LEVELS - 2] as f32);
}

fn shapes_of_all() -> impl Iterator<Item = usize> {
    shapes(&WIDTHS)
        .into_iter()
        .map(|(i, o, s)| (i * s * s + 1) * o)
}

#[test]
fn the_light_is_known_on_the_first_photos_grid() {
    let spec = phantom::Spec {
        seed: super::FIRST_SEED,
        px_per_mm: 8.0,
        width: 320,
        height: 240,
        pose: phantom::PoseRange {
            rotation_deg: 30.0,
            ..phantom::PoseRange::default()
        },
        light: phantom::LightRange {
            azimuth_deg: 0.0,
            elevation_deg: 0.0,
        },
        ..phantom::Spec::default()
    };
    let [before, after] = <[_; 2]>::try_from(phantom::setups(&spec).unwrap()).unwrap();
    let pair = phantom::render_pair(&spec).unwrap();
    let warp = &pair.truth.visits[1].warp;
    let at = (warp.rows / 2) * warp.columns + warp.columns / 2;
    let (dx, dy) = (warp.x[at] - warp.x[at - 1], warp.y[at] - warp.y[at - 1]);
    let [first, second] = drawn::azimuths([&before, &after]);
    let turned = (first - second) - dy.atan2(dx);
    // Tilt and bend turn the middle by a degree or two more.
    assert!(turned.abs() < 3f64.to_radians(), "{turned}");
    assert!(
        (first - second).abs() > 5f64.to_radians(),
        "the draw turns the camera"
    );
}
