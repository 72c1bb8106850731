//! `scardepth accuracy`: how right all of it is, on phantoms.

use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use scardepth::accuracy::{self, table};
use scardepth::decode::{self, decode};
use scardepth::error::Error;
use scardepth::phantom::{Family, Rig, SkinType};
use scardepth::pipeline;

use super::phantom::{FamilyName, RigName, TypeName};
use super::{Failure, print, use_threads};

/// Compare phantom pairs of known truth and say how right it was.
///
/// Draws a fixed list of pairs, none of which the program was trained on, compares each and prints
/// the table of the README. The whole list takes minutes; --pairs takes its head, which is balanced.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Arguments {
    /// Pairs at most
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pairs: Option<usize>,
    /// Only what changes in this way; may be repeated
    #[arg(long, value_enum)]
    family: Vec<FamilyName>,
    /// Only photos lit in this way; may be repeated
    #[arg(long, value_enum)]
    rig: Vec<RigName>,
    /// Only this skin type, I to VI; may be repeated
    #[arg(long, value_enum, ignore_case = true)]
    skin_type: Vec<TypeName>,
    /// Other phantoms than the table's: seed of the first pair, below 1000000 (those are trained on)
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u64>::new().range(1..999_000))]
    first_seed: Option<u64>,
    /// Second photos from far off: turned and tilted by up to 20°, 0.7 to 1.4 times as large, the lamp
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
    /// Photos of unscarred skin to press known dents into, instead of drawing phantoms
    #[arg(long, value_name = "PHOTO", num_args = 1..)]
    press: Vec<PathBuf>,
    /// Scale of the pressed photos; guessed if not given
    #[arg(long, value_name = "N", requires = "press")]
    px_per_mm: Option<f64>,
    /// Print the tables as Markdown
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Print everything as JSON instead of the tables
    #[arg(long)]
    json: bool,
    /// File for the JSON, besides what is printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// All that was measured on each pair, as it is done
    #[arg(long)]
    verbose: bool,
    /// No progress on the error stream
    #[arg(long)]
    quiet: bool,
    /// Threads to work with; all cores if not given
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    threads: Option<usize>,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    use_threads(arguments.threads)?;
    let scale = arguments.px_per_mm.map(super::scale::per_mm).transpose()?;
    let options = accuracy::Options {
        pairs: arguments.pairs,
        families: (arguments.family.iter())
            .map(|&f| Family::ALL[f as usize])
            .collect(),
        rigs: (arguments.rig.iter())
            .map(|&r| Rig::ALL[r as usize])
            .collect(),
        skin_types: (arguments.skin_type.iter())
            .map(|&t| SkinType::ALL[t as usize])
            .collect(),
        first_seed: arguments.first_seed,
        wide_poses: arguments.wide_poses,
        surface: super::phantom::surface(arguments.coarse_skin, arguments.faces),
        free_laws: arguments.free_laws,
        compare: pipeline::Options {
            scale,
            ..pipeline::Options::default()
        },
    };
    let mut done = 0;
    let progress = |all: usize, pair: &accuracy::Assessed| {
        done += 1;
        if arguments.verbose {
            eprintln!("{done} of {all}: {}", table::line(pair));
        } else if !arguments.quiet {
            eprintln!("{done} of {all}: {}", pair.name);
        }
    };
    let report = if arguments.press.is_empty() {
        accuracy::run(&options, progress)?
    } else {
        let read = |path: &PathBuf| decode(path, &decode::Options::default());
        let photos: Result<Vec<_>, _> = arguments.press.iter().map(read).collect();
        accuracy::run_pressed(&photos?, &options, progress)?
    };
    let json = serde_json::to_string_pretty(&report)? + "\n";
    if let Some(path) = &arguments.out {
        std::fs::write(path, &json).map_err(|source| Error::Unwritable {
            path: path.clone(),
            source: source.into(),
        })?;
    }
    if arguments.json {
        print(&json);
        return Ok(());
    }
    let tables = table::tables(&report).map(|table| {
        if arguments.markdown {
            table.markdown()
        } else {
            table.text()
        }
    });
    print(&tables.join("\n"));
    Ok(())
}
