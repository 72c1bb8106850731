//! How right the whole path is, measured on phantoms whose truth is known.
//!
//! A fixed list of pairs ([`specs`]) is drawn and compared, one pair after the other; [`pair`] holds
//! one comparison against its truth, [`scars`], [`alignment`] and [`kinds`] are the yardsticks,
//! [`figures`] sums up and [`table`] says it in words. Nothing here shares its seeds with the
//! training of the network ([`crate::learn::FIRST_SEED`]).

pub mod specs;

pub mod scars;

pub mod alignment;

pub mod kinds;

pub mod pair;

pub mod figures;

pub mod table;

use serde::Serialize;

pub use self::figures::Figures;
pub use self::pair::{Assessed, Pressed, assess, assess_pressed, pressed};

use crate::decode::Photo;
use crate::phantom::{self, Family, Rig, SkinType, Spec, Surface};
use crate::pipeline;
use crate::report::schema::Tool;

/// The name of the report's layout.
pub const SCHEMA: &str = "scardepth.accuracy/1";

/// Which pairs of the list are taken; an empty list of names takes all of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// Pairs at most, from the head of what the names leave of the list.
    pub pairs: Option<usize>,
    pub families: Vec<Family>,
    pub rigs: Vec<Rig>,
    pub skin_types: Vec<SkinType>,
    /// Seed of the first pair, the others follow; [`specs::FIRST_SEED`] if none is given.
    pub first_seed: Option<u64>,
    /// Second photos from [far off](Spec::far_off) instead of a practised hand's.
    pub wide_poses: bool,
    /// What everybody's skin is like.
    pub surface: Surface,
    /// Everything by [laws of its own](Spec::free).
    pub free_laws: bool,
    /// How the pairs are compared; the scale is that of each phantom.
    pub compare: pipeline::Options,
}

impl Options {
    /// The pairs asked for, in the order of the list.
    #[must_use]
    pub fn specs(&self) -> Vec<Spec> {
        let asked = |spec: &Spec| {
            (self.families.is_empty() || self.families.contains(&spec.family))
                && (self.rigs.is_empty() || self.rigs.contains(&spec.rig))
                && (self.skin_types.is_empty() || self.skin_types.contains(&spec.skin_type))
        };
        let most = self.pairs.unwrap_or(usize::MAX);
        let first = self.first_seed.unwrap_or(specs::FIRST_SEED);
        let moved = |mut spec: Spec| {
            spec.seed = first + (spec.seed - specs::FIRST_SEED);
            spec.surface = self.surface;
            spec.free = self.free_laws;
            if self.wide_poses {
                spec.far_off()
            } else {
                spec
            }
        };
        (specs::all().into_iter().filter(asked))
            .take(most)
            .map(moved)
            .collect()
    }
}

/// Every pair and what they come to.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    pub tool: Tool,
    pub groups: Vec<Group>,
    /// In the order of the list.
    pub pairs: Vec<Assessed>,
}

/// Figures of the pairs that share something.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    pub name: String,
    pub figures: Figures,
}

/// Draws and compares the pairs asked for, one after the other (each uses all threads); `progress`
/// is told how many there are and each pair as it is done. All but the times is the same on any
/// number of threads.
///
/// # Errors
/// When a phantom cannot be drawn.
pub fn run(
    options: &Options,
    mut progress: impl FnMut(usize, &Assessed),
) -> Result<Report, phantom::Error> {
    let specs = options.specs();
    let mut pairs = Vec::with_capacity(specs.len());
    for spec in &specs {
        let assessed = assess(spec, &options.compare)?;
        progress(specs.len(), &assessed);
        pairs.push(assessed);
    }
    Ok(Report {
        schema: SCHEMA,
        tool: Tool::default(),
        groups: groups(&pairs),
        pairs,
    })
}

/// The same for dents pressed into photos of unscarred skin, [`PRESSED`] pairs of each photo; seeds
/// as in [`run`].
///
/// # Errors
/// When a photo's size or scale can't be drawn.
pub fn run_pressed(
    photos: &[Photo],
    options: &Options,
    mut progress: impl FnMut(usize, &Assessed),
) -> Result<Report, phantom::Error> {
    let first = options.first_seed.unwrap_or(specs::FIRST_SEED);
    let all = (photos.len() * PRESSED.len()).min(options.pairs.unwrap_or(usize::MAX));
    let mut pairs = Vec::new();
    for i in 0..all {
        let what = Pressed {
            family: PRESSED[i / photos.len()],
            seed: first + i as u64,
            light_from: None,
            strength: None,
        };
        let assessed = assess_pressed(&photos[i % photos.len()], &what, &options.compare)?;
        progress(all, &assessed);
        pairs.push(assessed);
    }
    Ok(Report {
        schema: SCHEMA,
        tool: Tool::default(),
        groups: vec![Group {
            name: "pressed".to_string(),
            figures: Figures::of(&pairs),
        }],
        pairs,
    })
}

/// What is pressed into each photo, in turn.
pub const PRESSED: [Family; 3] = [Family::Improved, Family::Rephotographed, Family::Worse];

/// All pairs, those of each rig, and those of fair, middle and dark skin.
fn groups(pairs: &[Assessed]) -> Vec<Group> {
    let group = |name: &str, within: &dyn Fn(&Spec) -> bool| Group {
        name: name.to_string(),
        figures: Figures::of(pairs.iter().filter(|p| within(&p.spec))),
    };
    let mut groups = vec![group("all", &|_| true)];
    for rig in Rig::ALL {
        groups.push(group(rig.name(), &|s| s.rig == rig));
    }
    let types =
        |low: usize, high: usize| move |s: &Spec| (low..=high).contains(&s.skin_type.number());
    groups.push(group("I-III", &types(1, 3)));
    groups.push(group("IV-V", &types(4, 5)));
    groups.push(group("VI", &types(6, 6)));
    groups
}
