use super::*;
use crate::report::schema::{Change, RegistrationMethod, Warning};
use crate::visits::schema::DateSource;

fn photo(date: &str) -> PlannedPhoto {
    PlannedPhoto {
        path: date.into(),
        file: format!("{date}_front.jpg"),
        visit: date.to_string(),
        folder: date.to_string(),
        date: Date::parse(date),
        date_source: DateSource::Name,
        order: None,
        time: None,
        px_per_mm: None,
        roi: None,
        points: None,
        flags: Vec::new(),
    }
}

fn seen() -> pair::Visit {
    pair::Visit {
        file: "x.jpg".into(),
        blake3: String::new(),
        taken: None,
        width: 100,
        height: 80,
        quality: pair::Quality::default(),
        scars: pair::Scars::default(),
        redness: None,
        pigment: None,
    }
}

/// A comparison whose area changed by `value` percent, with a doubt of ± `doubt`.
fn compared(value: f64, doubt: f64) -> Outcome {
    let interval = Interval {
        value: Some(value),
        low: Some(value - doubt),
        high: Some(value + doubt),
        smallest_detectable: Some(doubt),
    };
    Outcome::Compared(Box::new(Comparison {
        schema: pair::SCHEMA.into(),
        tool: pair::Tool::default(),
        options: std::collections::BTreeMap::default(),
        scale: pair::Scale {
            px_per_mm: None,
            source: pair::ScaleSource::Assumed,
        },
        before: seen(),
        after: seen(),
        registration: pair::Registration {
            method: RegistrationMethod::Dense,
            overlap: None,
            confident_fraction: Some(0.9),
            residual_px: None,
            grid: None,
        },
        change: Change {
            area_percent: interval,
            contrast_percent: interval,
            volume_index_percent: interval,
            verdict: Verdict::Improved,
            band: None,
            reasons: Vec::new(),
        },
        lesions: Vec::new(),
        warnings: Vec::new(),
        timings_ms: std::collections::BTreeMap::default(),
    }))
}

fn baseline() -> Outcome {
    Outcome::Baseline(Box::new(seen()))
}

/// A course of photos and treatments on these dates.
fn course(photos: &[(&str, Outcome)], sessions: &[&str]) -> Series {
    let planned = PlannedSeries {
        patient: "anna".into(),
        view: "front".into(),
        folder: "patients/anna/front".into(),
        photos: photos.iter().map(|(date, _)| photo(date)).collect(),
        sessions: sessions
            .iter()
            .map(|date| PlannedSession {
                date: Date::parse(date).unwrap(),
                treatment: "needling".into(),
            })
            .collect(),
    };
    let outcomes: Vec<Outcome> = photos.iter().map(|(_, o)| o.clone()).collect();
    assemble(&planned, &outcomes, Vec::new())
}

fn codes(warnings: &[Warning]) -> Vec<&str> {
    warnings.iter().map(|w| w.code.as_str()).collect()
}

#[test]
fn a_course_with_treatments() {
    let series = course(
        &[
            ("2026-01-01", baseline()),
            ("2026-02-05", compared(-10.0, 3.0)),
            ("2026-02-10", compared(-60.0, 3.0)),
            ("2026-03-10", compared(-20.0, 3.0)),
            ("2026-04-14", compared(-30.0, 3.0)),
        ],
        &["2026-01-01", "2026-02-05", "2026-02-20", "2026-04-20"],
    );
    let visits = &series.visits;
    let before: Vec<_> = visits.iter().filter_map(|v| v.sessions_before).collect();
    assert_eq!(before, [0, 1, 2, 3, 3]);
    assert_eq!(
        codes(&visits[2].flags),
        ["swollen"],
        "five days after a session"
    );
    assert_eq!(codes(&visits[0].flags), ["session-day"]);
    assert_eq!(visits[1].days, Some(35));
    // The swollen visit looks best and is not trusted.
    assert_eq!(series.best.as_ref().unwrap().visit, "2026-04-14");
    assert_eq!(series.latest.as_ref().unwrap().visit, "2026-04-14");
    let trend = series.trend.area_percent.as_ref().unwrap();
    assert_eq!(trend.visits, 4);
    assert!((trend.per_month.value + 8.7).abs() < 0.3, "{trend:?}");
    assert!(trend.per_month.high < 0.0 && trend.per_month.low < trend.per_month.value);
    let per_session = trend.per_session.unwrap();
    assert!(per_session.value < -5.0, "{per_session:?}");
    assert_eq!(
        codes(&series.notes),
        ["sessions-close", "sessions-far", "too-early"]
    );
    assert_eq!(series.sessions[1].weeks_since_previous, Some(5.0));
    assert_eq!(series.plateau, None);
}

#[test]
fn a_plateau_is_three_visits_that_cannot_be_told_apart_and_could_not_hide_much() {
    let visits = |doubt: f64| {
        course(
            &[
                ("2026-01-01", baseline()),
                ("2026-02-05", compared(-40.0, doubt)),
                ("2026-03-10", compared(-41.0, doubt)),
                ("2026-04-14", compared(-39.0, doubt)),
            ],
            &["2025-03-01"],
        )
    };
    let series = visits(5.0);
    let plateau = series.plateau.clone().unwrap();
    assert_eq!((plateau.since.as_str(), plateau.visits), ("2026-02-05", 3));
    assert!((plateau.could_hide_percent - 50f64.sqrt()).abs() < 1e-9);
    assert!(codes(&series.notes).contains(&"maintenance-due"));
    assert_eq!(visits(30.0).plateau, None);
}

#[test]
fn bad_photos_cost_themselves_only() {
    let failed = Outcome::Failed {
        reason: "cut off".into(),
        blake3: None,
    };
    let series = course(
        &[
            ("2026-01-01", failed.clone()),
            ("2026-02-05", baseline()),
            ("2026-03-10", failed.clone()),
            ("2026-04-14", compared(-30.0, 3.0)),
        ],
        &[],
    );
    assert_eq!(series.baseline.as_deref(), Some("2026-02-05"));
    assert_eq!(codes(&series.notes), ["baseline-later"]);
    assert_eq!(series.visits[0].days, Some(-35));
    assert_eq!(series.trend, Trends::default(), "two points are no trend");
    assert_eq!(series.latest.as_ref().unwrap().visit, "2026-04-14");
    let none = course(&[("2026-01-01", failed.clone())], &[]);
    assert_eq!(
        (none.baseline.clone(), codes(&none.notes)),
        (None, vec!["no-baseline"])
    );
    let lost = course(
        &[
            ("2026-01-01", baseline()),
            ("2026-02-05", compared(-30.0, 3.0)),
            ("2026-03-10", failed.clone()),
        ],
        &[],
    );
    assert_eq!(codes(&lost.notes), ["newest-lost"]);
    let told = &lost.notes[0].message;
    assert!(told.contains("2026-03-10, could not be opened"), "{told}");
    assert!(told.ends_with("ends with that of 2026-02-05."), "{told}");
    let alone = course(&[("2026-01-01", baseline())], &[]);
    assert_eq!(codes(&alone.notes), ["one-visit"]);
}
