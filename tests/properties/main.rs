//! Stages on pictures that nobody takes: of one colour, black, white, noise, one pixel wide.
//!
//! What must hold for any picture: no panic, nothing that is not a number, an answer of the right
//! size, no change in a photo held against itself. The seed is fixed; `PROPTEST_CASES=2000` looks
//! further.

mod drawn;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use scardepth::check;
use scardepth::decode::{self, Photo};
use scardepth::filter;
use scardepth::measure::{self, Both, Visit, measure};
use scardepth::normalise::{align, align_mask, gains, match_sharpness};
use scardepth::pipeline::{Options, Scale, compare};
use scardepth::quality::judge;
use scardepth::raster::{Field, Mask};
use scardepth::register::{self, Registration, View, register};
use scardepth::relief::{self, Light, Relief, Side, find_light, reconstruct};
use scardepth::report;
use scardepth::report::schema::Verdict;
use scardepth::score::score;
use scardepth::segment::{self, Ground, segment};
use scardepth::skin;
use scardepth::units::PixelsPerMm;

use drawn::{Scene, cover, draw, large_side, linear, relief_kind, scene, side};

fn scale(px_per_mm: f64) -> PixelsPerMm {
    PixelsPerMm::new(px_per_mm).unwrap()
}

fn few() -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        // `PROPTEST_CASES` beats it.
        cases: std::env::var("PROPTEST_CASES").map_or(32, |n| n.parse().unwrap_or(32)),
        ..ProptestConfig::default()
    }
}

