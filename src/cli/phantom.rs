//! `scardepth phantom`: photos with known truth.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use scardepth::accuracy::{self, Pressed};
use scardepth::decode::{self, decode};
use scardepth::phantom::{self, Course, Family, Format, Rig, SkinType, Spec, Surface};
use scardepth::pipeline;

use super::{Failure, print};

/// Draw photos of skin with scars whose truth is known, or press known dents into a photo.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Arguments {
    /// Folder to write into, made if missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// What changes between the visits
    #[arg(long, value_enum, default_value = "improved")]
    family: Vec<FamilyName>,
    /// How the photos are lit
    #[arg(long, value_enum, default_value = "clinic")]
    rig: Vec<RigName>,
    /// Fitzpatrick skin type, I to VI
    #[arg(long, value_enum, default_value = "iii", ignore_case = true)]
    skin_type: Vec<TypeName>,
    /// First seed; the same seed gives the same photos
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Seeds drawn for each family, rig and type
    #[arg(long, value_name = "N", default_value_t = 1)]
    count: u64,
    /// Scale of the first photo: 16 if drawn, guessed if pressed
    #[arg(long, value_name = "N")]
    px_per_mm: Option<f64>,
    /// Photo of unscarred skin to press known dents into
    ///
    /// Makes pairs to test the program with on your own camera and light; the folder then holds that
    /// photo's skin. Rig, skin type, size, format and visits do not apply.
    #[arg(long, value_name = "PHOTO", conflicts_with_all = ["rig", "skin_type", "size", "format", "visits"])]
    press: Option<PathBuf>,
    /// Where the pressed photo's light comes from: 0 is right, 90 below
    #[arg(long, value_name = "DEG", requires = "press")]
    light_from: Option<f64>,
    /// Size of the photos in pixels
    #[arg(long, value_name = "WxH", default_value = "1120x832", value_parser = size)]
    size: (u32, u32),
    /// File format of the photos
    #[arg(long, value_enum, default_value = "jpg")]
    format: FormatName,
    /// Photos in a course; 2 is a pair
    #[arg(long, value_name = "N", default_value_t = 2)]
    visits: usize,
    /// Share of the scars treated away, 0 to 1
    #[arg(long, value_name = "S")]
    strength: Option<f64>,
    /// Later photos from far off: turned and tilted by up to 20°, 0.7 to 1.4 times as large, the lamp
    /// moved by up to 40°
    #[arg(long, conflicts_with = "press")]
    wide_poses: bool,
    /// Coarse, oily skin with folds and bulges, in hard light, by a telephone that sharpens
    #[arg(long, conflicts_with = "press")]
    coarse_skin: bool,
    /// Coarse skin that shines in patches, with the wing of a nose and fields of soft or dense dents
    #[arg(long, conflicts_with_all = ["press", "coarse_skin"])]
    faces: bool,
    /// Scars, healing, texture, scattering of light, lamp and camera by laws of their own for each person
    #[arg(long, conflicts_with = "press")]
    free_laws: bool,
}

/// What the flags of coarse skin and of faces ask for.
pub(super) fn surface(coarse: bool, face: bool) -> Surface {
    match (coarse, face) {
        (_, true) => Surface::Face,
        (true, false) => Surface::Coarse,
        (false, false) => Surface::Usual,
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum FamilyName {
    /// Scars shallower and smaller, some healed
    Improved,
    /// Scars deeper and larger, some new
    Worse,
    /// Nothing but the photograph
    Rephotographed,
    /// Nothing but the skin's colour and the photo
    Recoloured,
    /// No scars at all
    Healthy,
    /// Scars that run together, improving
    Confluent,
    /// Cuts or stretch marks, improving
    Linear,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatName {
    Jpg,
    Png,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum RigName {
    /// Area lamp from the side
    Clinic,
    /// Ring flash
    Flash,
    /// Window light, warm room
    Phone,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum TypeName {
    I,
    Ii,
    Iii,
    Iv,
    V,
    Vi,
}

fn size(text: &str) -> Result<(u32, u32), String> {
    let (width, height) = text
        .split_once(['x', 'X'])
        .ok_or_else(|| format!("{text:?} is not WIDTHxHEIGHT, for example 1120x832"))?;
    let number = |n: &str| {
        n.parse()
            .map_err(|_| format!("{n:?} is not a whole number"))
    };
    Ok((number(width)?, number(height)?))
}

/// Draws and writes every phantom asked for; prints a line for each.
///
/// # Errors
/// When one can't be drawn or written.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(photo) = &arguments.press {
        return press(arguments, photo);
    }
    for spec in specs(arguments) {
        let course = phantom::render_course(&spec)?;
        keep(&course, &spec, &spec.name(), &arguments.out)?;
    }
    Ok(())
}

fn keep(course: &Course, spec: &Spec, name: &str, out: &Path) -> Result<(), phantom::Error> {
    phantom::write::write(course, spec, &out.join(name))?;
    let last = course.truth.visits.last();
    let change = last.and_then(|v| Some((v.area_percent?, v.volume_percent?)));
    print(&match change {
        Some((area, volume)) => format!("{name}: area {area:+.1} %, volume {volume:+.1} %\n"),
        None => format!("{name}: no scars\n"),
    });
    Ok(())
}

fn press(arguments: &Arguments, path: &Path) -> Result<(), Failure> {
    let photo = decode(path, &decode::Options::default())?;
    let options = pipeline::Options {
        scale: arguments.px_per_mm.map(super::scale::per_mm).transpose()?,
        ..pipeline::Options::default()
    };
    for &family in &arguments.family {
        for seed in arguments.seed..arguments.seed.saturating_add(arguments.count) {
            let pressed = Pressed {
                family: Family::ALL[family as usize],
                seed,
                light_from: arguments.light_from,
                strength: arguments.strength,
            };
            let (pair, spec) = accuracy::pressed(&photo, &pressed, &options)?;
            let course = Course {
                shots: vec![pair.before, pair.after],
                truth: pair.truth,
            };
            let name = format!("pressed_{}_seed{seed}", pressed.family.name());
            keep(&course, &spec, &name, &arguments.out)?;
        }
    }
    Ok(())
}

fn specs(a: &Arguments) -> Vec<Spec> {
    let mut specs = Vec::new();
    for &family in &a.family {
        for &rig in &a.rig {
            for &skin_type in &a.skin_type {
                for seed in a.seed..a.seed.saturating_add(a.count) {
                    let spec = Spec {
                        family: Family::ALL[family as usize],
                        rig: Rig::ALL[rig as usize],
                        skin_type: SkinType::ALL[skin_type as usize],
                        seed,
                        px_per_mm: a.px_per_mm.unwrap_or(Spec::default().px_per_mm),
                        width: a.size.0,
                        height: a.size.1,
                        format: match a.format {
                            FormatName::Jpg => Format::Jpg,
                            FormatName::Png => Format::Png,
                        },
                        visits: a.visits,
                        strength: a.strength,
                        surface: surface(a.coarse_skin, a.faces),
                        free: a.free_laws,
                        ..Spec::default()
                    };
                    specs.push(if a.wide_poses { spec.far_off() } else { spec });
                }
            }
        }
    }
    specs
}
