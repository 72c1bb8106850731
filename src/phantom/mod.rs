//! Photos with known truth: skin with scars, drawn from a height field, chromophore maps, lamps and
//! a camera. Shares no code with the analysis; both stand on the same fields and blur only.
//!
//! The path, one file a step: [`spec`] names a phantom; [`relief`], [`scars`] and [`strew`] give its surface in
//! mm, [`pigment`] and [`hair`] its colour, [`rig`] and [`light`] what falls on it, [`camera`] where each point
//! lands in the photo, [`sensor`] what becomes of it there; [`truth`] is what one would have to
//! find, [`mod@write`] puts all on disk.

pub mod spec;

pub mod law;
pub mod scars;

pub mod strew;

pub mod features;
pub mod relief;
mod waves;

pub mod skin_type;

pub mod pigment;

pub mod hair;

pub mod camera;

pub mod rig;

pub mod light;

pub mod sensor;

pub mod truth;

pub mod press;

pub mod write;

pub(crate) mod dice;
mod exif;
mod grid;
mod person;
#[cfg(test)]
mod tests;

use image::RgbImage;
use serde::Serialize;

pub use self::camera::PoseRange;
pub use self::rig::{LightRange, Rig};
pub use self::skin_type::SkinType;
pub use self::spec::{Error, Family, Format, Spec, Surface};
pub use self::truth::Truth;

use self::camera::{Camera, Pose};
use self::grid::Grid;
use self::hair::Growth;
use self::person::{Person, Visit, field_factor};
use self::rig::Light;
use self::scars::Scar;
use self::sensor::Sensor;
use self::truth::Places;
use crate::filter::{bicubic, gaussian};
use crate::raster::{Field, from_rows};

/// A photo: its pixels, its file, the day it was taken.
#[derive(Debug, Clone)]
pub struct Shot {
    /// 8-bit sRGB, as read back from the file.
    pub rgb: RgbImage,
    /// The file's bytes.
    pub file: Vec<u8>,
    /// ISO date.
    pub date: String,
    pub how: Setup,
}

/// All that was drawn for one photo.
#[derive(Debug, Clone, Serialize)]
pub struct Setup {
    /// Share of the treatment done by this visit.
    pub strength: f64,
    pub pose: Pose,
    pub light: Light,
    pub sensor: Sensor,
    pub hair: Growth,
}

/// Two photos and their truth: `truth.visits[0]` before, `truth.visits[1]` after.
#[derive(Debug, Clone)]
pub struct Pair {
    pub before: Shot,
    pub after: Shot,
    pub truth: Truth,
}

/// Two or more photos and their truth.
#[derive(Debug, Clone)]
pub struct Course {
    pub shots: Vec<Shot>,
    pub truth: Truth,
}

/// Draws the first and the last photo of a spec.
///
/// # Errors
/// When the spec asks for what can't be drawn.
pub fn render_pair(spec: &Spec) -> Result<Pair, Error> {
    let Course { shots, truth } = render_course(&Spec {
        visits: 2,
        ..spec.clone()
    })?;
    let [before, after] = <[Shot; 2]>::try_from(shots).map_err(|_| Error::Visits(1))?;
    Ok(Pair {
        before,
        after,
        truth,
    })
}

/// Draws all photos of a spec.
///
/// # Errors
/// When the spec asks for what can't be drawn.
pub fn render_course(spec: &Spec) -> Result<Course, Error> {
    spec.check()?;
    let person = Person::draw(spec);
    let visits: Vec<Visit> = (0..spec.visits).map(|i| person.visit(spec, i)).collect();
    let size = [spec.width, spec.height];
    let cameras: Vec<Camera> = visits
        .iter()
        .map(|v| Camera::new(&v.setup.pose, &person.relief, spec.px_per_mm, size))
        .collect();
    let grid = patch(&cameras, spec);
    let texture = person.relief.texture(&grid);
    let places: Vec<Places> = cameras.iter().map(|c| truth::places(c, size)).collect();
    let mut shots = Vec::new();
    for (i, (visit, camera)) in visits.iter().zip(&cameras).enumerate() {
        let radiance = person.radiance(visit, camera, &texture, &grid);
        let seen = look(
            radiance,
            &places[i],
            spec.px_per_mm * visit.setup.pose.scale,
            &grid,
        );
        let rgb = visit.setup.sensor.develop(seen, visit.noise);
        let day = exif::day(i * spec.interval_days);
        shots.push(store_as(rgb, spec, visit.setup.clone(), day)?);
    }
    let scars: Vec<Vec<Scar>> = visits.iter().map(|v| v.scars.clone()).collect();
    let truth = truth::collect(&cameras, &places[0], &scars, size, &grid);
    Ok(Course { shots, truth })
}

/// What each photo of a spec would be taken with; nothing is drawn.
///
/// # Errors
/// As [`render_course`].
pub fn setups(spec: &Spec) -> Result<Vec<Setup>, Error> {
    spec.check()?;
    let person = Person::draw(spec);
    let visits = (0..spec.visits).map(|i| person.visit(spec, i).setup);
    Ok(visits.collect())
}

/// The skin that any of the cameras sees, with a margin for what scatters in from outside.
fn patch(cameras: &[Camera], spec: &Spec) -> Grid {
    /// Margin, mm: three times the widest scatter.
    const MARGIN: f64 = 3.0;
    /// Fewest points per mm: pores need them even when the photo does not show them.
    const FEWEST: f64 = 12.0;
    let (w, h) = (f64::from(spec.width) - 1.0, f64::from(spec.height) - 1.0);
    let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
    for camera in cameras {
        for i in 0..=16 {
            let t = f64::from(i) / 16.0;
            for px in [[t * w, 0.0], [t * w, h], [0.0, t * h], [w, t * h]] {
                let at = camera.unproject(px);
                for k in 0..2 {
                    low[k] = low[k].min(at[k]);
                    high[k] = high[k].max(at[k]);
                }
            }
        }
    }
    let low = low.map(|v| v - MARGIN);
    let high = high.map(|v| v + MARGIN);
    Grid::covering(low, high, spec.px_per_mm.max(FEWEST))
}

/// The radiance at every pixel's place.
fn look(radiance: [Field; 3], places: &Places, px_per_mm: f64, grid: &Grid) -> [Field; 3] {
    // A photo coarser than the grid sees the mean of what it covers.
    let coarse = grid.per_mm / px_per_mm;
    let soften = (0.5 * (coarse * coarse - 1.0).max(0.0).sqrt()) as f32;
    radiance.map(|plane| {
        let plane = gaussian(&plane, soften);
        from_rows(places.len(), places[0].len(), |y, out| {
            for (o, p) in out.iter_mut().zip(&places[y]) {
                let x = (p[0] - grid.left) * grid.per_mm;
                let y = (p[1] - grid.top) * grid.per_mm;
                *o = bicubic(&plane, x as f32, y as f32).max(0.0);
            }
        })
    })
}

/// Through the file and back.
fn store_as(rgb: RgbImage, spec: &Spec, how: Setup, date: String) -> Result<Shot, Error> {
    let (rgb, file) = match spec.format {
        Format::Jpg => {
            let file = how.sensor.jpeg(&rgb, Some(&date))?;
            let read = image::load_from_memory_with_format(&file, image::ImageFormat::Jpeg)?;
            (read.into_rgb8(), file)
        }
        Format::Png => {
            let mut file = std::io::Cursor::new(Vec::new());
            rgb.write_to(&mut file, image::ImageFormat::Png)?;
            (rgb, file.into_inner())
        }
    };
    Ok(Shot {
        rgb,
        file,
        date,
        how,
    })
}
