//! Scars: their kinds, outlines and profiles, and what a course of treatment does to them.

use std::f64::consts::{PI, TAU};

use serde::Serialize;

use super::dice::{Dice, perlin, smoothstep};
use super::law::Law;

/// What a dermatologist would call the dent (Jacob et al. 2001), and the long ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 0.8 to 2 mm wide, deep, steep.
    IcePick,
    /// 1.5 to 4 mm wide, steep walls, flat floor.
    Boxcar,
    /// 4 to 8 mm wide, gentle.
    Rolling,
    /// A groove left by a cut.
    Linear,
    /// A stretch mark: long, shallow, with a finely wrinkled floor.
    Stria,
}

/// What scars of one kind are drawn from; lengths in mm.
struct Habit {
    width: [f64; 2],
    /// Length over width.
    aspect: [f64; 2],
    depth: [f64; 2],
    wall: [f64; 2],
    /// Amplitude of the outline's irregularity, as a share of the radius.
    rough: f64,
}

impl Kind {
    /// Widths by Jacob et al. 2001; depths as profilometry of atrophic acne scars finds them.
    fn habit(self) -> Habit {
        let of = |width, aspect, depth, wall, rough| Habit {
            width,
            aspect,
            depth,
            wall,
            rough,
        };
        match self {
            Self::IcePick => of([0.8, 2.0], [1.0, 1.6], [0.25, 0.85], [0.4, 1.0], 0.12),
            Self::Boxcar => of([1.5, 4.0], [1.0, 1.7], [0.15, 0.5], [0.5, 1.0], 0.20),
            Self::Rolling => of([4.0, 8.0], [1.0, 1.8], [0.12, 0.4], [0.0, 0.3], 0.20),
            Self::Linear => of([0.8, 2.2], [6.0, 16.0], [0.12, 0.5], [0.2, 0.8], 0.08),
            Self::Stria => of([2.0, 4.5], [6.0, 10.0], [0.08, 0.22], [0.2, 0.5], 0.08),
        }
    }
}

/// A dent in the skin, in mm.
#[derive(Debug, Clone, PartialEq)]
pub struct Scar {
    pub id: usize,
    pub kind: Kind,
    /// Middle, mm.
    pub x: f64,
    pub y: f64,
    /// Nominal depth, mm: the greatest, where the floor is not raised; 0 once healed.
    pub depth: f64,
    /// Half width across and half length along, mm.
    pub half_width: f64,
    pub half_length: f64,
    /// Direction of the length, radians from +x toward +y.
    pub angle: f64,
    /// Sideways bow of the middle line, as a share of the half length.
    pub bow: f64,
    /// Irregularity of the outline: amplitude and phase of harmonics 2 to 5.
    pub outline: [(f64, f64); 4],
    /// Steepness of the wall, 0 gentle to 1 steep, and the direction of its steepest side, radians.
    pub wall: f64,
    pub steepest: f64,
    pub law: Law,
    /// Seed of what is irregular below the outline's harmonics: ragged edge, uneven floor.
    pub ripple: u64,
    /// Height of the rim, as a share of the depth.
    pub rim: f64,
    /// Pigment and blood of the scar beyond the skin's, densities.
    pub melanin: f64,
    pub blood: f64,
}

/// A radius beyond every dent, rim and colour.
const OUTSIDE: f64 = 9.0;

/// Depth below which nothing counts as a dent, mm: less than a healthy furrow.
pub const LEAST_DEPTH_MM: f64 = 0.02;

/// Share of its own nominal depth that a dent's footprint must reach.
pub const FOOTPRINT_SHARE: f64 = 0.15;

impl Scar {
    /// A scar of a kind, its middle at `at` (mm).
    pub fn draw(id: usize, kind: Kind, at: [f64; 2], dice: &mut Dice) -> Self {
        let habit = kind.habit();
        let half_width = dice.ratio(habit.width[0], habit.width[1]) / 2.0;
        let mut maybe = |probability: f64, low: f64, high: f64| {
            let value = dice.range(low, high);
            if dice.chance(probability) { value } else { 0.0 }
        };
        let (rim, melanin, blood) = (
            maybe(0.4, 0.0, 0.08),
            maybe(0.3, -0.12, 0.2),
            maybe(0.6, -0.05, 0.3),
        );
        Self {
            id,
            kind,
            x: at[0],
            y: at[1],
            depth: dice.ratio(habit.depth[0], habit.depth[1]),
            half_width,
            half_length: half_width * dice.range(habit.aspect[0], habit.aspect[1]),
            angle: dice.range(0.0, PI),
            bow: dice.range(-0.12, 0.12),
            outline: std::array::from_fn(|i| {
                let amplitude = dice.range(0.2, 1.0) * habit.rough / (i + 1) as f64;
                (amplitude, dice.range(0.0, TAU))
            }),
            wall: dice.range(habit.wall[0], habit.wall[1]),
            steepest: dice.range(0.0, TAU),
            law: Law::default(),
            ripple: dice.seed(),
            rim,
            melanin,
            blood,
        }
    }

