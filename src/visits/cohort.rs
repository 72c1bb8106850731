//! All patients at a glance, and what they have in common.

use std::collections::BTreeMap;

use super::schema::{CohortRow, Group, Series, SeriesVisit, SkinType, Status, Summary};
use super::trend::{median, quantile};
use crate::report::schema::{Kind, word};

/// A series' row.
#[must_use]
pub fn row(series: &Series, folder: &str) -> CohortRow {
    let count = |status: Status| series.visits.iter().filter(|v| v.status == status).count();
    let read = || series.visits.iter().filter(|v| v.status != Status::Failed);
    let ita = series
        .baseline_visit()
        .and_then(|v| v.quality.as_ref()?.ita_deg);
    CohortRow {
        patient: series.patient.clone(),
        view: series.view.clone(),
        folder: folder.to_string(),
        baseline: series.baseline.clone(),
        first_date: read().next().and_then(SeriesVisit::day).map(str::to_string),
        last_date: read()
            .next_back()
            .and_then(SeriesVisit::day)
            .map(str::to_string),
        photos: series.visits.len(),
        compared: count(Status::Compared),
        not_comparable: count(Status::NotComparable),
        failed: count(Status::Failed),
        sessions: series.sessions.len(),
        scars: series.scars.len(),
        kind: most(series),
        skin_type: ita.map(SkinType::of),
        ita_deg: ita,
        latest: series.latest.clone(),
        best: series.best.clone(),
        trend: series.trend.area_percent.clone(),
        plateau_since: series.plateau.as_ref().map(|p| p.date.clone()),
        notes: series.notes.iter().map(|n| n.code.clone()).collect(),
    }
}

impl SkinType {
    /// By individual typology angle, degrees.
    #[must_use]
    pub fn of(ita_deg: f64) -> Self {
        match ita_deg {
            i if i > 55.0 => Self::VeryLight,
            i if i > 41.0 => Self::Light,
            i if i > 28.0 => Self::Intermediate,
            i if i > 10.0 => Self::Tan,
            i if i > -30.0 => Self::Brown,
            _ => Self::Dark,
        }
    }
}

/// The kind most of a series' scars have; of equals the first by name.
fn most(series: &Series) -> Option<Kind> {
    let mut counts: BTreeMap<String, (usize, Kind)> = BTreeMap::new();
    for kind in series.scars.iter().filter_map(|s| s.kind) {
        counts.entry(word(&kind)).or_insert((0, kind)).0 += 1;
    }
    let mut best: Option<(usize, Kind)> = None;
    for (count, kind) in counts.into_values() {
        if best.is_none_or(|(most, _)| count > most) {
            best = Some((count, kind));
        }
    }
    best.map(|(_, kind)| kind)
}

/// What all rows come to.
#[must_use]
pub fn summary(rows: &[CohortRow]) -> Summary {
    let mut patients: Vec<&str> = rows.iter().map(|r| r.patient.as_str()).collect();
    patients.sort_unstable();
    patients.dedup();
    let sum = |of: fn(&CohortRow) -> usize| rows.iter().map(of).sum();
    let mut by_kind: BTreeMap<String, Vec<&CohortRow>> = BTreeMap::new();
    let mut by_skin: BTreeMap<String, Vec<&CohortRow>> = BTreeMap::new();
    for row in rows.iter().filter(|r| r.latest.is_some()) {
        let kind = row.kind.map_or("unknown".to_string(), |k| word(&k));
        let skin = row.skin_type.map_or("unknown".to_string(), |s| word(&s));
        by_kind.entry(kind).or_default().push(row);
        by_skin.entry(skin).or_default().push(row);
    }
    let groups = |by: BTreeMap<String, Vec<&CohortRow>>| {
        by.into_iter()
            .map(|(name, rows)| (name, group(&rows)))
            .collect()
    };
    Summary {
        patients: patients.len(),
        series: rows.len(),
        photos: sum(|r| r.photos),
        compared: sum(|r| r.compared),
        not_comparable: sum(|r| r.not_comparable),
        failed: sum(|r| r.failed),
        latest: group(
            &rows
                .iter()
                .filter(|r| r.latest.is_some())
                .collect::<Vec<_>>(),
        ),
        by_kind: groups(by_kind),
        by_skin_type: groups(by_skin),
    }
}

fn group(rows: &[&CohortRow]) -> Group {
    let latest = || rows.iter().filter_map(|r| r.latest.as_ref());
    let mut group = Group {
        series: rows.len(),
        ..Group::default()
    };
    for milestone in latest() {
        *group
            .verdicts
            .entry(word(&milestone.verdict()))
            .or_default() += 1;
        if let Some(band) = milestone.band() {
            *group.bands.entry(word(&band)).or_default() += 1;
        }
    }
    let known: Vec<(f64, f64)> = latest()
        .filter_map(|m| {
            Some((
                m.change.area_percent.value?,
                m.change.area_percent.smallest_detectable?,
            ))
        })
        .collect();
    let mut values: Vec<f64> = known.iter().map(|k| k.0).collect();
    let mut smallest: Vec<f64> = known.iter().map(|k| k.1).collect();
    let above = known.iter().filter(|(v, s)| v.abs() > *s).count();
    group.area_percent_median = median(&mut values);
    group.area_percent_quartiles = quantile(&mut values, 0.25)
        .zip(quantile(&mut values, 0.75))
        .map(|(a, b)| [a, b]);
    group.smallest_detectable_median = median(&mut smallest);
    group.above_smallest_detectable =
        (!known.is_empty()).then(|| above as f64 / known.len() as f64);
    group
}
