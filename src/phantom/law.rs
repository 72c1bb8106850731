//! What shapes of dents follow beyond their kind.

use super::dice::Dice;
use super::scars::FOOTPRINT_SHARE;

/// How a dent falls off from its middle outward.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fall {
    /// As dents of its kind do.
    Kind,
    /// exp(-(r/s)^p) of this p: a bell, or a floor with walls; by s the outline is where the footprint
    /// ends.
    Bell(f64),
    /// (1 - r)^p of this p: a cone, a funnel, a bowl.
    Cone(f64),
}

/// What the shape of a dent follows beyond its kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Law {
    pub fall: Fall,
    /// How far the ragged edge strays, as a share of the half width.
    pub ragged: f64,
    /// Share of the depth that the floor's bumps take away at most.
    pub uneven: f64,
    /// Share of the skin's texture that scar tissue lacks.
    pub bald: f64,
}

impl Default for Law {
    fn default() -> Self {
        Self {
            fall: Fall::Kind,
            ragged: 0.2,
            uneven: 0.3,
            bald: 0.5,
        }
    }
}

impl Law {
    #[must_use]
    pub fn draw(dice: &mut Dice) -> Self {
        let fall = match dice.unit() {
            p if p < 0.3 => Fall::Kind,
            p if p < 0.75 => Fall::Bell(dice.ratio(1.6, 9.0)),
            _ => Fall::Cone(dice.ratio(0.5, 2.0)),
        };
        Self {
            fall,
            ragged: dice.range(0.0, 0.35),
            uneven: dice.range(0.0, 0.5),
            bald: dice.range(0.0, 0.9),
        }
    }
}

impl Fall {
    /// 1 in the middle, 0 far outside, at a radius (1 on the outline); `None` where the kind decides.
    #[must_use]
    pub fn shape(self, radius: f64) -> Option<f64> {
        /// Radius at which cones end.
        const FOOT: f64 = 1.1;
        match self {
            Self::Kind => None,
            Self::Bell(p) => Some((FOOTPRINT_SHARE.ln() * radius.max(0.0).powf(p)).exp()),
            Self::Cone(p) => Some((1.0 - radius / FOOT).clamp(0.0, 1.0).powf(p)),
        }
    }
}
