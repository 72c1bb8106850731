//! Persons that follow laws of their own.

use super::small;
use crate::phantom::dice::Dice;
use crate::phantom::law::{Fall, Law};
use crate::phantom::scars::{Kind, Response, Scar};
use crate::phantom::{Family, Spec, render_pair};
use crate::raster::count;

#[test]
fn free_persons_differ_and_their_masks_still_follow_the_depth() {
    let free = |seed, family| Spec {
        seed,
        free: true,
        px_per_mm: 12.0,
        width: 480,
        height: 360,
        ..small(family)
    };
    for seed in [5, 6, 7] {
        let none = render_pair(&free(seed, Family::Healthy)).unwrap();
        assert_eq!(count(&none.truth.visits[0].scars), 0, "seed {seed}");
        let pair = render_pair(&free(seed, Family::Improved)).unwrap();
        let usual = render_pair(&Spec {
            free: false,
            ..free(seed, Family::Improved)
        });
        assert_ne!(pair.before.file, usual.unwrap().before.file, "seed {seed}");
        for visit in &pair.truth.visits {
            for (&inside, &depth) in visit.scars.iter().zip(&visit.depth) {
                assert!(!inside || depth > 0.01, "a mask pixel only {depth} mm deep");
                assert!(inside || depth < 0.2, "{depth} mm deep outside the mask");
            }
        }
    }
}

#[test]
fn every_fall_ends_at_the_outline() {
    for fall in [
        Fall::Bell(1.6),
        Fall::Bell(9.0),
        Fall::Cone(0.5),
        Fall::Cone(2.0),
    ] {
        let mut scar = Scar::draw(1, Kind::Boxcar, [0.0; 2], &mut Dice::new(3, "fall", 0));
        scar.outline = [(0.0, 0.0); 4];
        scar.law = Law {
            fall,
            ragged: 0.0,
            uneven: 0.0,
            ..Law::default()
        };
        scar.half_length = scar.half_width;
        let (area, volume) = scar.area_and_volume();
        let nominal = std::f64::consts::PI * scar.half_width.powi(2);
        // A slim cone is under the footprint's share from three fifths of the way on.
        assert!(
            area > 0.4 * nominal && area < 1.25 * nominal,
            "{fall:?}: {area} of {nominal} mm²"
        );
        assert!(volume > 0.1 * area * scar.depth && volume < area * scar.depth);
        assert!(scar.dent(0.0, 0.0) > 0.999 * scar.depth);
    }
}

#[test]
fn scars_get_narrower_by_as_much_as_their_person_heals_so() {
    let scar = Scar::draw(1, Kind::Boxcar, [0.0; 2], &mut Dice::new(4, "heal", 0));
    let width = |narrowing| {
        let response = Response {
            gain: 1.0,
            heals_at: None,
            narrowing,
        };
        let healed = scar.treated(0.5, &response);
        assert!((healed.depth - 0.5 * scar.depth).abs() < 1e-12);
        healed.half_width / scar.half_width
    };
    for (narrowing, left) in [(0.0, 1.0), (0.35, 0.825), (1.0, 0.5)] {
        assert!((width(narrowing) - left).abs() < 1e-12);
    }
}
