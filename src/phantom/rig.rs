//! Light rigs: where the lamp stands, how large it is, how bright the room.

use serde::{Deserialize, Serialize};

use super::camera::Camera;
use super::dice::{Dice, perlin};

/// Points of a ring flash.
const RING: usize = 6;
/// Points of an area lamp: across and up.
const STRIPS: usize = 5;
pub const HEIGHTS: usize = 3;

/// How the photo was lit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rig {
    /// An area lamp well off the camera's axis, some room light.
    Clinic,
    /// A ring flash around the lens.
    Flash,
    /// A window from the side, a warm room.
    Phone,
}

impl Rig {
    pub const ALL: [Self; 3] = [Self::Clinic, Self::Flash, Self::Phone];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clinic => "clinic",
            Self::Flash => "flash",
            Self::Phone => "phone",
        }
    }
}

/// How far the lamp may stray between visits; evenly between minus and plus.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LightRange {
    pub azimuth_deg: f64,
    pub elevation_deg: f64,
}

impl LightRange {
    /// Put up again by somebody who was not told where.
    pub const FAR_OFF: Self = Self {
        azimuth_deg: 40.0,
        elevation_deg: 12.0,
    };
}

impl Default for LightRange {
    fn default() -> Self {
        Self {
            azimuth_deg: 15.0,
            elevation_deg: 8.0,
        }
    }
}

/// The lamp and the room of one visit, in the camera's axes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Light {
    pub rig: Rig,
    /// Where the lamp stands: from +x (right) toward +y (down) of the picture; for a ring, 0.
    pub azimuth_deg: f64,
    /// Above the picture plane, degrees: 90 is the camera's axis.
    pub elevation_deg: f64,
    pub distance_mm: f64,
    /// Half the lamp's spread in each direction, degrees; for a ring, its radius seen from the skin.
    pub spread_deg: [f64; 2],
    pub lamp_rgb: [f64; 3],
    /// Share of the light in the middle that comes from the room.
    pub room: f64,
    pub room_rgb: [f64; 3],
    /// Where the room is brightest, degrees, and how much brighter (0 to 1) than its mean.
    pub room_azimuth_deg: f64,
    pub room_lean: f64,
    /// Strength of gloss against bare skin's (1) and its roughness.
    pub gloss: f64,
    pub roughness: f64,
    /// Where the skin is oily and where it is dry, if not the same everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oil: Option<Oil>,
}

/// Patches of oily skin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Oil {
    pub seed: u64,
    /// Width of a patch, mm.
    pub width_mm: f64,
    /// Standard deviation of gloss, natural-log units, about.
    pub spread: f64,
}

impl Oil {
    /// How much more the skin shines at a point (mm) than in the mean.
    #[must_use]
    pub fn at(&self, x: f32, y: f32) -> f32 {
        // Noise of standard deviation 0.25, about.
        let wave = self.width_mm as f32;
        let broad = perlin(x / wave, y / wave, self.seed);
        let fine = perlin(3.0 * x / wave, 3.0 * y / wave, self.seed ^ 1);
        (4.0 * self.spread as f32 * (broad + 0.4 * fine))
            .exp()
            .min(8.0)
    }
}

impl Light {
    /// A place: the same at all visits of a pair.
    #[must_use]
    pub fn draw(rig: Rig, dice: &mut Dice) -> Self {
        // Lamps mostly stand above or beside the patient; the head may lie any way.
        let azimuth_deg = if dice.chance(0.7) {
            dice.range(180.0, 360.0)
        } else {
            dice.range(0.0, 360.0)
        };
        let (elevation, distance, spread, room) = match rig {
            Rig::Clinic => (
                dice.range(25.0, 60.0),
                dice.range(450.0, 1000.0),
                [dice.range(5.0, 14.0), dice.range(5.0, 12.0)],
                dice.range(0.15, 0.42),
            ),
            Rig::Flash => {
                let radius = dice.range(5.0, 12.0);
                (
                    90.0,
                    dice.range(230.0, 450.0),
                    [radius; 2],
                    dice.range(0.02, 0.12),
                )
            }
            Rig::Phone => (
                dice.range(28.0, 55.0),
                dice.range(900.0, 2500.0),
                [dice.range(15.0, 35.0), dice.range(10.0, 18.0)],
                dice.range(0.30, 0.55),
            ),
        };
        let warmth = match rig {
            Rig::Clinic => dice.range(-0.05, 0.10),
            Rig::Flash => dice.range(-0.05, 0.03),
            Rig::Phone => dice.range(-0.12, 0.02),
        };
        let room_warmth = match rig {
            Rig::Clinic => dice.range(-0.05, 0.2),
            Rig::Flash | Rig::Phone => dice.range(0.05, 0.35),
        };
        Self {
            rig,
            azimuth_deg: if rig == Rig::Flash { 0.0 } else { azimuth_deg },
            elevation_deg: elevation,
            distance_mm: distance,
            spread_deg: spread,
            lamp_rgb: warm(warmth),
            room,
            room_rgb: warm(room_warmth),
            room_azimuth_deg: dice.range(0.0, 360.0),
            room_lean: dice.range(0.0, 0.6),
            gloss: dice.range(0.3, 1.3),
            roughness: dice.range(0.36, 0.55),
            oil: None,
        }
    }

