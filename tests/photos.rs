//! The whole path on real photographs, held against what must be so whatever they show.
//!
//! The photographs are not part of this repository; where they are missing, each test says so and
//! passes.

use std::path::{Path, PathBuf};

use image::RgbImage;
use image::imageops::flip_horizontal;
use scardepth::decode::{self, Photo, decode};
use scardepth::pipeline::{Options, Scale, compare};
use scardepth::report::schema::{Comparison, Verdict};

/// Where the photographs lie; `None`, and said, if they are not here.
fn photographs() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/photos");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no photographs in ../shared/photos");
    None
}

fn open(path: &Path) -> Photo {
    decode(path, &decode::Options::default()).unwrap_or_else(|e| panic!("{e}"))
}

/// As `scardepth compare` without a scale.
fn compared(before: &Photo, after: &Photo) -> Comparison {
    compare(before, after, &Options::default()).comparison
}

/// Refused, with a reason and a remedy for each, and without a number that could be taken for one.
fn assert_refused(comparison: &Comparison, pair: &str) {
    let change = &comparison.change;
    assert_eq!(change.verdict, Verdict::NotComparable, "{pair}: {change:?}");
    assert!(!change.reasons.is_empty(), "{pair}");
    for reason in &change.reasons {
        let warning = comparison.warnings.iter().find(|w| w.message == *reason);
        assert!(warning.is_some_and(|w| !w.remedy.is_empty()), "{reason}");
    }
    let intervals = [
        &change.area_percent,
        &change.contrast_percent,
        &change.volume_index_percent,
    ];
    assert!(intervals.iter().all(|i| i.value.is_none()), "{pair}");
    assert!(comparison.lesions.is_empty(), "{pair}");
}

/// What stands before `before` in the names of the files that end with it, in order.
fn pairs(folder: &Path, before: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(before)?.to_string()))
        .collect();
    names.sort();
    names
}

/// Every recoloured pair with its name, compared.
fn recoloured() -> Vec<(String, Comparison)> {
    let Some(folder) = photographs().map(|p| p.join("recoloured")) else {
        return Vec::new();
    };
    let names = pairs(&folder, "-before.jpg");
    assert!(!names.is_empty());
    let photo = |name: &str, which: &str| open(&folder.join(format!("{name}-{which}.jpg")));
    let pair = |name: String| {
        let comparison = compared(&photo(&name, "before"), &photo(&name, "after"));
        (name, comparison)
    };
    names.into_iter().map(pair).collect()
}

#[test]
fn a_recoloured_copy_is_neither_improved_nor_worse() {
    for (name, comparison) in recoloured() {
        if comparison.change.verdict == Verdict::NotComparable {
            assert_refused(&comparison, &name);
        } else {
            let verdict = comparison.change.verdict;
            assert_eq!(verdict, Verdict::NoDetectableChange, "{name}");
        }
    }
}

/// What is asked for; the test above is what holds.
#[test]
fn a_recoloured_copy_has_changed_by_exactly_nothing() {
    for (name, Comparison { change, .. }) in recoloured() {
        // Without scars, or refused, there is no percentage.
        let moved = |value: Option<f64>| value.is_some_and(|v| v != 0.0);
        assert!(!moved(change.area_percent.value), "{name}: {change:?}");
        assert!(!moved(change.contrast_percent.value), "{name}");
        assert!(!moved(change.volume_index_percent.value), "{name}");
    }
}

#[test]
fn a_photo_of_a_screen_is_refused() {
    let Some(folder) = photographs().map(|p| p.join("clinic_pairs")) else {
        return;
    };
    let photo = |which: &str| open(&folder.join(format!("50_laser_icepick_{which}.png")));
    assert_refused(&compared(&photo("before"), &photo("after")), "50");
}

fn clinic(name: &str) -> Option<Photo> {
    let folder = photographs()?.join("clinic_pairs");
    Some(open(&folder.join(name)))
}

#[test]
fn a_mirrored_photo_is_refused() {
    let Some(photo) = clinic("16_tinning-man_before.png") else {
        return;
    };
    let mirrored: RgbImage = flip_horizontal(&photo.display());
    let mirrored = Photo::from_rgb8("mirrored", mirrored);
    assert_refused(&compared(&photo, &mirrored), "mirrored");
}

#[test]
fn another_persons_photo_is_refused() {
    let names = [
        ("02_cheek_lift_before.png", "16_tinning-man_before.png"),
        ("14_kind_before.png", "10_ansikte-vanster_after.png"),
    ];
    for (one, other) in names {
        let (Some(one), Some(other)) = (clinic(one), clinic(other)) else {
            return;
        };
        let pair = format!("{} and {}", one.source.file_name, other.source.file_name);
        assert_refused(&compared(&one, &other), &pair);
    }
}

#[test]
fn a_guess_that_is_far_off_makes_no_verdict() {
    // Pores and furrows of one untreated cheek, on half the true scale: by that alone they "improve".
    let photo = |which: &str| clinic(&format!("02_cheek_lift_{which}.png"));
    let (Some(before), Some(after)) = (photo("before"), photo("after")) else {
        return;
    };
    for field in [160.0, 200.0, 230.0, 250.0] {
        let options = Options {
            scale: Some(Scale::FieldMm(field)),
            ..Options::default()
        };
        let change = compare(&before, &after, &options).comparison.change;
        let changed = matches!(change.verdict, Verdict::Improved | Verdict::Worse);
        assert!(!changed, "{field} mm: {change:?}");
    }
}