    /// The same place with a scar that follows a law of its own, of any size and colour.
    #[must_use]
    pub fn free(mut self, dice: &mut Dice) -> Self {
        self.law = Law::draw(dice);
        self.widen(2.0 * self.half_width * dice.ratio(0.75, 1.35));
        self.depth *= dice.ratio(0.5, 1.4);
        let harmonics = dice.range(0.0, 1.5);
        for (amplitude, _) in &mut self.outline {
            *amplitude *= harmonics;
        }
        if dice.chance(0.5) {
            self.melanin = dice.range(-0.2, 0.35);
            self.blood = dice.range(-0.1, 0.5);
        }
        self
    }

    /// Makes it `width` mm wide, and as much longer or shorter.
    pub fn widen(&mut self, width: f64) {
        let aspect = self.half_length / self.half_width;
        self.half_width = width / 2.0;
        self.half_length = aspect * self.half_width;
    }

    /// Farthest point of the dent (and rim) from its middle, mm.
    #[must_use]
    pub fn reach(&self) -> f64 {
        self.half_length.max(self.half_width) * 1.9 + 0.2
    }

    /// How far out a point lies (0 in the middle, 1 on the outline), and in which direction.
    fn radius(&self, x: f64, y: f64) -> (f64, f64) {
        let (sin, cos) = self.angle.sin_cos();
        let (dx, dy) = (x - self.x, y - self.y);
        let (along, across) = (cos * dx + sin * dy, cos * dy - sin * dx);
        // Far outside: nothing below needs to know how far.
        let slack = 0.15 * self.half_length * f64::from(u8::from(self.is_long()));
        if along.abs() > 2.0 * self.half_length || across.abs() > 2.0 * self.half_width + slack {
            return (OUTSIDE, 0.0);
        }
        // The ragged edge: points move about by a share of the width, over half the width.
        let wave = (0.75 * self.half_width) as f32;
        let shake = |seed: u64| {
            f64::from(perlin(
                along as f32 / wave,
                across as f32 / wave,
                self.ripple ^ seed,
            )) * self.law.ragged
                * self.half_width
        };
        let (along, across) = (along + shake(1), across + shake(2));
        let u = along / self.half_length;
        if self.is_long() {
            let wave: f64 = (self.outline.iter().zip(2..))
                .map(|(&(a, phase), n)| a * (f64::from(n) * u * 2.0 + phase).sin())
                .sum();
            // A spindle: half the width at nine tenths of the length, pointed beyond.
            let taper = (1.0 - u.abs().powi(3)).max(0.0).sqrt();
            let middle = self.bow * self.half_length * (1.0 - u * u) + wave * self.half_width;
            let w = self.half_width * taper * (1.0 + 2.0 * wave);
            let r = if w < 1e-3 {
                OUTSIDE
            } else {
                (across - middle).abs() / w
            };
            return (r, if across > middle { PI / 2.0 } else { -PI / 2.0 });
        }
        let v = across / self.half_width;
        let theta = v.atan2(u);
        let edge: f64 = (self.outline.iter().zip(2..))
            .map(|(&(a, phase), n)| a * (f64::from(n) * theta + phase).cos())
            .sum();
        (u.hypot(v) / (1.0 + edge), theta)
    }

    fn is_long(&self) -> bool {
        matches!(self.kind, Kind::Linear | Kind::Stria)
    }

    /// Shape of the dent at a radius and direction: 1 at the bottom, 0 outside.
    fn profile(&self, (r, theta): (f64, f64)) -> f64 {
        let step_of = |r: f64, low: f64, high: f64| {
            let t = ((r - low) / (high - low)).clamp(0.0, 1.0);
            1.0 - t * t * (3.0 - 2.0 * t)
        };
        let step = |low: f64, high: f64| step_of(r, low, high);
        // One side falls steeply, the other less so; the middle stays smooth.
        let side = (theta - self.steepest).cos();
        let wall = self.wall * (0.7 + 0.3 * side);
        let skewed = r * (1.0 + 0.18 * side * r.min(1.0));
        if let Some(shape) = self.law.fall.shape(skewed) {
            return shape;
        }
        match self.kind {
            Kind::IcePick => {
                // A funnel: a shaft in a wider mouth.
                let shaft = step_of(skewed, -0.15, 1.05 - 0.2 * self.wall);
                0.7 * shaft + 0.3 * step_of(skewed, 0.0, 1.35)
            }
            Kind::Boxcar => step(0.80 * wall, 1.15),
            Kind::Rolling => step_of(skewed, 0.0, 1.2),
            Kind::Linear => step(0.35 * wall, 1.15),
            Kind::Stria => step(0.4 * wall, 1.15),
        }
    }

