//! A person with scars, and what each visit finds.

use super::camera::{Camera, Pose};
use super::dice::Dice;
use super::grid::Grid;
use super::hair::Growth;
use super::pigment::{Pigment, Tint};
use super::relief::Relief;
use super::rig::Light;
use super::scars::{Response, Scar};
use super::sensor::Sensor;
use super::strew::Strewn;
use super::{Family, Setup, Spec, hair, light, relief, strew};
use crate::raster::{Field, from_rows, row};

/// What stays the same at all visits.
pub(super) struct Person {
    pub(super) relief: Relief,
    pub(super) pigment: Pigment,
    /// How far light travels in the skin, as a multiple of what is usual.
    pub(super) scatter: f64,
    pub(super) scars: Vec<Scar>,
    pub(super) responses: Vec<Response>,
    pub(super) light: Light,
    pub(super) sensor: Sensor,
    pub(super) hair: Growth,
    pub(super) strength: f64,
    pub(super) distance: f64,
    pub(super) half: [f64; 2],
}

/// What one visit finds.
pub(super) struct Visit {
    pub(super) scars: Vec<Scar>,
    pub(super) tint: Tint,
    pub(super) setup: Setup,
    pub(super) noise: u64,
    pub(super) hair_seed: u64,
}

impl Person {
    pub(super) fn draw(spec: &Spec) -> Self {
        let half = spec.half_field();
        let dice = |purpose: &str| Dice::new(spec.seed, purpose, 0);
        let mut scars = strewn(spec, half);
        let mut answer = dice("response");
        let mut responses: Vec<Response> =
            (scars.iter().map(|_| Response::draw(&mut answer))).collect();
        let mut scatter = 1.0;
        if spec.free {
            let mut laws = dice("laws");
            scars = (scars.into_iter().map(|s| s.free(&mut laws))).collect();
            // How scars heal differs by person and method: shallower, narrower, or both.
            let narrowing = laws.unit();
            for response in &mut responses {
                response.narrowing = (narrowing + laws.range(-0.15, 0.15)).clamp(0.0, 1.0);
            }
            scatter = laws.ratio(0.4, 1.6);
        }
        let pigment = Pigment::draw(spec.skin_type, half, &mut dice("pigment"));
        let reflectance: f64 = (pigment.base.iter().zip(crate::raster::LUMINANCE))
            .map(|(b, w)| b * f64::from(w))
            .sum();
        let drawn = if spec.family == Family::Worse {
            dice("strength").range(0.15, 0.45)
        } else {
            dice("strength").range(0.15, 0.7)
        };
        let mut other = dice("camera");
        let hair = match other.unit() {
            p if p < 0.25 => Growth {
                density: other.range(0.004, 0.03),
                length: other.range(2.0, 7.0),
            },
            p if p < 0.40 => Growth {
                density: other.range(0.08, 0.35),
                length: other.range(0.25, 0.8),
            },
            _ => Growth::default(),
        };
        let field = field_factor(half);
        let mut relief = Relief::draw(half, field, &mut dice("relief"));
        let mut hair = hair;
        let mut pigment = pigment;
        if spec.wild {
            let mut wild = dice("wild");
            relief = relief.wild(half, &mut wild);
            pigment = pigment.wild(half, &mut wild);
            hair = hair.wild(&mut wild);
        }
        let mut light = Light::draw(spec.rig, &mut dice("light")).moved_away(field);
        let mut sensor = Sensor::draw(reflectance, &mut other);
        if spec.surface.is_coarse() {
            let mut coarse = dice("coarse");
            relief = relief.coarse(half, &mut coarse);
            light = light.hard(&mut coarse);
            sensor = sensor.eager(&mut coarse);
        }
        if spec.surface.is_face() {
            let mut face = dice("face");
            relief = relief.face(half, &mut face).open_pored(&mut dice("pores"));
            light = light.patchy(&mut face);
        }
        if spec.free {
            let mut free = dice("free");
            relief = relief.free(&mut free);
            light = light.free(&mut free);
            sensor = sensor.free(&mut free);
        }
        Self {
            relief,
            pigment,
            scatter,
            scars,
            responses,
            light,
            sensor,
            hair,
            strength: spec.strength.unwrap_or(drawn),
            distance: other.range(230.0, 450.0) * field,
            half,
        }
    }

