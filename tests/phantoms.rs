//! The whole path on a few small phantoms of known truth: what must hold on every machine, every
//! day. How good it is altogether says `scardepth accuracy`.

use std::sync::OnceLock;

use scardepth::accuracy::{Assessed, assess};
use scardepth::check;
use scardepth::decode::Photo;
use scardepth::phantom::{Family, Rig, SkinType, Spec, render_pair};
use scardepth::pipeline::{self, Scale};
use scardepth::report::schema::Verdict;
use scardepth::units::PixelsPerMm;

/// Small photos: half the table's scale, 56 x 42 mm of skin. Seeds are the tests' own.
fn spec(family: Family, rig: Rig, skin_type: SkinType, seed: u64) -> Spec {
    Spec {
        family,
        rig,
        skin_type,
        seed,
        px_per_mm: 8.0,
        width: 448,
        height: 336,
        strength: (family == Family::Improved).then_some(0.7),
        ..Spec::default()
    }
}

/// All pairs, drawn and compared once for all tests.
fn pairs() -> &'static [Assessed] {
    static PAIRS: OnceLock<Vec<Assessed>> = OnceLock::new();
    PAIRS.get_or_init(|| {
        [
            spec(Family::Improved, Rig::Clinic, SkinType::II, 600_001),
            spec(Family::Improved, Rig::Clinic, SkinType::V, 600_002),
            spec(Family::Rephotographed, Rig::Clinic, SkinType::III, 600_003),
            spec(Family::Rephotographed, Rig::Phone, SkinType::IV, 600_004),
            spec(Family::Recoloured, Rig::Clinic, SkinType::I, 600_005),
            spec(Family::Healthy, Rig::Clinic, SkinType::VI, 600_006),
        ]
        .iter()
        .map(|spec| {
            let pair = assess(spec, &pipeline::Options::default()).unwrap();
            eprintln!("{}", scardepth::accuracy::table::line(&pair));
            pair
        })
        .collect()
    })
}

fn of(family: Family) -> impl Iterator<Item = &'static Assessed> {
    pairs().iter().filter(move |p| p.spec.family == family)
}

#[test]
fn photos_of_the_same_skin_are_laid_onto_each_other() {
    /// px at 8 px/mm, 0.04 mm: a twentieth of the narrowest scar.
    const MEDIAN_PX: f64 = 0.3;
    for pair in pairs() {
        let name = &pair.name;
        assert!(!pair.refused(), "{name}: {:?}", pair.warnings);
        let misfit = pair.registration.expect("measured nodes");
        assert!(misfit.median_px <= MEDIAN_PX, "{name}: {misfit:?}");
        assert!(
            pair.measured_share >= Some(0.5),
            "{name}: {:?}",
            pair.measured_share
        );
    }
}

#[test]
fn a_strong_improvement_is_no_worsening() {
    for pair in of(Family::Improved) {
        assert!(pair.area_percent.truth < Some(-30.0), "{}", pair.name);
        assert_eq!(pair.direction_right, Some(true), "{}", pair.name);
    }
}

#[test]
fn another_photo_of_the_same_skin_is_no_change() {
    for pair in of(Family::Rephotographed).chain(of(Family::Recoloured)) {
        assert_eq!(pair.verdict, Verdict::NoDetectableChange, "{}", pair.name);
    }
}