    /// Share of the depth that the uneven floor leaves at a point, up to 1.
    fn floor(&self, x: f64, y: f64) -> f64 {
        let wave = (0.7 * self.half_width) as f32;
        let bump = perlin(x as f32 / wave, y as f32 / wave, self.ripple ^ 3);
        1.0 - self.law.uneven * f64::from(smoothstep(-0.05, 0.6, bump))
    }

    /// Depth below the skin around, mm, at a point (mm); the rim is not in it.
    #[must_use]
    pub fn dent(&self, x: f64, y: f64) -> f64 {
        if self.depth <= 0.0 || (x - self.x).hypot(y - self.y) > self.reach() {
            return 0.0;
        }
        let shape = self.profile(self.radius(x, y));
        if shape > 0.0 {
            self.depth * shape * self.floor(x, y)
        } else {
            0.0
        }
    }

    /// Height of the rim, mm.
    #[must_use]
    pub fn ridge(&self, x: f64, y: f64) -> f64 {
        if self.rim <= 0.0 || self.depth <= 0.0 {
            return 0.0;
        }
        let r = (self.radius(x, y).0 - 1.3) / 0.25;
        self.depth * self.rim * (-r * r).exp()
    }

    /// 1 inside, 0 outside, soft: where the scar's own colour and smoothness hold.
    #[must_use]
    pub fn inside(&self, x: f64, y: f64) -> f64 {
        f64::from(1.0 - smoothstep(0.6, 1.3, self.radius(x, y).0 as f32))
    }

    /// Depth from which a point belongs to the footprint, mm; `None` when there is none.
    #[must_use]
    pub fn threshold(&self) -> Option<f64> {
        (self.depth > LEAST_DEPTH_MM).then(|| LEAST_DEPTH_MM.max(FOOTPRINT_SHARE * self.depth))
    }

    /// Footprint area (mm²) and volume below the skin around inside it (mm³), on a fine raster.
    #[must_use]
    pub fn area_and_volume(&self) -> (f64, f64) {
        /// Points of the raster over half the width.
        const FINE: f64 = 24.0;
        let Some(threshold) = self.threshold() else {
            return (0.0, 0.0);
        };
        let step = self.half_width / FINE;
        let n = (self.reach() / step).ceil() as i64;
        let (mut points, mut depth) = (0usize, 0.0);
        for j in -n..=n {
            for i in -n..=n {
                let d = self.dent(self.x + i as f64 * step, self.y + j as f64 * step);
                if d > threshold {
                    points += 1;
                    depth += d;
                }
            }
        }
        (points as f64 * step * step, depth * step * step)
    }

    /// Width, mm: the diameter of a disk of the footprint's area, or across the middle of a long one.
    #[must_use]
    pub fn width(&self, area: f64) -> f64 {
        match self.kind {
            Kind::Linear | Kind::Stria => area / (2.0 * self.half_length * 0.85),
            _ => 2.0 * (area / PI).sqrt(),
        }
    }

    /// The scar after a treatment of `strength`: 0 nothing, 1 all of it healed, negative worse.
    #[must_use]
    pub fn treated(&self, strength: f64, response: &Response) -> Self {
        let felt = strength * response.gain;
        let mut scar = self.clone();
        scar.depth *= (1.0 - felt).max(0.0);
        let size = (1.0 - response.narrowing * felt).clamp(0.5, 1.5);
        scar.half_width *= size;
        scar.half_length *= size;
        if response.heals_at.is_some_and(|s| strength >= s) {
            scar.depth = 0.0;
        }
        scar
    }
}

/// Share of its loss in depth that a scar loses in width, unless its person has a law of its own. Taken,
/// not measured: scars get shallower more than narrower.
const USUAL_NARROWING: f64 = 0.35;

/// How one scar answers to treatment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Response {
    /// Its share of the common strength.
    pub gain: f64,
    /// Strength from which it is gone altogether.
    pub heals_at: Option<f64>,
    /// How much of its width it loses of what it loses in depth.
    pub narrowing: f64,
}

impl Response {
    #[must_use]
    pub fn draw(dice: &mut Dice) -> Self {
        Self {
            gain: dice.range(0.6, 1.35),
            heals_at: dice.chance(0.15).then(|| dice.range(0.25, 0.9)),
            narrowing: USUAL_NARROWING,
        }
    }
}
