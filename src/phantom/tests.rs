//! Tests that need the whole renderer.

use super::camera::Camera;
use super::pigment::Tint;
use super::relief::dents;
use super::*;
use crate::raster::count;

/// Small enough to draw in a blink.
fn small(family: Family) -> Spec {
    Spec {
        family,
        width: 320,
        height: 240,
        px_per_mm: 8.0,
        seed: 5,
        ..Spec::default()
    }
}

fn in_threads<T: Send>(threads: usize, f: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(f)
}

#[test]
fn same_seed_same_bits_on_any_number_of_threads() {
    let spec = small(Family::Recoloured);
    let one = in_threads(1, || render_pair(&spec).unwrap());
    let three = in_threads(3, || render_pair(&spec).unwrap());
    assert_eq!(one.before.file, three.before.file);
    assert_eq!(one.after.file, three.after.file);
    assert_eq!(one.truth.visits[1].depth, three.truth.visits[1].depth);
    assert_eq!(one.truth.visits[1].warp, three.truth.visits[1].warp);
    let other = render_pair(&Spec { seed: 6, ..spec }).unwrap();
    assert_ne!(one.before.file, other.before.file);
}

#[test]
fn relief_stays_where_only_the_photograph_or_the_colour_changed() {
    for family in Family::ALL.into_iter().filter(|f| f.keeps_relief()) {
        let pair = render_pair(&small(family)).unwrap();
        let [before, after] = &pair.truth.visits[..] else {
            panic!("a pair has two visits")
        };
        assert_eq!(before.depth, after.depth, "{family:?}");
        assert_eq!(before.scars, after.scars, "{family:?}");
        assert_ne!(pair.before.file, pair.after.file, "{family:?}");
        let none = family == Family::Healthy;
        assert_eq!(count(&before.scars) == 0, none, "{family:?}");
        assert_eq!(after.area_percent, (!none).then_some(0.0), "{family:?}");
    }
}

#[test]
fn scars_shrink_when_improving_and_grow_when_worse() {
    for (family, sign) in [
        (Family::Improved, -1.0),
        (Family::Confluent, -1.0),
        (Family::Linear, -1.0),
        (Family::Worse, 1.0),
    ] {
        let pair = render_pair(&small(family)).unwrap();
        let last = &pair.truth.visits[1];
        assert!(last.area_percent.unwrap() * sign > 3.0, "{family:?}");
        assert!(last.volume_percent.unwrap() * sign > 10.0, "{family:?}");
    }
}

#[test]
fn mask_follows_the_depth_map() {
    // One scar far from the others: its mask must be where the drawn dent passes its threshold.
    let pair = render_pair(&small(Family::Improved)).unwrap();
    let visit = &pair.truth.visits[0];
    let mut deepest = 0.0f32;
    for (&inside, &depth) in visit.scars.iter().zip(&visit.depth) {
        deepest = deepest.max(depth);
        // Interpolation between grid points leaves a little near steep walls.
        assert!(!inside || depth > 0.01, "a mask pixel only {depth} mm deep");
        assert!(inside || depth < 0.16, "{depth} mm deep outside the mask");
    }
    let drawn = pair.truth.scars.iter().map(|s| s.visits[0].depth_mm);
    let most = drawn.fold(0.0, f64::max);
    assert!(f64::from(deepest) <= 1.1 * most, "{deepest} of {most}");
    assert!(f64::from(deepest) >= 0.5 * most, "{deepest} of {most}");
}

#[test]
fn mask_area_is_the_sum_of_the_scars_where_none_overlap() {
    let spec = Spec {
        px_per_mm: 10.0,
        width: 600,
        height: 440,
        ..small(Family::Improved)
    };
    let pair = render_pair(&spec).unwrap();
    let visit = &pair.truth.visits[0];
    // Scars that the frame cuts through don't count.
    let (w, h) = (f64::from(spec.width), f64::from(spec.height));
    let whole = pair.truth.scars.iter().all(|s| {
        let margin = 60.0;
        s.x > margin && s.y > margin && s.x < w - margin && s.y < h - margin
    });
    let sum: f64 = pair.truth.scars.iter().map(|s| s.visits[0].area_mm2).sum();
    let seen = visit.totals.area_mm2;
    assert!(seen <= 1.03 * sum, "{seen} mm² seen, {sum} mm² drawn");
    assert!(
        seen >= if whole { 0.97 } else { 0.75 } * sum,
        "{seen} of {sum}"
    );
    let volume: f64 = pair
        .truth
        .scars
        .iter()
        .map(|s| s.visits[0].volume_mm3)
        .sum();
    assert!(visit.totals.volume_mm3 <= 1.05 * volume);
}

