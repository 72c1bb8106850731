//! The columns of each table, and what stands in them. Changes are in percent of the baseline,
//! negative for less scar; px of the baseline photo.

use super::Kind::{Number, Text, Whole};
use super::{Cell, Column};
use crate::date::Date;
use crate::report::schema::{Change, Interval, LesionVisit, Warning, word};
use crate::visits::schema::{
    CohortRow, Failure, Milestone, ScarVisit, Series, SeriesScar, SeriesVisit,
};

pub(super) const VISITS: [Column; 46] = [
    ("patient", Text),
    ("view", Text),
    ("visit", Text),
    ("date", Text),
    ("date_source", Text),
    ("days", Whole),
    ("months", Number),
    ("sessions_before", Whole),
    ("days_since_session", Whole),
    ("file", Text),
    ("status", Text),
    ("verdict", Text),
    ("band", Text),
    ("area_percent", Number),
    ("area_low", Number),
    ("area_high", Number),
    ("area_smallest_detectable", Number),
    ("contrast_percent", Number),
    ("contrast_low", Number),
    ("contrast_high", Number),
    ("contrast_smallest_detectable", Number),
    ("volume_index_percent", Number),
    ("volume_index_low", Number),
    ("volume_index_high", Number),
    ("volume_index_smallest_detectable", Number),
    ("scars", Whole),
    ("baseline_scars", Whole),
    ("area_px", Number),
    ("baseline_area_px", Number),
    ("area_mm2", Number),
    ("baseline_area_mm2", Number),
    ("contrast", Number),
    ("baseline_contrast", Number),
    ("relief_index", Number),
    ("baseline_relief_index", Number),
    ("measured_fraction", Number),
    ("redness", Number),
    ("pigment", Number),
    ("ita_deg", Number),
    ("sharpness", Number),
    ("width", Whole),
    ("height", Whole),
    ("blake3", Text),
    ("flags", Text),
    ("warnings", Text),
    ("reason", Text),
];

pub(super) fn visit(series: &Series, v: &SeriesVisit) -> Vec<Cell> {
    let change = v.change.as_ref();
    let interval = |of: fn(&Change) -> &Interval| -> [Cell; 4] {
        let i = change.map(of).copied().unwrap_or_default();
        [i.value, i.low, i.high, i.smallest_detectable].map(Cell::from)
    };
    let (after, before) = (v.scars.as_ref(), v.baseline_scars.as_ref());
    let quality = v.quality.as_ref();
    let reasons = change.map(|c| c.reasons.join("; "));
    let mut row: Vec<Cell> = vec![
        (&series.patient).into(),
        (&series.view).into(),
        (&v.visit).into(),
        v.day().into(),
        word(&v.date_source).into(),
        v.days.into(),
        v.months.into(),
        v.sessions_before.into(),
        v.days_since_session.into(),
        (&v.file).into(),
        word(&v.status).into(),
        change.map(|c| word(&c.verdict)).into(),
        change.and_then(|c| c.band).map(|b| word(&b)).into(),
    ];
    row.extend(interval(|c| &c.area_percent));
    row.extend(interval(|c| &c.contrast_percent));
    row.extend(interval(|c| &c.volume_index_percent));
    row.extend([
        after.and_then(|s| s.count).into(),
        before.and_then(|s| s.count).into(),
        after.and_then(|s| s.area_px).into(),
        before.and_then(|s| s.area_px).into(),
        after.and_then(|s| s.area_mm2).into(),
        before.and_then(|s| s.area_mm2).into(),
        after.and_then(|s| s.contrast).into(),
        before.and_then(|s| s.contrast).into(),
        after.and_then(|s| s.relief_index).into(),
        before.and_then(|s| s.relief_index).into(),
        v.measured_fraction.into(),
        v.redness.into(),
        v.pigment.into(),
        quality.and_then(|q| q.ita_deg).into(),
        quality.and_then(|q| q.sharpness).into(),
        v.width.into(),
        v.height.into(),
        v.blake3.as_ref().into(),
        codes(&v.flags).into(),
        codes(&v.warnings).into(),
        v.failure.clone().or(reasons).into(),
    ]);
    row
}

/// The short names of warnings, with a space between.
fn codes(warnings: &[Warning]) -> String {
    let codes: Vec<&str> = warnings.iter().map(|w| w.code.as_str()).collect();
    codes.join(" ")
}

/// A photo that found no place, among the visits.
pub(super) fn failure(f: &Failure) -> Vec<Cell> {
    VISITS
        .iter()
        .map(|(name, _)| match *name {
            "patient" => f.patient.as_ref().into(),
            "view" => f.view.as_ref().into(),
            "visit" => f.visit.as_ref().into(),
            "file" => (&f.file).into(),
            "status" => "failed".into(),
            "reason" => (&f.reason).into(),
            _ => Cell::Empty,
        })
        .collect()
}