    /// The same place around a larger field.
    #[must_use]
    pub fn moved_away(mut self, factor: f64) -> Self {
        self.distance_mm *= factor;
        self
    }

    /// The same place with a lower lamp, and on oilier skin.
    #[must_use]
    pub fn hard(mut self, dice: &mut Dice) -> Self {
        if self.rig != Rig::Flash {
            self.elevation_deg = (self.elevation_deg * dice.ratio(0.5, 1.0)).max(18.0);
        }
        self.room *= dice.ratio(0.4, 1.0);
        self.gloss *= dice.ratio(0.8, 4.0);
        self.roughness *= dice.ratio(0.6, 1.0);
        self
    }

    /// The same place, and skin that shines in patches.
    #[must_use]
    pub fn patchy(mut self, dice: &mut Dice) -> Self {
        self.oil = Some(Oil {
            seed: dice.seed(),
            width_mm: dice.ratio(3.0, 18.0),
            spread: dice.range(0.2, 1.2),
        });
        self
    }

    /// The same place with another room, another lamp, and skin that is dull or shines.
    #[must_use]
    pub fn free(mut self, dice: &mut Dice) -> Self {
        if self.rig == Rig::Flash {
            self.room *= dice.ratio(0.2, 3.0);
            let radius = self.spread_deg[0] * dice.ratio(0.3, 1.6);
            self.spread_deg = [radius; 2];
        } else {
            self.room = dice.range(0.02, 0.6);
            self.spread_deg = self.spread_deg.map(|s| s * dice.ratio(0.2, 1.4));
            self.distance_mm *= dice.ratio(0.6, 6.0);
        }
        self.gloss *= if dice.chance(0.25) {
            0.0
        } else {
            dice.ratio(0.5, 2.5)
        };
        self
    }

    /// Which way hair casts its shadow on the skin, per unit of its height (reversed).
    #[must_use]
    pub fn shadow_of_hair(&self, camera: &Camera) -> [f64; 2] {
        let (a, e) = (
            self.azimuth_deg.to_radians(),
            self.elevation_deg.to_radians(),
        );
        let [x, y, z] = camera.to_skin([e.cos() * a.cos(), e.cos() * a.sin(), e.sin()]);
        [x / z.max(0.2), y / z.max(0.2)]
    }

    /// The place at another visit: the lamp was put up again.
    #[must_use]
    pub fn jittered(&self, range: &LightRange, dice: &mut Dice) -> Self {
        let mut light = self.clone();
        if self.rig != Rig::Flash {
            light.azimuth_deg += dice.range(-1.0, 1.0) * range.azimuth_deg;
            light.elevation_deg = (self.elevation_deg
                + dice.range(-1.0, 1.0) * range.elevation_deg)
                .clamp(18.0, 70.0);
        }
        light.distance_mm *= dice.range(0.9, 1.1);
        light.room = (self.room * dice.range(0.8, 1.25)).min(0.7);
        light.room_azimuth_deg += dice.range(-30.0, 30.0);
        light.gloss *= dice.range(0.6, 1.5);
        light
    }

    /// The lamp as points: (position in the camera's axes, mm; strip of equal azimuth).
    #[must_use]
    pub fn points(&self) -> Vec<([f64; 3], usize)> {
        let at = |azimuth: f64, elevation: f64| {
            let (a, e) = (azimuth.to_radians(), elevation.to_radians());
            let d = self.distance_mm;
            [d * e.cos() * a.cos(), d * e.cos() * a.sin(), d * e.sin()]
        };
        if self.rig == Rig::Flash {
            return (0..RING)
                .map(|i| {
                    (
                        at(i as f64 * 360.0 / RING as f64, 90.0 - self.spread_deg[0]),
                        i,
                    )
                })
                .collect();
        }
        let even = |i: usize, n: usize| (2 * i + 1) as f64 / n as f64 - 1.0;
        (0..STRIPS)
            .flat_map(|s| (0..HEIGHTS).map(move |h| (s, h)))
            .map(|(s, h)| {
                let azimuth = self.azimuth_deg + even(s, STRIPS) * self.spread_deg[0];
                let elevation = self.elevation_deg + even(h, HEIGHTS) * self.spread_deg[1];
                (at(azimuth, elevation.clamp(8.0, 88.0)), s)
            })
            .collect()
    }
}

fn warm(w: f64) -> [f64; 3] {
    [1.0 + w, 1.0, 1.0 - 1.3 * w]
}