#[test]
fn dents_of_the_grid_are_the_scars_own() {
    let person = Person::draw(&small(Family::Improved));
    let scar = person
        .scars
        .iter()
        .max_by(|a, b| a.half_width.total_cmp(&b.half_width));
    let scar = scar.unwrap().clone();
    let reach = scar.reach();
    let grid = Grid::covering(
        [scar.x - reach, scar.y - reach],
        [scar.x + reach, scar.y + reach],
        25.0,
    );
    let field = dents(std::slice::from_ref(&scar), &grid);
    let threshold = scar.threshold().unwrap() as f32;
    let points = field.iter().filter(|&&d| d > threshold).count();
    let area = points as f64 / 625.0;
    let (expected, _) = scar.area_and_volume();
    assert!(
        (area / expected - 1.0).abs() < 0.02,
        "{area} against {expected} mm²"
    );
}

#[test]
fn a_place_on_the_skin_is_the_same_in_both_photos() {
    for pose in [
        PoseRange::default(),
        PoseRange {
            rotation_deg: 20.0,
            scale: [0.7, 1.4],
            tilt_deg: 12.0,
            bend_mm: 1.5,
            ..PoseRange::default()
        },
    ] {
        for seed in 0..20 {
            let spec = Spec {
                seed,
                pose,
                ..Spec::default()
            };
            let person = Person::draw(&spec);
            let size = [spec.width, spec.height];
            let visits = [0, 1].map(|i| person.visit(&spec, i));
            let [first, other] = [0, 1]
                .map(|i| Camera::new(&visits[i].setup.pose, &person.relief, spec.px_per_mm, size));
            for px in [
                [0.0, 0.0],
                [1119.0, 0.0],
                [560.0, 416.0],
                [0.0, 831.0],
                [1119.0, 831.0],
            ] {
                let skin = first.unproject(px);
                let there = other.project(skin[0], skin[1]);
                let back = other.unproject(there);
                let again = first.project(back[0], back[1]);
                let miss = (again[0] - px[0]).hypot(again[1] - px[1]);
                assert!(miss < 1e-3, "seed {seed}: {miss} px at {px:?}");
            }
        }
    }
}

/// The written warp puts each mark of the first photo on the same mark of the second: the photos
/// agree best there, and less so 0.4 px beside it.
#[test]
fn photos_and_warp_agree() {
    let spec = Spec {
        format: Format::Png,
        ..small(Family::Rephotographed)
    };
    let pair = render_pair(&spec).unwrap();
    let warp = &pair.truth.visits[1].warp;
    let luma = |rgb: &RgbImage| -> Field {
        from_rows(rgb.height() as usize, rgb.width() as usize, |y, out| {
            for (x, o) in out.iter_mut().enumerate() {
                *o = f32::from(rgb.get_pixel(x as u32, y as u32)[1])
                    .max(1.0)
                    .ln();
            }
        })
    };
    let flat = |f: &Field| crate::raster::zip2(&gaussian(f, 1.0), &gaussian(f, 6.0), |a, b| a - b);
    let (a, b) = (flat(&luma(&pair.before.rgb)), flat(&luma(&pair.after.rgb)));
    // Correlation of the two photos through the warp, moved aside by (dx, dy).
    let agreement = |dx: f64, dy: f64| {
        let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
        for row in 4..warp.rows - 4 {
            for column in 4..warp.columns - 4 {
                let i = row * warp.columns + column;
                for (j, k) in (-4..=4).flat_map(|j| (-4..=4).map(move |k| (j, k))) {
                    // Locally the warp is nearly linear; its slope from the next nodes.
                    let step = warp.step_px as f64;
                    let slope = |v: &[f64], to: usize| (v[to] - v[i]) / step;
                    let (r, d) = (i + 1, i + warp.columns);
                    let (kx, jy) = (f64::from(k), f64::from(j));
                    let x = warp.x[i] + slope(&warp.x, r) * kx + slope(&warp.x, d) * jy + dx;
                    let y = warp.y[i] + slope(&warp.y, r) * kx + slope(&warp.y, d) * jy + dy;
                    if x < 2.0 || y < 2.0 || x > 317.0 || y > 237.0 {
                        continue;
                    }
                    let row = (row * warp.step_px) as i32 + j;
                    let column = (column * warp.step_px) as i32 + k;
                    let p = f64::from(a[[row as usize, column as usize]]);
                    let q = f64::from(bicubic(&b, x as f32, y as f32));
                    ab += p * q;
                    aa += p * p;
                    bb += q * q;
                }
            }
        }
        ab / (aa * bb).sqrt()
    };
    let centre = agreement(0.0, 0.0);
    assert!(centre > 0.5, "the photos agree by only {centre}");
    for (dx, dy) in [(0.4, 0.0), (-0.4, 0.0), (0.0, 0.4), (0.0, -0.4)] {
        assert!(
            agreement(dx, dy) < centre,
            "better when moved by {dx}, {dy}"
        );
    }
}