fn finite(field: &Field) -> bool {
    field.iter().all(|v| v.is_finite())
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn any_two_pictures_are_compared_or_refused(
        (before, after) in (scene(), scene()),
        (width, height) in (side(), side()),
        (other_width, other_height) in (side(), side()),
        px_per_mm in proptest::option::of(1.0f64..200.0),
    ) {
        let before = Photo::from_rgb8("before", draw(&before, width, height));
        let after = Photo::from_rgb8("after", draw(&after, other_width, other_height));
        let options = Options {
            scale: px_per_mm.map(|n| Scale::PerMm(scale(n))),
            ..Options::default()
        };
        let outcome = compare(&before, &after, &options);
        let size = outcome.pictures.measured.dimensions();
        prop_assert_eq!(size, (width, height));
        prop_assert_eq!(outcome.pictures.scars_before.dimensions(), size);
        // Unknown is nothing, and never "not a number".
        let told = format!("{:?}", outcome.comparison);
        prop_assert!(!told.contains("NaN") && !told.contains("inf"), "{}", told);
    }

    #[test]
    fn a_picture_has_not_changed_against_itself(
        scene in scene(),
        (width, height) in (1u32..97, 1u32..97),
    ) {
        let photo = Photo::from_rgb8("same", draw(&scene, width, height));
        let change = compare(&photo, &photo, &Options::default()).comparison.change;
        prop_assert!(matches!(
            change.verdict,
            Verdict::NotComparable | Verdict::NoDetectableChange
        ));
        let values = [
            change.area_percent.value,
            change.contrast_percent.value,
            change.volume_index_percent.value,
        ];
        prop_assert!(values.iter().flatten().all(|&v| v == 0.0), "{:?}", values);
    }

    #[test]
    fn skin_quality_and_shading_take_any_picture(
        scene in scene(),
        (width, height) in (side(), side()),
        px_per_mm in 1.0f64..200.0,
    ) {
        let image = linear(&scene, width, height);
        let scale = scale(px_per_mm);
        let found = skin::find(&image, scale, &skin::Options::default());
        let size = (height as usize, width as usize);
        prop_assert_eq!(found.mask.dim(), size);
        prop_assert!((0.0..=1.0).contains(&found.fraction));
        let quality = judge(&image, &found.mask, scale);
        prop_assert!((0.0..=1.0).contains(&quality.clipped_fraction));
        let told = format!("{quality:?}");
        prop_assert!(!told.contains("NaN") && !told.contains("inf"), "{}", told);
        // All of it, some of it and none of it.
        let masks = [Mask::from_elem(size, true), found.mask, Mask::from_elem(size, false)];
        for mask in masks {
            let shading = scardepth::shading::shade(
                &image,
                &mask,
                scale,
                &scardepth::shading::Options::default(),
            );
            prop_assert!(finite(&shading.luminance) && finite(&shading.field));
            prop_assert_eq!(shading.luminance.dim(), size);
        }
    }

    #[test]
    fn filters_take_any_size(
        scene in scene(),
        (width, height) in (side(), side()),
        sigma in 0.1f32..60.0,
        factor in 1.0f64..40.0,
    ) {
        let luminance = linear(&scene, width, height).luminance();
        let (low, high) = luminance
            .iter()
            .fold((f32::MAX, f32::MIN), |(l, h), &v| (l.min(v), h.max(v)));
        let blurred = filter::gaussian(&luminance, sigma);
        let reduced = filter::reduce(&luminance, factor);
        for result in [&blurred, &reduced] {
            // A mean lies between what it is the mean of.
            let inside = result.iter().all(|&v| v >= low - 1e-4 && v <= high + 1e-4);
            prop_assert!(inside, "{} {}", low, high);
        }
        prop_assert_eq!(blurred.dim(), luminance.dim());
        let larger = filter::enlarge(&reduced, luminance.dim(), factor);
        prop_assert_eq!(larger.dim(), luminance.dim());
        let mask = luminance.mapv(|v| v > 0.2);
        let (labels, sizes) = filter::label(&mask);
        prop_assert_eq!(labels.dim(), mask.dim());
        let set = mask.iter().filter(|&&m| m).count();
        prop_assert_eq!(sizes.iter().sum::<usize>(), set);
        prop_assert!(finite(&filter::gaussian_masked(&luminance, &mask, sigma, 0.0)));
    }

    #[test]
    fn any_two_pictures_are_checked_and_reported(
        (before, after) in (scene(), scene()),
        (width, height) in (side(), side()),
        (other_width, other_height) in (side(), side()),
    ) {
        let before = Photo::from_rgb8("before", draw(&before, width, height));
        let after = Photo::from_rgb8("after", draw(&after, other_width, other_height));
        let options = Options::default();
        let checked = check::photo(&after, None, &options);
        let told = format!("{checked:?}{:?}", check::against(&before, &after, &checked, None, &options));
        prop_assert!(!told.contains("NaN") && !told.contains("inf"), "{}", told);
        let outcome = compare(&before, &after, &options);
        let desk = tempfile::tempdir().unwrap();
        report::write(desk.path(), &outcome.comparison, &outcome.pictures).unwrap();
        let result = std::fs::read_to_string(desk.path().join("result.json")).unwrap();
        prop_assert!(serde_json::from_str::<serde_json::Value>(&result).is_ok());
    }

    #[test]
    fn register_and_normalise_take_any_two_pictures(
        (before, after) in (scene(), scene()),
        (width, height) in (large_side(), large_side()),
        (other_width, other_height) in (large_side(), large_side()),
        (skin_b, skin_a) in (cover(), cover()),
        alike in any::<bool>(),
        px_per_mm in 1.0f64..60.0,
    ) {
        // Half of the time the same scene, which is laid onto itself when it shows anything.
        let after = if alike { before.clone() } else { after };
        let before = linear(&before, width, height);
        let after = linear(&after, other_width, other_height);
        let (skin_b, skin_a) = (skin_b.mask(&before), skin_a.mask(&after));
        let luminances = [before.luminance(), after.luminance()];
        let view = |i: usize, skin| View { luminance: &luminances[i], skin };
        let laid = register(
            view(0, &skin_b),
            view(1, &skin_a),
            scale(px_per_mm),
            &register::Options::default(),
        );
        let Registration::Aligned(alignment) = laid else {
            return Ok(());
        };
        let size = (height as usize, width as usize);
        prop_assert!(alignment.x.dim() == size && alignment.y.dim() == size);
        prop_assert!(finite(&alignment.x) && finite(&alignment.y));
        prop_assert!(alignment.confidence.iter().all(|c| (0.0..=1.0).contains(c)));
        prop_assert!((0.0..=1.0).contains(&alignment.overlap));
        let common = align_mask(&skin_a, &alignment.x, &alignment.y);
        let aligned = align(&after, &alignment.x, &alignment.y);
        prop_assert!(aligned.image().planes.iter().all(finite));
        let gains = gains(&before, &aligned, &common, scale(px_per_mm));
        prop_assert!(gains.channels.iter().all(|g| g.is_finite() && *g > 0.0));
        prop_assert!(finite(&gains.falloff));
        let matched = match_sharpness(before, aligned, &common);
        prop_assert!(matched.before_blur >= 0.0 && matched.after_blur >= 0.0);
        prop_assert!(matched.before.planes.iter().all(finite));
    }

    #[test]
    fn light_and_relief_take_any_picture(
        scene in scene(),
        cover in cover(),
        (width, height) in (side(), side()),
        px_per_mm in 1.0f64..60.0,
    ) {
        let image = linear(&scene, width, height);
        let mask = cover.mask(&image);
        let scale = scale(px_per_mm);
        let shading = scardepth::shading::Options::default();
        let options = relief::Options::default();
        let small = relief::small(&image, &mask, scale, &shading);
        let relief::Small { shading, skin, scale, .. } = &small;
        let light = find_light(&shading.field, skin, *scale, &options);
        prop_assert!((0.0..180.0).contains(&light.axis_deg), "{:?}", light);
        prop_assert!((0.0..=1.0).contains(&light.directionality), "{:?}", light);
        let parts = reconstruct(&shading.field, light, *scale, &options);
        prop_assert!(finite(&parts.odd) && finite(&parts.even));
        prop_assert_eq!(parts.odd.dim(), shading.field.dim());
        prop_assert!(finite(&shading.luminance) && finite(&small.luminance));
        prop_assert!(finite(&small.share));
    }

    #[test]
    fn scars_are_found_measured_and_scored_in_any_relief(
        (width, height) in (side(), side()),
        (first, second) in (relief_kind(), relief_kind()),
        cover in cover(),
        px_per_mm in 1.0f64..60.0,
        texture_gap in -4.0f64..4.0,
    ) {
        let size = (height as usize, width as usize);
        let image = linear(&Scene::Noise(3), width, height);
        let measured = cover.mask(&image);
        let scale = scale(px_per_mm);
        let options = segment::Options::default();
        let indices = [first.field(size), second.field(size)];
        let seeds = Field::from_shape_fn(size, |at| indices[0][at].min(indices[1][at]));
        let mut healthy = measured.clone();
        let visits = indices.map(|index| {
            let scars = segment(&index, &seeds, &Ground::of(&measured, scale), scale, &options);
            assert_eq!(scars.labels.dim(), size);
            assert!(scars.labels.iter().all(|&l| l as usize <= scars.count));
            // A scar lies where it was measured.
            assert!(scars.labels.iter().zip(&measured).all(|(&l, &m)| l == 0 || m));
            healthy.zip_mut_with(&scars.labels, |h, &l| *h &= l == 0);
            let light = Light { axis_deg: 0.0, directionality: 0.2 };
            let relief = Relief { height: index.mapv(|v| v.min(0.0)), index, light, side: Side::Axis };
            Visit { shading: relief.height.mapv(|v| 0.01 * v), relief, scars }
        });
        for visit in &visits {
            for scar in measure(visit.surface(), &healthy) {
                let (_, sure) = measure::kind(&scar, scale);
                prop_assert!((0.5..=1.0).contains(&sure), "{:?}", scar);
                let told = format!("{scar:?}");
                prop_assert!(!told.contains("NaN") && !told.contains("inf"), "{}", told);
            }
        }
        let [before, after] = visits;
        let both = Both { before, after, healthy, texture_gap };
        let score = score(
            &both,
            &measured,
            scale,
            &options,
            &scardepth::score::Options::default(),
        );
        let told = format!("{:?}{:?}{:?}", score.area, score.contrast, score.volume);
        prop_assert!(!told.contains("NaN") && !told.contains("inf"), "{}", told);
        for estimate in [score.area, score.contrast, score.volume].into_iter().flatten() {
            prop_assert!(estimate.low <= estimate.value && estimate.value <= estimate.high, "{}", told);
            prop_assert!(estimate.smallest_detectable >= 0.0, "{}", told);
        }
    }

    #[test]
    fn any_region_and_any_points_file_is_read_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        lines in proptest::collection::vec("[-0-9.,; eEnNaA#]{0,40}", 0..8),
    ) {
        let desk = tempfile::tempdir().unwrap();
        for content in [bytes.as_slice(), lines.join("\n").as_bytes()] {
            let path = desk.path().join("file");
            std::fs::write(&path, content).unwrap();
            if let Ok(map) = register::points::read(&path, [(400, 300), (300, 400)]) {
                prop_assert!(map.determinant() > 0.0, "{:?}", map);
            }
            prop_assert!(skin::roi::read(&path, (40, 30), &decode::Options::default()).is_err());
        }
    }
}
