//! A result as the pipeline might make it, with its pictures.

use std::collections::BTreeMap;

use image::{GrayImage, Luma, Rgb, RgbImage};
use ndarray::Array2;

use crate::date::Date;
use crate::report::schema::*;
use crate::report::{Maps, Pictures};
use crate::visits::schema::{DateSource, Milestone, SERIES, Series, SeriesVisit, Status, Trends};

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

/// A photo of a course on a day, compared with the first one unless it is that.
fn photo(day: &str, change: Option<Change>) -> SeriesVisit {
    SeriesVisit {
        visit: day.to_string(),
        date: day.to_string(),
        date_source: DateSource::Name,
        file: format!("{day}_front.jpg"),
        folder: change.as_ref().map(|_| day.to_string()),
        status: match change {
            Some(_) => Status::Compared,
            None => Status::Baseline,
        },
        failure: None,
        blake3: None,
        width: Some(160),
        height: Some(120),
        days: Date::parse(day).and_then(|d| Some(d.days_since(Date::parse("2026-01-12")?))),
        months: None,
        sessions_before: None,
        days_since_session: None,
        quality: None,
        scars: None,
        baseline_scars: None,
        redness: None,
        pigment: None,
        measured_fraction: None,
        change,
        flags: vec![],
        warnings: vec![],
    }
}

/// A course of two later photos: the first shows a change of depth times area alone, the second none.
pub(crate) fn course() -> Series {
    let (comparison, _) = sample();
    let interval = |value: f64, half: f64, smallest: f64| Interval {
        value: finite(value),
        low: finite(value - half),
        high: finite(value + half),
        smallest_detectable: finite(smallest),
    };
    let by_depth = Change {
        area_percent: interval(-2.0, 4.0, 6.0),
        volume_index_percent: interval(-41.0, 6.0, 8.0),
        ..comparison.change.clone()
    };
    let none = Change {
        area_percent: interval(-41.0, 45.0, 59.0),
        verdict: Verdict::NoDetectableChange,
        ..comparison.change
    };
    let visits = vec![
        photo("2026-01-12", None),
        photo("2026-02-16", Some(by_depth.clone())),
        photo("2026-03-23", Some(none)),
    ];
    Series {
        schema: SERIES.to_string(),
        tool: Tool::default(),
        options: BTreeMap::new(),
        patient: "anna".to_string(),
        view: "front".to_string(),
        scale: None,
        baseline: Some("2026-01-12".to_string()),
        latest: Some(Milestone {
            visit: "2026-02-16".to_string(),
            date: "2026-02-16".to_string(),
            folder: None,
            change: by_depth,
        }),
        visits,
        sessions: vec![],
        trend: Trends::default(),
        best: None,
        plateau: None,
        scars: vec![],
        notes: vec![Warning {
            code: "too-early".to_string(),
            message: "The latest photo was taken on 2026-03-23.".to_string(),
            remedy: "Photograph again after 2026-06-01.".to_string(),
        }],
    }
}
