use super::*;
use crate::phantom::{Family, Shot, Spec, render_pair};
use crate::units::PixelsPerMm;
use image::RgbImage;

fn drawn() -> [Photo; 2] {
    let spec = Spec {
        family: Family::Rephotographed,
        px_per_mm: 8.0,
        width: 400,
        height: 300,
        seed: 5,
        ..Spec::default()
    };
    let pair = render_pair(&spec).expect("a phantom of a size that can be drawn");
    let photo = |shot: &Shot, name: &str| Photo::from_rgb8(name, shot.rgb.clone());
    [photo(&pair.before, "before"), photo(&pair.after, "after")]
}

fn judged(of: &Photo) -> Checked {
    let field = Scale::FieldMm(50.0);
    super::photo(of, Some(field), &Options::default())
}

fn codes(advice: &[Advice]) -> Vec<&str> {
    advice.iter().map(|a| a.warning.code.as_str()).collect()
}

#[test]
fn a_drawn_cheek_can_be_measured() {
    let [photo, _] = drawn();
    let checked = judged(&photo);
    assert_ne!(checked.fitness, Fitness::Unfit, "{checked:?}");
    assert!((checked.px_per_mm - 8.0).abs() < 1e-9 && checked.scale_assumed);
    assert!(checked.light_axis_deg.is_some(), "{checked:?}");
    assert!(checked.skin_fraction > 0.8, "{checked:?}");
}

#[test]
fn few_pixels_are_told_and_too_few_refused() {
    let [photo, _] = drawn();
    let options = Options::default();
    for (mm, code, fitness) in [
        (160.0, "coarse", Fitness::Usable),
        (400.0, "coarse", Fitness::Unfit),
    ] {
        let checked = super::photo(&photo, Some(Scale::FieldMm(mm)), &options);
        assert!(codes(&checked.advice).contains(&code), "{mm}: {checked:?}");
        assert_eq!(checked.fitness, fitness, "{mm}: {checked:?}");
    }
}

#[test]
fn a_wrong_scale_is_told_alone() {
    let [photo, _] = drawn();
    let scale = PixelsPerMm::new(300.0).map(Scale::PerMm);
    let checked = super::photo(&photo, scale, &Options::default());
    assert_eq!(codes(&checked.advice), ["scale-unlikely"], "{checked:?}");
    assert_eq!(checked.fitness, Fitness::Unfit);
    assert!(!super::words::photo(&checked).contains("take it again"));
}

#[test]
fn a_soft_photo_and_little_skin_are_called_so() {
    let [photo, _] = drawn();
    let mut checked = judged(&photo);
    let told = |checked: &Checked| super::words::photo(checked);
    for (sharpness, soft) in [(0.6, false), (0.4, true), (0.2, false)] {
        checked.sharpness = Some(sharpness);
        assert_eq!(told(&checked).contains("(a little soft)"), soft);
    }
    assert!(!told(&checked).contains("little skin"));
    checked.fitness = Fitness::Usable;
    checked.advice = advice(vec![comparable::of_reason(Reason::LittleSkin)]);
    assert!(told(&checked).contains("hardly fit"));
}

#[test]
fn a_wall_is_no_skin() {
    let wall = RgbImage::from_fn(400, 300, |x, y| {
        let level = (40 + x / 10 + (x * 7919 + y * 104_729) % 9) as u8;
        image::Rgb([level, level + 30, level + 120])
    });
    let checked = judged(&Photo::from_rgb8("wall", wall));
    assert_eq!(checked.fitness, Fitness::Unfit);
    assert_eq!(checked.advice[0].warning.code, "no-skin", "{checked:?}");
    assert!(checked.advice.iter().all(|a| !a.warning.remedy.is_empty()));
}

#[test]
fn beside_its_baseline() {
    let [before, after] = drawn();
    let options = Options::default();
    let field = Some(Scale::FieldMm(50.0));
    let own = judged(&after);
    let found = against(&before, &after, &own, field, &options);
    assert_ne!(found.fitness, Comparability::NotComparable, "{found:?}");
    assert!(found.measured_share.is_some_and(|s| s > 0.3), "{found:?}");
    let pose = found.pose.expect("a pose where much is measured");
    assert!((0.8..1.25).contains(&pose.magnification), "{pose:?}");
    assert!(pose.turn_deg.abs() < 15.0, "{pose:?}");
    let twice = against(&before, &before, &own, field, &options);
    assert_eq!(twice.fitness, Comparability::NotComparable);
    assert_eq!(codes(&twice.advice), ["same-photo"]);
    let mirrored = image::imageops::flip_horizontal(&after.display());
    let mirrored = Photo::from_rgb8("mirrored", mirrored);
    let refused = against(&before, &mirrored, &judged(&mirrored), field, &options);
    assert_eq!(refused.fitness, Comparability::NotComparable);
    assert_eq!(codes(&refused.advice), ["not-aligned"]);
}
