//! What the skin's surface looks like.

use super::*;

/// Scatter of a photo's green, natural logarithm, finer than 1 mm.
fn fine_contrast(rgb: &RgbImage, px_per_mm: f64) -> f32 {
    let log = log_green(rgb);
    scatter(&log - &gaussian(&log, px_per_mm as f32))
}

/// The same between 1 and 5 mm.
fn broad_contrast(rgb: &RgbImage, px_per_mm: f64) -> f32 {
    let log = log_green(rgb);
    let smooth = |mm: f64| gaussian(&log, (mm * px_per_mm) as f32);
    scatter(smooth(1.0) - smooth(5.0))
}

fn log_green(rgb: &RgbImage) -> Field {
    Field::from_shape_fn((rgb.height() as usize, rgb.width() as usize), |(y, x)| {
        f32::from(rgb.get_pixel(x as u32, y as u32)[1])
            .max(1.0)
            .ln()
    })
}

fn scatter(field: Field) -> f32 {
    let mut values = field.into_raw_vec_and_offset().0;
    crate::stats::median_and_sigma(&mut values).unwrap().1
}

/// That healthy skin of another surface shows more of what `contrast` measures, and no more scars.
fn shows_more(surfaces: [Surface; 2], contrast: fn(&RgbImage, f64) -> f32) {
    for seed in [5, 6, 7] {
        let [less, more] = surfaces.map(|surface| {
            let spec = Spec {
                seed,
                surface,
                ..small(Family::Healthy)
            };
            let pair = render_pair(&spec).unwrap();
            assert_eq!(count(&pair.truth.visits[0].scars), 0);
            contrast(&pair.before.rgb, spec.px_per_mm)
        });
        assert!(more > 1.2 * less, "seed {seed}: {less} and {more}");
    }
}

#[test]
fn coarse_skin_shows_more_of_itself_and_is_as_free_of_scars() {
    shows_more([Surface::Usual, Surface::Coarse], fine_contrast);
}

#[test]
fn a_face_shines_in_patches_and_its_folds_are_no_scars() {
    shows_more([Surface::Coarse, Surface::Face], broad_contrast);
}
