//! Phantom pairs as the network is shown them, with their truth.

use std::path::Path;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::FIRST_SEED;
use crate::decode::Photo;
use crate::filter::{bicubic, reduce};
use crate::normalise;
use crate::phantom::truth::WarpGrid;
use crate::phantom::{self, Family, LightRange, Rig, Setup, SkinType, Spec, Surface};
use crate::raster::{Field, Mask, from_rows};
use crate::relief::canvas::Look;
use crate::relief::{self, Side};
use crate::skin;
use crate::units::PixelsPerMm;

/// A phantom pair at feature scale, on the first photo's grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    pub looks: [Look; 2],
    /// Share of each px that is skin measured in both.
    pub skin: Field,
    /// Share of each px that is scar, at each visit.
    pub scars: [Field; 2],
    /// Depth of dents, mm, at each visit.
    pub depth: [Field; 2],
    /// px/mm.
    pub scale: f64,
    /// Whether the light has a side.
    pub oblique: bool,
    /// Where the light truly came from, radians from +x toward +y on the first photo's grid; what
    /// `looks` say is what was made of it.
    pub azimuths: [f64; 2],
}

/// A lamp put up again by somebody else.
const TURNED: LightRange = LightRange {
    azimuth_deg: 45.0,
    elevation_deg: 12.0,
};

/// The `i`-th phantom of learning.
#[must_use]
pub fn spec(i: usize) -> Spec {
    // Mostly oblique light; a flash, which shows least, often enough. Scarred skin more often than none.
    const RIGS: [Rig; 7] = [
        Rig::Clinic,
        Rig::Clinic,
        Rig::Clinic,
        Rig::Phone,
        Rig::Phone,
        Rig::Flash,
        Rig::Flash,
    ];
    const FAMILIES: [Family; 10] = [
        Family::Improved,
        Family::Worse,
        Family::Recoloured,
        Family::Confluent,
        Family::Improved,
        Family::Linear,
        Family::Healthy,
        Family::Rephotographed,
        Family::Worse,
        Family::Recoloured,
    ];
    /// From here to where skin gets coarse, two of three are flashed: of all lights it shows least, and
    /// there is most to learn. (6,500 more steps with 310 of them brought nothing beyond chance on pairs
    /// of development, so the weights in use have seen none.)
    const FLASHED: usize = 1090;
    let mut random = Pcg64Mcg::seed_from_u64(FIRST_SEED ^ i as u64);
    /// From here on two of three are of coarse skin, at the scales of photos of a whole face.
    const COARSE: usize = 2000;
    let coarse = i >= COARSE && !i.is_multiple_of(3);
    /// From here on two of three follow laws of their own, and from there on two of three are faces.
    const FREE: usize = 4000;
    const FACE: usize = 6000;
    /// From here on one of three is a face, and one is coarse.
    const THIRDS: usize = 7000;
    let free = (FREE..FACE).contains(&i) && i % 3 != 1;
    let surface = match (coarse, i >= FACE) {
        (false, _) => Surface::Usual,
        (true, true) if i < THIRDS || i % 3 == 1 => Surface::Face,
        (true, _) => Surface::Coarse,
    };
    // Healthy faces tell what no scar is.
    let family = match FAMILIES[i % FAMILIES.len()] {
        _ if i >= THIRDS && surface.is_face() && i.is_multiple_of(4) => Family::Healthy,
        family => family,
    };
    let scales = if coarse {
        [8.0, 6.0, 5.0, 7.0, 12.0, 10.0]
    } else {
        [8.0, 12.0, 6.0, 8.0, 16.0, 10.0]
    };
    let px_per_mm = scales[random.random_range(0..6)];
    let side = |mm: f64| (mm * px_per_mm) as u32;
    Spec {
        family,
        rig: match RIGS[random.random_range(0..RIGS.len())] {
            _ if (FLASHED..COARSE).contains(&i) && !i.is_multiple_of(3) => Rig::Flash,
            rig => rig,
        },
        skin_type: SkinType::ALL[random.random_range(0..SkinType::ALL.len())],
        seed: FIRST_SEED + i as u64,
        px_per_mm,
        width: side(60.0),
        height: side(45.0),
        wild: random.random_range(0.0..1.0) < 0.6,
        surface,
        free,
        light: if random.random_range(0.0..1.0) < 0.3 {
            TURNED
        } else {
            LightRange::default()
        },
        ..Spec::default()
    }
}

/// Draws a phantom pair; `None` if its scale is out of range.
///
/// # Errors
/// When the phantom cannot be drawn.
pub fn draw(spec: &Spec) -> Result<Option<Drawn>, phantom::Error> {
    let pair = phantom::render_pair(spec)?;
    let Some(scale) = PixelsPerMm::new(pair.truth.px_per_mm) else {
        return Ok(None);
    };
    let mut random = Pcg64Mcg::seed_from_u64(spec.seed);
    let azimuths = azimuths([&pair.before.how, &pair.after.how]);
    let light = |shot: phantom::Shot| Photo::from_rgb8("phantom", shot.rgb).linear(1.0);
    let (before, after) = (light(pair.before), light(pair.after));
    let find = |image| skin::find(image, scale, &skin::Options::default()).mask;
    let (skin_b, skin_a) = (find(&before), find(&after));
    let size = skin_b.dim();
    let (x, y) = warp(&pair.truth.visits[1].warp, size, &mut random);
    let reached = normalise::align_mask(&skin_a, &x, &y);
    let mut measured: Mask = skin_b;
    ndarray::Zip::from(&mut measured)
        .and(&reached)
        .and(&pair.truth.visits[1].visible)
        .for_each(|m, &r, &v| *m = *m && r && v);
    let aligned = normalise::align(&after, &x, &y);
    let matched = normalise::match_sharpness(before, aligned, &measured);
    let images = [&matched.before, matched.after.image()];
    let looks = [0, 1].map(|i| {
        let shading = crate::shading::Options::default();
        let small = relief::small(images[i], &measured, scale, &shading);
        let options = relief::Options::default();
        let found = relief::find_light(&small.shading.field, &small.skin, small.scale, &options);
        let side = true_side(found, azimuths[i]);
        let azimuth = found.azimuth_deg(side).to_radians();
        Look::of(&small, azimuth, found.directionality)
    });
    let reduction = relief::feature_reduction(scale);
    let share = |mask: &Mask| reduce(&mask.mapv(|m| if m { 1.0 } else { 0.0 }), reduction);
    let [first, last] = [0, 1].map(|i| &pair.truth.visits[i]);
    Ok(Some(Drawn {
        looks,
        skin: share(&measured),
        scars: [share(&first.scars), share(&last.scars)],
        depth: [
            reduce(&first.depth, reduction),
            reduce(&last.depth, reduction),
        ],
        scale: scale.get() / reduction,
        oblique: spec.rig != Rig::Flash,
        azimuths,
    }))
}

