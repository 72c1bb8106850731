use super::*;

#[test]
fn numbers_make_the_network_and_come_back() {
    let numbers = trained().numbers();
    assert_eq!(Unet::from_numbers(&numbers).as_ref(), Some(trained()));
    assert_eq!(Unet::from_numbers(&numbers[1..]), None);
    assert_eq!(
        Unet::from_bytes(&trained().bytes()).as_ref(),
        Some(trained())
    );
}

#[test]
fn a_convolution_is_its_definition() {
    let (rows, columns) = (5, 11);
    let field = |seed: usize| {
        Field::from_shape_fn((rows, columns), |(y, x)| {
            ((y * 7 + x * 13 + seed * 5) % 17) as f32 / 17.0 - 0.5
        })
    };
    let inputs = [field(1), field(2)];
    let weights: Vec<f32> = (0..6 * 2 * 9)
        .map(|i| (i % 11) as f32 / 11.0 - 0.4)
        .collect();
    let convolution = Convolution {
        inputs: 2,
        outputs: 6,
        side: 3,
        weights: weights.clone(),
        biases: vec![0.1; 6],
    };
    let stack = Stack::of(&inputs);
    let asked = Asked::all(rows, columns);
    let found = convolve(&convolution, &[Source::Same(&stack)], &asked).fields();
    for (o, found) in found.iter().enumerate() {
        for ((y, x), &found) in found.indexed_iter() {
            let mut sum: f32 = 0.1;
            for (i, input) in inputs.iter().enumerate() {
                for tap in 0..9 {
                    let (v, u) = ((y + tap / 3).wrapping_sub(1), (x + tap % 3).wrapping_sub(1));
                    let value = input.get([v, u]).copied().unwrap_or(0.0);
                    sum = value.mul_add(weights[(o * 2 + i) * 9 + tap], sum);
                }
            }
            let expected = if sum > 0.0 { sum } else { LEAK * sum };
            // To the last bit: another machine rounds the same sums in the same order.
            assert_eq!(
                found.to_bits(),
                expected.to_bits(),
                "{found} for {expected}"
            );
        }
    }
}

#[test]
fn what_is_not_asked_is_not_said() {
    let size = (48, 64);
    let open = Field::from_shape_fn(size, |(y, x)| {
        f32::from(u8::from((20..30).contains(&y) && (x < 9 || x == 40)))
    });
    let asked = Asked::around(&open, 4);
    let inputs: Vec<Field> = (0..INPUTS)
        .map(|k| Field::from_shape_fn(size, |(y, x)| ((y * 5 + x * 3 + k) % 7) as f32 / 7.0))
        .collect();
    let some = trained().see(inputs.clone(), &asked);
    for plane in &some {
        for ((y, x), &v) in plane.indexed_iter() {
            let within = (16..34).contains(&y) && x < 45;
            assert_eq!(v != 0.0, within, "{v} at ({x}, {y})");
        }
    }
    // All of a canvas is what lies around a canvas full of skin.
    let all = Asked::around(&Field::ones(size), 4);
    assert_eq!(all, Asked::all(size.0, size.1));
    let nothing = Asked::around(&Field::zeros(size), 4);
    let planes = trained().see(inputs, &nothing);
    assert!(planes.iter().all(|p| p.iter().all(|&v| v == 0.0)));
}
