//! Known dents pressed into a photo of real, unscarred skin: real texture, hair, veins and folds, and
//! a truth all the same.
//!
//! The linear photo is multiplied by the ratio of the light that skin with dents sends back to what
//! flat skin would, under a lamp that stands where the photo's light comes from. The second photo
//! is the same skin with its dents changed, seen from elsewhere and exposed anew.

use super::camera::{Camera, Pose, PoseRange};
use super::dice::Dice;
use super::hair::Growth;
use super::relief::{Relief, surface};
use super::rig::{Light, Rig};
use super::scars::{Response, Scar};
use super::sensor::Sensor;
use super::skin_type::SkinType;
use super::spec::{Error, Family, Spec};
use super::strew::{Strewn, strew};
use super::{Pair, Setup, Shot, exif, light, patch, store_as, truth};
use crate::filter::{bicubic, bilinear};
use crate::raster::{Field, LinearImage, Mask, from_rows, map, masked, row, zip2};

/// What to press, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// What happens between the visits; [`Family::Linear`] and [`Family::Confluent`] lie so,
    /// [`Family::Recoloured`] is as [`Family::Rephotographed`].
    pub family: Family,
    pub seed: u64,
    pub px_per_mm: f64,
    /// Where the photo's light comes from, degrees from +x (right) toward +y (down).
    pub azimuth_deg: f64,
    /// Share of the scars treated away; drawn from the seed if none.
    pub strength: Option<f64>,
}

/// Presses dents into `photo` (linear light) where `skin` is open.
///
/// # Errors
/// When the size or scale can't be drawn, or the photo can't be stored.
pub fn press(photo: &LinearImage, skin: &Mask, options: &Options) -> Result<Pair, Error> {
    let spec = spec(photo, options);
    spec.check()?;
    let dice = |purpose: &str| Dice::new(spec.seed, purpose, 0);
    let half = spec.half_field();
    let relief = Relief::flat();
    let lamp = lamp(options.azimuth_deg, half, &mut dice("press light"));
    let poses = poses(half, &mut dice("press pose"));
    let size = [spec.width, spec.height];
    let cameras = poses
        .each_ref()
        .map(|pose| Camera::new(pose, &relief, spec.px_per_mm, size));
    let grid = patch(&cameras, &spec);
    let scars = scars(&spec, skin, &cameras[0], &mut dice("press scars"));
    let scars = visits(&spec, &scars, &mut dice("press response"));
    let even = Field::zeros((grid.rows, grid.columns));
    let lit = |scars: &[Scar]| {
        let height = surface(&relief, &even, scars, &grid);
        let lit = light::illuminate(&lamp, &cameras[0], &height, &grid);
        light::scattered(lit.diffuse, grid.per_mm)
    };
    let flat = lit(&[]);
    let places = cameras.each_ref().map(|c| truth::places(c, size));
    let mut sensor = as_is(photo);
    let mut shots = Vec::new();
    for i in 0..2 {
        let dented = lit(&scars[i]);
        let ratio: [Field; 3] =
            std::array::from_fn(|c| zip2(&dented[c], &flat[c], |d, f| d / f.max(1e-6)));
        let (rows, columns) = photo.planes[0].dim();
        let seen = [0, 1, 2].map(|c| {
            from_rows(rows, columns, |y, out| {
                for (o, p) in out.iter_mut().zip(&places[i][y]) {
                    let at = cameras[0].project(p[0], p[1]);
                    let x = (p[0] - grid.left) * grid.per_mm;
                    let y = (p[1] - grid.top) * grid.per_mm;
                    let bare = bicubic(&photo.planes[c], at[0] as f32, at[1] as f32);
                    *o = bare.max(0.0) * bilinear(&ratio[c], x as f32, y as f32);
                }
            })
        });
        if i == 1 {
            again(&mut sensor, &mut dice("press camera"));
        }
        let rgb = sensor.develop(seen, dice("press noise").seed() ^ i as u64);
        let setup = Setup {
            strength: i as f64 * spec.strength.unwrap_or(0.0),
            pose: poses[i].clone(),
            light: lamp.clone(),
            sensor: sensor.clone(),
            hair: Growth::default(),
        };
        shots.push(store_as(
            rgb,
            &spec,
            setup,
            exif::day(i * spec.interval_days),
        )?);
    }
    let truth = truth::collect(&cameras, &places[0], &scars, size, &grid);
    let [before, after] = <[Shot; 2]>::try_from(shots).map_err(|_| Error::Visits(1))?;
    Ok(Pair {
        before,
        after,
        truth,
    })
}

/// The photo's own size and scale under the phantoms' names.
#[must_use]
pub fn spec(photo: &LinearImage, options: &Options) -> Spec {
    Spec {
        family: options.family,
        rig: Rig::Clinic,
        skin_type: SkinType::III,
        seed: options.seed,
        px_per_mm: options.px_per_mm,
        width: photo.width() as u32,
        height: photo.height() as u32,
        strength: options.strength,
        ..Spec::default()
    }
}

/// A lamp on the photo's side of the light, as high and as large as most.
fn lamp(azimuth_deg: f64, half: [f64; 2], dice: &mut Dice) -> Light {
    let drawn = Light::draw(Rig::Clinic, dice);
    let white = [1.0; 3];
    Light {
        azimuth_deg,
        lamp_rgb: white,
        room_rgb: white,
        ..drawn
    }
    .moved_away(super::field_factor(half))
}

