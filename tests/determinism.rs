//! Same photos in, same bits out: on any number of threads, and nothing changed where nothing did.

use image::RgbImage;
use rayon::ThreadPoolBuilder;
use scardepth::decode::{Photo, linear_to_srgb, srgb_to_linear};
use scardepth::phantom::{Family, Pair, Spec, render_pair};
use scardepth::pipeline::{Options, Outcome, Scale, compare};
use scardepth::report;
use scardepth::report::schema::{Comparison, Interval, RegistrationMethod, Verdict};
use scardepth::units::PixelsPerMm;

/// Scale of the phantoms, px/mm: the least at which an ice pick is still several pixels wide.
const PX_PER_MM: f64 = 8.0;

/// A pair small enough to be compared many times.
fn phantom() -> Pair {
    let spec = Spec {
        family: Family::Improved,
        seed: 7,
        px_per_mm: PX_PER_MM,
        width: 512,
        height: 384,
        strength: Some(0.6),
        ..Spec::default()
    };
    render_pair(&spec).unwrap()
}

fn photo(name: &str, image: RgbImage) -> Photo {
    Photo::from_rgb8(name, image)
}

fn compared(before: &Photo, after: &Photo) -> Outcome {
    let options = Options {
        scale: PixelsPerMm::new(PX_PER_MM).map(Scale::PerMm),
        ..Options::default()
    };
    let mut outcome = compare(before, after, &options);
    // The one thing in a result that may differ from run to run.
    outcome.comparison.timings_ms.clear();
    outcome
}

/// The first line in which two texts differ: more to read than two results side by side.
fn first_difference<'a>(a: &'a str, b: &'a str) -> Option<(&'a str, &'a str)> {
    let longer = a.lines().count() != b.lines().count();
    let differing = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    differing.or(longer.then_some(("the end", "more lines")))
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let pair = phantom();
    let (before, after) = (
        photo("before", pair.before.rgb),
        photo("after", pair.after.rgb),
    );
    let on = |threads: usize| {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| compared(&before, &after))
    };
    let one = on(1);
    // A refused pair would show little of the path.
    assert_eq!(
        one.comparison.registration.method,
        RegistrationMethod::Dense
    );
    assert_ne!(one.comparison.change.verdict, Verdict::NotComparable);
    let text = report::json(&one.comparison);
    for threads in [2, 3, 8] {
        let more = on(threads);
        // Text of a float holds all of its bits, and says which number it is that differs.
        let difference = first_difference(&text, &report::json(&more.comparison)).map(owned);
        assert_eq!(difference, None, "on {threads} threads");
        assert_eq!(more.comparison, one.comparison, "on {threads} threads");
        let (a, b) = (&one.pictures, &more.pictures);
        assert!(a.scars_before == b.scars_before, "on {threads} threads");
        assert!(a.scars_after == b.scars_after, "on {threads} threads");
        assert!(a.measured == b.measured, "on {threads} threads");
        assert!(a.aligned_after == b.aligned_after, "on {threads} threads");
    }
}

fn owned((a, b): (&str, &str)) -> (String, String) {
    (a.to_string(), b.to_string())
}

#[test]
fn a_phantom_is_the_same_on_any_number_of_threads() {
    let on = |threads: usize| {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(phantom)
    };
    let (one, three) = (on(1), on(3));
    assert!(one.before.file == three.before.file);
    assert!(one.after.file == three.after.file);
}

/// Exactly no change, and said so.
fn assert_nothing_changed(comparison: &Comparison) {
    let change = &comparison.change;
    assert_eq!(change.verdict, Verdict::NoDetectableChange, "{change:?}");
    let none = Interval {
        value: Some(0.0),
        low: Some(0.0),
        high: Some(0.0),
        smallest_detectable: Some(0.0),
    };
    assert!(comparison.before.scars.count > Some(0), "no scars found");
    assert_eq!(change.area_percent, none);
    assert_eq!(change.contrast_percent, none);
    assert_eq!(change.volume_index_percent, none);
    assert_eq!(comparison.after.scars, comparison.before.scars);
}

fn codes(comparison: &Comparison) -> Vec<&str> {
    comparison
        .warnings
        .iter()
        .map(|w| w.code.as_str())
        .collect()
}

#[test]
fn the_same_photo_twice_is_no_change() {
    let photo = photo("photo", phantom().before.rgb);
    let Outcome {
        comparison,
        pictures,
    } = compared(&photo, &photo);
    assert_nothing_changed(&comparison);
    assert!(pictures.scars_before == pictures.scars_after);
    assert!(
        codes(&comparison).contains(&"same-photo"),
        "{:?}",
        codes(&comparison)
    );
}

/// The same exposure through another white balance and another tone curve.
fn recoloured(image: &RgbImage, gains: [f64; 3], gamma: f64) -> RgbImage {
    let tables = gains.map(|gain| {
        let developed = |level: u8| {
            let light = srgb_to_linear(f64::from(level) / 255.0);
            let encoded = linear_to_srgb((gain * light).min(1.0).powf(gamma));
            (255.0 * encoded).round() as u8
        };
        (0..=255).map(developed).collect::<Vec<u8>>()
    });
    let mut copy = image.clone();
    for pixel in copy.pixels_mut() {
        for (level, table) in pixel.0.iter_mut().zip(&tables) {
            *level = table[usize::from(*level)];
        }
    }
    copy
}

#[test]
fn a_recoloured_copy_is_no_change() {
    let image = phantom().before.rgb;
    let before = photo("photo", image.clone());
    for (gains, gamma) in [
        ([1.12, 1.0, 0.86], 1.0),
        ([0.8, 0.8, 0.8], 1.15),
        ([0.93, 1.02, 1.1], 0.9),
    ] {
        let after = photo("copy", recoloured(&image, gains, gamma));
        let comparison = compared(&before, &after).comparison;
        assert_nothing_changed(&comparison);
        assert!(
            codes(&comparison).contains(&"recoloured-copy"),
            "{gains:?} {gamma}"
        );
    }
}

#[test]
fn another_photo_of_the_same_skin_is_no_copy() {
    let spec = Spec {
        family: Family::Rephotographed,
        seed: 7,
        px_per_mm: PX_PER_MM,
        width: 512,
        height: 384,
        ..Spec::default()
    };
    let pair = render_pair(&spec).unwrap();
    let (before, after) = (
        photo("before", pair.before.rgb),
        photo("after", pair.after.rgb),
    );
    let comparison = compared(&before, &after).comparison;
    assert!(!codes(&comparison).contains(&"recoloured-copy"));
    assert_ne!(comparison.after.scars, comparison.before.scars);
}