/// Typology angle of linear sRGB (Chardon et al. 1991): atan((L* - 50) / b*).
fn ita([r, g, b]: [f64; 3]) -> f64 {
    let y = 0.212_639 * r + 0.715_169 * g + 0.072_192 * b;
    let z = (0.019_331 * r + 0.119_195 * g + 0.950_532 * b) / 1.089_058;
    let f = |t: f64| {
        if t > 0.008_856 {
            t.cbrt()
        } else {
            7.787 * t + 16.0 / 116.0
        }
    };
    let (lightness, blue) = (116.0 * f(y) - 16.0, 200.0 * (f(y) - f(z)));
    (lightness - 50.0).atan2(blue).to_degrees()
}

#[test]
fn skin_has_the_colour_of_its_type() {
    for skin_type in SkinType::ALL {
        let [low, high] = skin_type.ita_limits();
        for seed in 0..12 {
            let spec = Spec {
                skin_type,
                seed,
                ..small(Family::Healthy)
            };
            let person = Person::draw(&spec);
            let grid = Grid::covering([-15.0, -12.0], [15.0, 12.0], 8.0);
            let flat = Field::zeros((grid.rows, grid.columns));
            let albedo = person
                .pigment
                .albedo(&Tint::plain(), &[], &[], &flat, &grid);
            let median = albedo.map(|plane| {
                let mut values = plane.into_raw_vec_and_offset().0;
                f64::from(crate::stats::median(&mut values).unwrap())
            });
            let angle = ita(median);
            assert!(
                (low..high).contains(&angle),
                "{skin_type:?}, seed {seed}: {angle}°"
            );
        }
    }
}

#[test]
fn a_wider_view_shows_the_same_skin() {
    let person = Person::draw(&small(Family::Improved));
    let narrow = Grid::covering([-4.1, -3.1], [4.0, 3.0], 12.0);
    let wide = Grid::covering([-8.0, -6.5], [8.0, 6.0], 12.0);
    let (a, b) = (person.relief.texture(&narrow), person.relief.texture(&wide));
    let points = |mm: f64| (mm * 12.0).round() as usize;
    let (dx, dy) = (
        points(narrow.left - wide.left),
        points(narrow.top - wide.top),
    );
    // The outermost points have no neighbours to lie between.
    for y in 4..narrow.rows - 4 {
        for x in 4..narrow.columns - 4 {
            let gap = (a[[y, x]] - b[[y + dy, x + dx]]).abs();
            assert!(gap < 1e-4, "{gap} mm at column {x}, row {y}");
        }
    }
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let bad = [
        Spec {
            width: 10,
            ..Spec::default()
        },
        Spec {
            px_per_mm: f64::NAN,
            ..Spec::default()
        },
        Spec {
            visits: 1,
            ..Spec::default()
        },
        Spec {
            strength: Some(1.5),
            ..Spec::default()
        },
    ];
    for spec in bad {
        assert!(render_course(&spec).is_err());
    }
}

#[test]
fn days_are_counted() {
    assert_eq!(exif::day(0), "2026-01-12");
    assert_eq!(exif::day(35), "2026-02-16");
    assert_eq!(exif::day(105), "2026-04-27");
    assert_eq!(exif::day(777), "2028-02-28");
    assert_eq!(exif::day(778), "2028-02-29");
}

#[test]
fn the_file_tells_the_day_it_was_taken() {
    let pair = render_pair(&small(Family::Healthy)).unwrap();
    let file = std::io::Cursor::new(&pair.after.file);
    let exif = ::exif::Reader::new()
        .read_from_container(&mut std::io::BufReader::new(file))
        .unwrap();
    let taken = exif.get_field(::exif::Tag::DateTimeOriginal, ::exif::In::PRIMARY);
    assert_eq!(
        taken.unwrap().display_value().to_string(),
        "2026-02-16 09:30:00"
    );
}

mod free;
mod pressed;
mod surface;
