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