#[test]
fn another_lamp_is_no_change() {
    let photo = |rig: Rig, visit: usize, seed: u64| {
        let spec = spec(Family::Rephotographed, rig, SkinType::III, seed);
        let pair = render_pair(&spec).unwrap();
        let shot = [&pair.before, &pair.after][visit];
        (
            Photo::from_rgb8("phantom", shot.rgb.clone()),
            pair.truth.px_per_mm,
        )
    };
    let mut told = 0;
    for seed in 600_021..600_024 {
        for [before, after] in [[Rig::Clinic, Rig::Flash], [Rig::Flash, Rig::Clinic]] {
            let (before, px_per_mm) = photo(before, 0, seed);
            let (after, _) = photo(after, 1, seed);
            let options = pipeline::Options {
                scale: PixelsPerMm::new(px_per_mm).map(Scale::PerMm),
                ..pipeline::Options::default()
            };
            let found = pipeline::compare(&before, &after, &options).comparison;
            let verdict = found.change.verdict;
            assert!(
                [Verdict::NoDetectableChange, Verdict::NotComparable].contains(&verdict),
                "{seed}: {verdict:?}"
            );
            let says = |code: &str| code == "lamp-differs";
            let compared = found.warnings.iter().any(|w| says(&w.code));
            told += usize::from(compared);
            // While the patient is still there the same is said.
            let own = check::photo(&after, options.scale, &options);
            let checked = check::against(&before, &after, &own, options.scale, &options);
            let advised = checked.advice.iter().any(|a| says(&a.warning.code));
            assert_eq!(advised, compared, "{seed}: {:?}", checked.advice);
        }
    }
    assert!(told >= 4, "{told} of 6 told");
}

#[test]
fn scars_are_found_where_they_are() {
    /// Ten times what marks strewn anywhere over as much skin (4 %) would have.
    const MEAN_DICE: f64 = 0.4;
    let scarred: Vec<_> = (pairs().iter())
        .filter(|p| p.spec.rig == Rig::Clinic && p.before.scars > 0)
        .collect();
    let dice: f64 = (scarred.iter())
        .map(|p| p.before.dice.expect("scars have a Dice"))
        .sum();
    let mean = dice / scarred.len() as f64;
    assert!(mean >= MEAN_DICE, "mean Dice {mean}");
    let found: usize = scarred.iter().map(|p| p.before.found).sum();
    let scars: usize = scarred.iter().map(|p| p.before.scars).sum();
    assert!(2 * found > scars, "{found} of {scars} scars found");
}

#[test]
fn healthy_skin_has_next_to_no_scars() {
    for pair in of(Family::Healthy) {
        for marks in pair.photos() {
            assert!(marks.false_share <= Some(0.02), "{}: {marks:?}", pair.name);
        }
        let change = [Verdict::Improved, Verdict::Worse].contains(&pair.verdict);
        assert!(!change, "{}: {:?}", pair.name, pair.verdict);
    }
}

#[test]
fn a_verdict_on_a_guess_stands_only_if_other_guesses_say_the_same() {
    let spec = spec(Family::Improved, Rig::Clinic, SkinType::II, 600_001);
    let pair = render_pair(&spec).unwrap();
    let photo = |shot: &scardepth::phantom::Shot| Photo::from_rgb8("phantom", shot.rgb.clone());
    let (before, after) = (photo(&pair.before), photo(&pair.after));
    let compared = |scale| {
        let options = pipeline::Options {
            scale: Some(scale),
            ..pipeline::Options::default()
        };
        pipeline::compare(&before, &after, &options).comparison
    };
    let decides = |comparison: &scardepth::report::schema::Comparison| {
        let mut warnings = comparison.warnings.iter();
        warnings.any(|w| w.code == "scale-decides")
    };
    // The photo is 56 mm wide.
    let right = compared(Scale::FieldMm(56.0));
    assert_eq!(right.change.verdict, Verdict::Improved);
    assert!(!decides(&right));
    // Over four times too wide, and a third more could not be measured at all.
    const FAR_MM: f64 = 237.0;
    let px_per_mm = PixelsPerMm::new(f64::from(spec.width) / FAR_MM).unwrap();
    let given = compared(Scale::PerMm(px_per_mm));
    assert_eq!(given.change.verdict, Verdict::Improved);
    let guessed = compared(Scale::FieldMm(FAR_MM));
    assert_eq!(guessed.change.verdict, Verdict::NoDetectableChange);
    assert!(decides(&guessed));
    assert!(guessed.change.reasons[0].contains("316 mm, the photos could not be compared"));
    assert_eq!(guessed.change.area_percent, given.change.area_percent);
}