pub(super) const SCARS: [Column; 26] = [
    ("patient", Text),
    ("view", Text),
    ("scar", Whole),
    ("kind", Text),
    ("kind_confidence", Number),
    ("x", Number),
    ("y", Number),
    ("visit", Text),
    ("date", Text),
    ("state", Text),
    ("joined", Whole),
    ("lesion", Whole),
    ("before_area_px", Number),
    ("after_area_px", Number),
    ("before_area_mm2", Number),
    ("after_area_mm2", Number),
    ("before_contrast", Number),
    ("after_contrast", Number),
    ("before_relief_index", Number),
    ("after_relief_index", Number),
    ("before_width_mm", Number),
    ("after_width_mm", Number),
    ("area_percent", Number),
    ("contrast_percent", Number),
    ("relief_index_percent", Number),
    ("volume_percent", Number),
];

pub(super) fn scar(series: &Series, scar: &SeriesScar, v: &ScarVisit) -> Vec<Cell> {
    let of_visit = series.visits.iter().find(|s| s.visit == v.visit);
    let visit_date = of_visit.and_then(SeriesVisit::day);
    let both = |of: fn(&LesionVisit) -> Option<f64>| [of(&v.before).into(), of(&v.after).into()];
    let mut row: Vec<Cell> = vec![
        (&series.patient).into(),
        (&series.view).into(),
        scar.id.into(),
        scar.kind.map(|k| word(&k)).into(),
        scar.kind_confidence.into(),
        scar.x.into(),
        scar.y.into(),
        (&v.visit).into(),
        visit_date.into(),
        v.state.map(|s| word(&s)).into(),
        v.joined.into(),
        v.lesion.into(),
        v.before_area_px.into(),
        v.after_area_px.into(),
    ];
    row.extend(both(|l| l.area_mm2));
    row.extend(both(|l| l.contrast));
    row.extend(both(|l| l.relief_index));
    row.extend(both(|l| l.width_mm));
    row.extend([
        v.change.area_percent.into(),
        v.change.contrast_percent.into(),
        v.change.relief_index_percent.into(),
        v.volume_percent.into(),
    ]);
    row
}

/// Its day; without one it holds the visit's name in its place.
fn day(milestone: Option<&Milestone>) -> Option<&String> {
    milestone
        .map(|m| &m.date)
        .filter(|date| Date::parse(date).is_some())
}

pub(super) const COHORT: [Column; 35] = [
    ("patient", Text),
    ("view", Text),
    ("folder", Text),
    ("baseline", Text),
    ("first_date", Text),
    ("last_date", Text),
    ("photos", Whole),
    ("compared", Whole),
    ("not_comparable", Whole),
    ("failed", Whole),
    ("sessions", Whole),
    ("scars", Whole),
    ("kind", Text),
    ("skin_type", Text),
    ("ita_deg", Number),
    ("latest_visit", Text),
    ("latest_date", Text),
    ("latest_verdict", Text),
    ("latest_band", Text),
    ("latest_area_percent", Number),
    ("latest_area_low", Number),
    ("latest_area_high", Number),
    ("latest_area_smallest_detectable", Number),
    ("latest_volume_index_percent", Number),
    ("best_visit", Text),
    ("best_date", Text),
    ("best_band", Text),
    ("best_area_percent", Number),
    ("trend_visits", Whole),
    ("area_percent_per_month", Number),
    ("area_percent_per_month_low", Number),
    ("area_percent_per_month_high", Number),
    ("area_percent_per_session", Number),
    ("plateau_since", Text),
    ("notes", Text),
];

pub(super) fn cohort(r: &CohortRow) -> Vec<Cell> {
    let (latest, best, trend) = (r.latest.as_ref(), r.best.as_ref(), r.trend.as_ref());
    let area = |m: Option<&Milestone>| m.map(|m| m.change.area_percent).unwrap_or_default();
    let band = |m: Option<&Milestone>| m.and_then(Milestone::band).map(|b| word(&b)).into();
    vec![
        (&r.patient).into(),
        (&r.view).into(),
        (&r.folder).into(),
        r.baseline.as_ref().into(),
        r.first_date.as_ref().into(),
        r.last_date.as_ref().into(),
        r.photos.into(),
        r.compared.into(),
        r.not_comparable.into(),
        r.failed.into(),
        r.sessions.into(),
        r.scars.into(),
        r.kind.map(|k| word(&k)).into(),
        r.skin_type.map(|s| word(&s)).into(),
        r.ita_deg.into(),
        latest.map(|m| &m.visit).into(),
        day(latest).into(),
        latest.map(|m| word(&m.verdict())).into(),
        band(latest),
        area(latest).value.into(),
        area(latest).low.into(),
        area(latest).high.into(),
        area(latest).smallest_detectable.into(),
        latest
            .and_then(|m| m.change.volume_index_percent.value)
            .into(),
        best.map(|m| &m.visit).into(),
        day(best).into(),
        band(best),
        area(best).value.into(),
        trend.map(|t| t.visits).into(),
        trend.map(|t| t.per_month.value).into(),
        trend.map(|t| t.per_month.low).into(),
        trend.map(|t| t.per_month.high).into(),
        trend.and_then(|t| t.per_session).map(|s| s.value).into(),
        r.plateau_since.as_ref().into(),
        r.notes.join(" ").into(),
    ]
}
