//! Single scars held against the true ones: their kinds and their volumes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::phantom::scars::Kind;
use crate::phantom::truth::ScarTruth;
use crate::raster::Mask;
use crate::report::schema::{self, Lesion};

/// True scars for which a lesion was reported, and how many of those have the right kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Kinds {
    pub matched: usize,
    pub right: usize,
}

/// Each scar that is there in the first photo, its middle on a measured pixel, with the nearest
/// reported lesion, if that is within the scar's own width.
pub fn matched<'a>(
    lesions: &'a [Lesion],
    scars: &'a [ScarTruth],
    measured: &Mask,
    px_per_mm: f64,
) -> Vec<(&'a ScarTruth, &'a Lesion)> {
    let lesion = |scar: &ScarTruth| {
        let width_mm = scar.visits.first().map_or(0.0, |v| v.width_mm);
        if width_mm <= 0.0 || !shows(measured, scar.x, scar.y) {
            return None;
        }
        let away = |l: &Lesion| (l.x - scar.x).hypot(l.y - scar.y);
        (lesions.iter())
            .min_by(|a, b| away(a).total_cmp(&away(b)).then(a.id.cmp(&b.id)))
            .filter(|l| away(l) <= width_mm * px_per_mm)
    };
    let pairs = scars.iter().map(|scar| Some((scar, lesion(scar)?)));
    pairs.flatten().collect()
}

/// How many kinds are right.
#[must_use]
pub fn agree(matched: &[(&ScarTruth, &Lesion)]) -> Kinds {
    let right = |(scar, lesion): &&(&ScarTruth, &Lesion)| lesion.kind == Some(called(scar.kind));
    Kinds {
        matched: matched.len(),
        right: matched.iter().filter(right).count(),
    }
}

/// True volume (mm³) and volume index of each lesion that stands for true scars, at both visits; of
/// several scars that ran together, their sum.
#[must_use]
pub fn volumes(matched: &[(&ScarTruth, &Lesion)]) -> Vec<[f64; 2]> {
    let mut of_lesions: BTreeMap<u32, ([f64; 2], &Lesion)> = BTreeMap::new();
    for (scar, lesion) in matched {
        let (truth, _) = (of_lesions.entry(lesion.id)).or_insert(([0.0; 2], lesion));
        for (sum, at) in truth.iter_mut().zip(&scar.visits) {
            *sum += at.volume_mm3;
        }
    }
    let mut volumes = Vec::new();
    for (truth, lesion) in of_lesions.values() {
        for (truth, visit) in truth.iter().zip([&lesion.before, &lesion.after]) {
            let index = visit.area_mm2.zip(visit.relief_index);
            volumes.push([*truth, index.map_or(0.0, |(area, depth)| area * depth)]);
        }
    }
    volumes
}

/// What a true kind is called in the result; a stretch mark is a linear scar.
fn called(kind: Kind) -> schema::Kind {
    match kind {
        Kind::IcePick => schema::Kind::IcePick,
        Kind::Boxcar => schema::Kind::Boxcar,
        Kind::Rolling => schema::Kind::Rolling,
        Kind::Linear | Kind::Stria => schema::Kind::Linear,
    }
}

fn shows(measured: &Mask, x: f64, y: f64) -> bool {
    let (x, y) = (x.round(), y.round());
    x >= 0.0
        && y >= 0.0
        && measured
            .get((y as usize, x as usize))
            .is_some_and(|&shown| shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::truth::ScarAt;
    use crate::report::schema::{LesionChange, LesionVisit, State};

    fn scar(id: usize, kind: Kind, x: f64, y: f64, width_mm: f64) -> ScarTruth {
        let at = ScarAt {
            width_mm,
            depth_mm: 0.3,
            area_mm2: width_mm * width_mm,
            volume_mm3: 0.1,
        };
        ScarTruth {
            id,
            kind,
            x,
            y,
            visits: vec![at; 2],
        }
    }

    fn lesion(id: u32, kind: schema::Kind, x: f64, y: f64) -> Lesion {
        Lesion {
            id,
            kind: Some(kind),
            kind_confidence: None,
            x,
            y,
            state: State::Unchanged,
            before: LesionVisit::default(),
            after: LesionVisit::default(),
            change: LesionChange::default(),
        }
    }

    #[test]
    fn the_nearest_lesion_within_the_scars_width_speaks() {
        let measured = Mask::from_elem((100, 100), true);
        let scars = [
            scar(0, Kind::IcePick, 20.0, 20.0, 1.0),
            scar(1, Kind::Stria, 60.0, 60.0, 2.0),
            scar(2, Kind::Rolling, 90.0, 20.0, 1.0), // no lesion near
            scar(3, Kind::Boxcar, 20.0, 90.0, 0.0),  // not there yet
        ];
        let lesions = [
            lesion(1, schema::Kind::Boxcar, 28.0, 20.0),
            lesion(2, schema::Kind::IcePick, 22.0, 21.0),
            lesion(3, schema::Kind::Linear, 61.0, 75.0),
            lesion(4, schema::Kind::Boxcar, 20.0, 90.0),
        ];
        let found = matched(&lesions, &scars, &measured, 10.0);
        let kinds = agree(&found);
        assert_eq!(
            kinds,
            Kinds {
                matched: 2,
                right: 2
            }
        );
        let none = Mask::from_elem((100, 100), false);
        assert!(matched(&lesions, &scars, &none, 10.0).is_empty());
        assert!(matched(&[], &scars, &measured, 10.0).is_empty());
    }

    #[test]
    fn a_lesion_holds_what_its_scars_hold_together() {
        let scars = [
            scar(0, Kind::Boxcar, 20.0, 20.0, 2.0),
            scar(1, Kind::Boxcar, 30.0, 20.0, 2.0),
            scar(2, Kind::Rolling, 80.0, 80.0, 2.0),
        ];
        let mut lesions = [
            lesion(1, schema::Kind::Boxcar, 25.0, 20.0),
            lesion(2, schema::Kind::Rolling, 80.0, 80.0),
        ];
        lesions[0].before = LesionVisit {
            area_mm2: Some(3.0),
            relief_index: Some(2.0),
            ..LesionVisit::default()
        };
        let measured = Mask::from_elem((100, 100), true);
        let volumes = volumes(&matched(&lesions, &scars, &measured, 10.0));
        // Before and after of the first, which stands for two; the second was measured nowhere.
        assert_eq!(volumes, [[0.2, 6.0], [0.2, 0.0], [0.1, 0.0], [0.1, 0.0]]);
    }
}
