//! A result as the pipeline might make it, with its pictures.

use std::collections::BTreeMap;

use image::{GrayImage, Luma, Rgb, RgbImage};
use ndarray::Array2;

use crate::report::schema::*;
use crate::report::{Maps, Pictures};

fn visit(file: &str, area: f64, relief: f64) -> Visit {
    Visit {
        file: file.to_string(),
        blake3: "0123456789abcdef".repeat(4),
        taken: Some("2026-01-10T09:30:00".to_string()),
        width: 160,
        height: 120,
        quality: Quality {
            sharpness: Some(0.9),
            clipped_fraction: Some(0.002),
            light_azimuth_deg: Some(205.0),
            light_directionality: Some(0.3),
            ita_deg: Some(38.0),
            skin_fraction: Some(0.97),
            reasons: vec![],
        },
        scars: Scars {
            count: Some(2),
            area_px: Some(area),
            area_mm2: Some(area / 243.0),
            area_fraction: Some(area / 19_200.0),
            contrast: Some(0.062),
            relief_index: Some(relief),
            volume_index: Some(area * relief),
        },
        redness: Some(0.01),
        pigment: None,
    }
}

fn lesion(id: u32, x: f64, y: f64, kind: Kind, state: State, area: f64) -> Lesion {
    let seen = |area: f64| LesionVisit {
        area_mm2: Some(area),
        contrast: Some(0.07),
        relief_index: Some(6.0),
        width_mm: Some(2.7),
    };
    Lesion {
        id,
        kind: Some(kind),
        kind_confidence: Some(0.8),
        x,
        y,
        state,
        before: seen(area),
        after: seen(area * 0.7),
        change: LesionChange {
            area_percent: Some(-30.0),
            contrast_percent: Some(-12.5),
            relief_index_percent: Some(-35.0),
        },
    }
}

/// A result as the pipeline might make it, with its pictures.
pub(crate) fn sample() -> (Comparison, Pictures) {
    let interval = |value: f64, half: f64, smallest: f64| Interval {
        value: finite(value),
        low: finite(value - half),
        high: finite(value + half),
        smallest_detectable: finite(smallest),
    };
    let disk = |cx: f64, cy: f64, r: f64| {
        move |x: u32, y: u32| (f64::from(x) - cx).hypot(f64::from(y) - cy) < r
    };
    let (a, b, shrunk) = (
        disk(40.0, 50.0, 14.0),
        disk(110.0, 70.0, 18.0),
        disk(40.0, 50.0, 10.0),
    );
    let mask = |set: &dyn Fn(u32, u32) -> bool| {
        GrayImage::from_fn(160, 120, |x, y| Luma([255 * u8::from(set(x, y))]))
    };
    let skin = RgbImage::from_fn(160, 120, |x, y| {
        let dark = if a(x, y) || b(x, y) { 30 } else { 0 };
        Rgb([215 - dark, 165 - dark + (x % 3) as u8, 140 - dark])
    });
    let comparison = Comparison {
        schema: SCHEMA.to_string(),
        tool: Tool::default(),
        options: BTreeMap::from([("px_per_mm".to_string(), serde_json::json!(15.6))]),
        scale: Scale {
            px_per_mm: Some(15.6),
            source: ScaleSource::Option,
        },
        before: visit("a.jpg", 1600.0, 5.1),
        after: visit("<b> & \"c\".jpg", 1300.0, 4.2),
        registration: Registration {
            method: RegistrationMethod::Dense,
            overlap: Some(0.95),
            confident_fraction: Some(0.91),
            residual_px: Some(0.2),
            grid: Some(Grid {
                step_px: 80,
                columns: 2,
                rows: 2,
                x: vec![Some(0.5), Some(80.5), None, Some(80.25)],
                y: vec![Some(0.0), Some(0.0), None, Some(80.0)],
            }),
        },
        change: Change {
            area_percent: interval(-31.0, 5.0, 6.0),
            contrast_percent: interval(-22.0, 5.0, 5.0),
            volume_index_percent: interval(-41.0, 6.0, 8.0),
            verdict: Verdict::Improved,
            band: Some(Band::From25To50),
            reasons: vec![],
        },
        lesions: vec![
            lesion(1, 40.0, 50.0, Kind::Boxcar, State::Improved, 2.5),
            lesion(2, 110.0, 70.0, Kind::IcePick, State::Unchanged, 4.2),
        ],
        warnings: vec![Warning {
            code: "light-differs".to_string(),
            message: "The light comes from another side in the after photo.".to_string(),
            remedy: "Keep lamp and window where they were.".to_string(),
        }],
        timings_ms: BTreeMap::from([("decode".to_string(), 41.0)]),
    };
    let pictures = Pictures {
        scars_before: mask(&|x, y| a(x, y) || b(x, y)),
        scars_after: mask(&|x, y| shrunk(x, y) || b(x, y)),
        measured: mask(&|x, y| (8..150).contains(&x) && (6..110).contains(&y)),
        aligned_after: Some(skin.clone()),
        before: skin,
        after: None,
        maps: Some(maps(&|x, y| a(x, y), &|x, y| b(x, y), &|x, y| shrunk(x, y))),
    };
    (comparison, pictures)
}

/// Two dents, the first of which shrank.
fn maps(
    a: &dyn Fn(u32, u32) -> bool,
    b: &dyn Fn(u32, u32) -> bool,
    shrunk: &dyn Fn(u32, u32) -> bool,
) -> Maps {
    let labels = |first: &dyn Fn(u32, u32) -> bool| {
        Array2::from_shape_fn((120, 160), |(y, x)| {
            let (x, y) = (x as u32, y as u32);
            u32::from(first(x, y)) + 2 * u32::from(b(x, y))
        })
    };
    let lesions = [labels(a), labels(shrunk)];
    let dented = lesions
        .each_ref()
        .map(|l| l.mapv(|id| if id == 0 { 0.0 } else { -4.0 }));
    Maps {
        redness: dented.clone(),
        pigment: dented.clone(),
        relief: dented,
        lesions,
        reduction: 1.0,
        parts: vec![[1, 1], [2, 1]],
    }
}

pub(super) fn not_comparable() -> (Comparison, Pictures) {
    let (mut comparison, mut pictures) = sample();
    comparison.change = Change {
        area_percent: Interval::default(),
        contrast_percent: Interval::default(),
        volume_index_percent: Interval::default(),
        verdict: Verdict::NotComparable,
        band: None,
        reasons: vec!["the after photo is blurred".to_string()],
    };
    comparison.registration.grid = None;
    comparison.registration.method = RegistrationMethod::None;
    comparison.lesions.clear();
    pictures.aligned_after = None;
    pictures.maps = None;
    pictures.measured = GrayImage::new(160, 120);
    (comparison, pictures)
}