/// The photo as it is, and another view of it.
fn poses(half: [f64; 2], dice: &mut Dice) -> [Pose; 2] {
    let distance = 350.0 * super::field_factor(half);
    let same = Pose {
        rotation_deg: 0.0,
        scale: 1.0,
        shift_mm: [0.0; 2],
        tilt_deg: [0.0; 2],
        distance_mm: distance,
        bend: [[0.0; 7]; 2],
    };
    let range = PoseRange {
        // What is beyond the photo's border can't be seen from elsewhere.
        shift_mm: 2.0,
        ..PoseRange::default()
    };
    [same, Pose::draw(&range, distance, 1.0, dice)]
}

/// Scars that lie wholly on open skin.
fn scars(spec: &Spec, skin: &Mask, camera: &Camera, dice: &mut Dice) -> Vec<Scar> {
    let how = match spec.family {
        Family::Healthy => Strewn::Nowhere,
        Family::Confluent => Strewn::Confluent,
        Family::Linear => Strewn::Lines,
        _ => Strewn::Apart,
    };
    let open = |at: [f64; 2]| {
        let [x, y] = camera.project(at[0], at[1]).map(f64::round);
        let inside = x >= 0.0 && y >= 0.0 && x < skin.ncols() as f64 && y < skin.nrows() as f64;
        inside && skin[[y as usize, x as usize]]
    };
    let mut scars = strew(how, spec.half_field(), dice);
    scars.retain(|s| {
        let around = (0..8).map(|i| f64::from(i) * std::f64::consts::FRAC_PI_4);
        let mut rim = around.map(|a| {
            let r = s.half_length.min(6.0);
            [s.x + r * a.cos(), s.y + r * a.sin()]
        });
        open([s.x, s.y]) && rim.all(open)
    });
    for (i, scar) in scars.iter_mut().enumerate() {
        scar.id = i + 1;
    }
    scars
}

/// The scars of both visits.
fn visits(spec: &Spec, scars: &[Scar], dice: &mut Dice) -> [Vec<Scar>; 2] {
    let strength = spec.strength.unwrap_or_else(|| dice.range(0.15, 0.6));
    let strengths = match spec.family {
        f if f.keeps_relief() => [0.0, 0.0],
        Family::Worse => [strength, 0.0],
        _ => [0.0, strength],
    };
    let responses: Vec<Response> = scars.iter().map(|_| Response::draw(dice)).collect();
    strengths.map(|strength| {
        let treated = scars.iter().zip(&responses);
        treated.map(|(s, r)| s.treated(strength, r)).collect()
    })
}

/// A camera that changes nothing but what storing changes.
fn as_is(photo: &LinearImage) -> Sensor {
    let luminance = photo.luminance();
    let sum: f64 = (0..luminance.nrows())
        .map(|y| {
            row(&luminance, y)
                .iter()
                .map(|&v| f64::from(v))
                .sum::<f64>()
        })
        .sum();
    Sensor {
        mean_luminance: sum / luminance.len().max(1) as f64,
        white_balance: [1.0; 3],
        blur_px: 0.0,
        shot_noise: 0.0,
        read_noise: 0.0,
        contrast: 0.0,
        saturation: 1.0,
        sharpen: 0.0,
        sharpen_px: 1.0,
        vignette: 0.0,
        quality: 94,
        halved_chroma: false,
    }
}

/// The same camera another day: exposure, white balance, noise, compression.
fn again(sensor: &mut Sensor, dice: &mut Dice) {
    sensor.mean_luminance *= dice.ratio(0.85, 1.15);
    sensor.white_balance = [dice.ratio(0.95, 1.05), 1.0, dice.ratio(0.95, 1.05)];
    sensor.shot_noise = dice.ratio(1e-5, 1e-4);
    sensor.read_noise = 0.001;
    sensor.quality = dice.count(88, 95) as u8;
}

/// Where the light comes from by the skin's broad brightness: whichever end of `axis_deg` the skin
/// grows brighter toward, degrees. Skin bulges toward the camera, so the side that faces the lamp is
/// the brighter one; nothing of dents is asked.
#[must_use]
pub fn broad_side(photo: &LinearImage, skin: &Mask, axis_deg: f64) -> f64 {
    let log = map(&photo.luminance(), |v| v.max(1e-4).ln());
    let middle = crate::stats::mean(masked(&log, skin).into_iter().map(f64::from)).unwrap_or(0.0);
    let (sin, cos) = axis_deg.to_radians().sin_cos();
    let at: Vec<(f64, f64)> = (skin.indexed_iter().filter(|(_, s)| **s))
        .map(|((y, x), _)| {
            let along = x as f64 * cos + y as f64 * sin;
            (along, f64::from(log[[y, x]]) - middle)
        })
        .collect();
    let centre = crate::stats::mean(at.iter().map(|p| p.0)).unwrap_or(0.0);
    let slope: f64 = at.iter().map(|(a, l)| (a - centre) * l).sum();
    if slope >= 0.0 {
        axis_deg
    } else {
        (axis_deg + 180.0).rem_euclid(360.0)
    }
}