    pub(super) fn visit(&self, spec: &Spec, number: usize) -> Visit {
        let dice = |purpose: &str| Dice::new(spec.seed, purpose, number as u64 + 1);
        let done = number as f64 / (spec.visits - 1) as f64;
        let strength = match spec.family {
            f if f.keeps_relief() => 0.0,
            Family::Worse => self.strength * (1.0 - done),
            _ => self.strength * done,
        };
        let later = number > 0;
        let tint = match spec.family {
            Family::Recoloured if later => Tint::strong(self.half, &mut dice("tint")),
            Family::Rephotographed => Tint::plain(),
            _ if later => Tint::daily(&mut dice("tint")),
            _ => Tint::plain(),
        };
        let mut hair = self.hair;
        if later && spec.family == Family::Recoloured && dice("hair").chance(0.5) {
            let mut dice = dice("growth");
            hair.density = hair.density.max(0.02) * dice.range(1.0, 2.5);
            hair.length = hair.length.max(0.5) * dice.range(1.2, 2.0);
        }
        if later && spec.wild && dice("shave").chance(0.5) {
            let mut dice = dice("shaved");
            hair.density *= dice.ratio(0.3, 2.5);
            hair.length *= dice.ratio(0.5, 1.8);
        }
        let share = if later { 1.0 } else { 0.25 };
        let mut pose = Pose::draw(&spec.pose, self.distance, share, &mut dice("pose"));
        let (light, sensor) = if later {
            (
                self.light.jittered(&spec.light, &mut dice("light")),
                self.sensor.another_day(&mut dice("camera")),
            )
        } else {
            pose.scale = 1.0;
            (self.light.clone(), self.sensor.clone())
        };
        Visit {
            scars: (self.scars.iter().zip(&self.responses))
                .map(|(scar, response)| scar.treated(strength, response))
                .collect(),
            tint,
            setup: Setup {
                strength,
                pose,
                light,
                sensor,
                hair,
            },
            noise: dice("noise").seed(),
            hair_seed: spec.seed,
        }
    }

    /// Light that leaves each point of the skin toward the camera, linear red, green, blue.
    pub(super) fn radiance(
        &self,
        visit: &Visit,
        camera: &Camera,
        texture: &Field,
        grid: &Grid,
    ) -> [Field; 3] {
        let height = relief::surface(&self.relief, texture, &visit.scars, grid);
        let mut lit = light::illuminate(&visit.setup.light, camera, &height, grid);
        let pits = relief::pits(texture, grid);
        let papules = self.relief.papules();
        let albedo = (self.pigment).albedo(&visit.tint, papules, &visit.scars, &pits, grid);
        let cast = visit.setup.light.shadow_of_hair(camera);
        let roots = self.half.map(|h| 1.3 * h);
        let mut dice = Dice::new(visit.hair_seed, "roots", 0);
        let hair = hair::grow(&visit.setup.hair, roots, cast, grid, &mut dice);
        if let Some(hair) = &hair {
            for plane in &mut lit.diffuse {
                *plane = crate::raster::zip2(plane, &hair.shadow, |e, s| e * (1.0 - s));
            }
        }
        let under = light::scattered(lit.diffuse.clone(), self.scatter * grid.per_mm);
        std::array::from_fn(|c| {
            from_rows(grid.rows, grid.columns, |y, out| {
                let (a, e, g) = (row(&albedo[c], y), row(&under[c], y), row(&lit.gloss[c], y));
                for (x, o) in out.iter_mut().enumerate() {
                    *o = a[x] * e[x] + g[x];
                }
                if let Some(hair) = &hair {
                    let (cover, bare) = (row(&hair.cover, y), row(&lit.diffuse[c], y));
                    for (x, o) in out.iter_mut().enumerate() {
                        *o += cover[x] * (hair.colour[c] * bare[x] - *o);
                    }
                }
            })
        })
    }
}

/// Where a person's scars are, and what they are like.
fn strewn(spec: &Spec, half: [f64; 2]) -> Vec<Scar> {
    let dice = |purpose: &str| Dice::new(spec.seed, purpose, 0);
    let strewn = match spec.family {
        Family::Healthy => Strewn::Nowhere,
        Family::Confluent => Strewn::Confluent,
        Family::Linear => Strewn::Lines,
        _ => Strewn::Apart,
    };
    let mut scars = strew::strew(strewn, half, &mut dice("scars"));
    let mut pits = dice("pits");
    if spec.wild && matches!(strewn, Strewn::Apart | Strewn::Confluent) && pits.chance(0.35) {
        strew::pit(&mut scars, half, &mut pits);
    }
    if spec.surface.is_coarse() && !matches!(strewn, Strewn::Nowhere) {
        let mut cheeks = dice("cheeks");
        match cheeks.unit() {
            p if p < 0.5 => strew::pock(&mut scars, half, &mut cheeks),
            p if p < 0.85 => strew::pit(&mut scars, half, &mut cheeks),
            _ => {}
        }
    }
    if spec.surface.is_face() && !matches!(strewn, Strewn::Nowhere) {
        let mut fields = dice("fields");
        match fields.unit() {
            p if p < 0.3 => strew::wave(&mut scars, half, &mut fields),
            p if p < 0.5 => strew::sieve(&mut scars, half, &mut fields),
            _ => {}
        }
    }
    scars
}

/// How much larger the field is than a cheek's 70 mm; lengths of the set-up grow with it.
pub(super) fn field_factor(half: [f64; 2]) -> f64 {
    /// Half the usual field, mm.
    const USUAL: f64 = 35.0;
    (half[0].max(half[1]) / USUAL).max(1.0)
}