/// The true map from the first photo to the second, with what registration would miss of it.
fn warp(grid: &WarpGrid, (rows, columns): (usize, usize), random: &mut Pcg64Mcg) -> (Field, Field) {
    let node = |values: &[f64]| {
        Field::from_shape_fn((grid.rows, grid.columns), |(r, c)| {
            values[r * grid.columns + c] as f32
        })
    };
    let mut plane = |values: &[f64]| {
        let nodes = node(values);
        // Waves of 60 to 400 px, mostly a quarter of a pixel high.
        let height: f32 = 0.05 * random.random_range(0.0f32..3.0).exp();
        let waves: [f32; 3] = std::array::from_fn(|_| random.random_range(0.0..0.06));
        from_rows(rows, columns, |y, out| {
            for (x, o) in out.iter_mut().enumerate() {
                let (u, v) = (x as f32, y as f32);
                let at = [u, v].map(|p| p / grid.step_px as f32);
                let wave = (u * waves[0] + v * waves[1] + 100.0 * waves[2]).sin();
                *o = bicubic(&nodes, at[0], at[1]) + height * wave;
            }
        })
    };
    (plane(&grid.x), plane(&grid.y))
}

/// Where the light came from at each visit, radians, as the first photo's grid sees it.
pub fn azimuths(how: [&Setup; 2]) -> [f64; 2] {
    let turned = how[1].pose.rotation_deg - how[0].pose.rotation_deg;
    let [before, after] = how.map(|how| how.light.azimuth_deg);
    [before.to_radians(), (after - turned).to_radians()]
}

/// The side of the found axis on which the light truly is.
fn true_side(light: relief::Light, azimuth: f64) -> Side {
    let turn = light.azimuth_deg(Side::Axis).to_radians() - azimuth;
    if turn.cos() >= 0.0 {
        Side::Axis
    } else {
        Side::Opposite
    }
}

impl Drawn {
    fn planes(&self) -> [&Field; 11] {
        let [b, a] = &self.looks;
        [
            &b.luminance,
            &b.chroma[0],
            &b.chroma[1],
            &a.luminance,
            &a.chroma[0],
            &a.chroma[1],
            &self.skin,
            &self.scars[0],
            &self.scars[1],
            &self.depth[0],
            &self.depth[1],
        ]
    }

    /// Keeps the pair in a file, for a later run.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn keep(&self, path: &Path) -> std::io::Result<()> {
        let (rows, columns) = self.skin.dim();
        let mut bytes = Vec::new();
        let mut put = |v: f64| bytes.extend_from_slice(&v.to_le_bytes());
        put(rows as f64);
        put(columns as f64);
        put(self.scale);
        put(if self.oblique { 1.0 } else { 0.0 });
        for look in &self.looks {
            put(f64::from(look.log_unit));
            put(look.azimuth);
            put(f64::from(look.directionality));
        }
        for plane in self.planes() {
            for v in plane {
                bytes.extend_from_slice(&v.to_le_bytes());
            }
        }
        std::fs::write(path, bytes)
    }

    /// The pair of `spec` that was kept; `None` if there is none, or none that can be read.
    #[must_use]
    pub fn kept(path: &Path, spec: &Spec) -> Option<Self> {
        let [before, after] = <[Setup; 2]>::try_from(phantom::setups(spec).ok()?).ok()?;
        let bytes = std::fs::read(path).ok()?;
        let (head, body) = bytes.split_at_checked(10 * 8)?;
        let head: Vec<f64> = head
            .chunks_exact(8)
            .filter_map(|c| Some(f64::from_le_bytes(c.try_into().ok()?)))
            .collect();
        let (rows, columns) = (head[0] as usize, head[1] as usize);
        let mut planes = body.chunks_exact(4 * rows * columns).map_while(|plane| {
            let values = plane.chunks_exact(4);
            let values = values.map(|c| f32::from_le_bytes([c[0], c[1], c[2], c[3]]));
            Field::from_shape_vec((rows, columns), values.collect()).ok()
        });
        let mut look = |i: usize| {
            Some(Look {
                luminance: planes.next()?,
                chroma: [planes.next()?, planes.next()?],
                log_unit: head[4 + 3 * i] as f32,
                azimuth: head[5 + 3 * i],
                directionality: head[6 + 3 * i] as f32,
            })
        };
        Some(Self {
            looks: [look(0)?, look(1)?],
            skin: planes.next()?,
            scars: [planes.next()?, planes.next()?],
            depth: [planes.next()?, planes.next()?],
            scale: head[2],
            oblique: head[3] == 1.0,
            azimuths: azimuths([&before, &after]),
        })
    }
}
