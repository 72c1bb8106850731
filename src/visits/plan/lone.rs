//! What found no partner: photos that were each named as another view, sessions of a patient without photos.

use std::collections::BTreeMap;

use super::{PlannedSeries, PlannedSession, remark};
use crate::report::words::counted;
use crate::visits::manifest;
use crate::visits::schema::PassedOver;

/// What is said of each patient with photos of several visits of which no two are of one view.
pub(super) fn photos(series: &[PlannedSeries]) -> Vec<PassedOver> {
    let patients = series.chunk_by(|a, b| a.patient == b.patient);
    patients.filter_map(of_patient).collect()
}

/// What is said of sessions whose patient has no photo.
pub(super) fn sessions(
    sessions: &BTreeMap<String, Vec<PlannedSession>>,
    series: &[PlannedSeries],
) -> Vec<PassedOver> {
    let unknown = |patient: &str| series.iter().all(|s| s.patient != patient);
    (sessions.iter().filter(|(patient, _)| unknown(patient)))
        .map(|(patient, sessions)| {
            let text = format!(
                "{} sessions of \u{201c}{patient}\u{201d} belong to no photo; look how the name is \
                 written.",
                sessions.len()
            );
            remark(manifest::NAME, &text)
        })
        .collect()
}

fn of_patient(views: &[PlannedSeries]) -> Option<PassedOver> {
    let photos: Vec<_> = views.iter().flat_map(|v| &v.photos).collect();
    let lone = views.len() > 1 && views.iter().all(|v| v.photos.len() == 1);
    let visits = || photos.windows(2).any(|p| p[0].visit != p[1].visit);
    if !lone || !visits() {
        return None;
    }
    let names: Vec<String> = views
        .iter()
        .map(|v| format!("\u{201c}{}\u{201d}", v.view))
        .collect();
    let text = format!(
        "the {} of \u{201c}{}\u{201d} are of different visits, and each is named as another view ({}), so none \
         is compared; name the same view alike, or list the photos in {}",
        counted(photos.len(), "photo"),
        views[0].patient,
        names.join(", "),
        manifest::NAME
    );
    Some(remark(&photos.first()?.file, &text))
}

#[cfg(test)]
mod tests {
    use super::super::tests::Root;

    #[test]
    fn photos_that_found_no_partner_are_told() {
        let root = Root::new(&[
            "anna/2026-01-10_front.jpg",
            "anna/2026-03-10_face.jpg",
            "bert/2026-01-10_front.jpg",
            "bert/2026-03-10_front.jpg",
            "carl/2026-01-10_front.jpg",
            "carl/2026-01-10_left.jpg",
            "dora/2026-01-10_front.jpg",
        ]);
        let plan = root.plan();
        let told: Vec<&str> = plan.remarks.iter().map(|r| r.reason.as_str()).collect();
        assert_eq!(
            told,
            [
                "the 2 photos of \u{201c}anna\u{201d} are of different visits, and each is named as another view \
              (\u{201c}face\u{201d}, \u{201c}front\u{201d}), so none is compared; name the same view alike, or \
              list the photos in manifest.csv"
            ]
        );
    }
}
