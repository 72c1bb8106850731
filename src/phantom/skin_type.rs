//! Fitzpatrick's skin types, and the colours of persons that have them.

use serde::{Deserialize, Serialize};

/// Fitzpatrick's phototype.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SkinType {
    I,
    II,
    III,
    IV,
    V,
    VI,
}

impl SkinType {
    pub const ALL: [Self; 6] = [Self::I, Self::II, Self::III, Self::IV, Self::V, Self::VI];

    /// 1 to 6.
    #[must_use]
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// Individual typology angle, degrees: limits of the class that goes with the type (very light,
    /// light, intermediate, tan, brown, dark; Del Bino & Bernerd 2013).
    #[must_use]
    pub fn ita_limits(self) -> [f64; 2] {
        match self {
            Self::I => [55.0, 90.0],
            Self::II => [41.0, 55.0],
            Self::III => [28.0, 41.0],
            Self::IV => [10.0, 28.0],
            Self::V => [-30.0, 10.0],
            Self::VI => [-90.0, -30.0],
        }
    }

    /// What persons of the type are drawn from: typology angle, a* and b* (Xiao et al. 2017 for the
    /// spread of cheeks).
    pub(super) fn palette(self) -> ([f64; 2], f64, f64) {
        match self {
            Self::I => ([56.5, 61.0], 9.5, 13.0),
            Self::II => ([44.0, 52.0], 10.5, 15.5),
            Self::III => ([31.0, 38.0], 11.5, 17.0),
            Self::IV => ([14.0, 24.0], 12.5, 19.0),
            Self::V => ([-20.0, 2.0], 13.0, 18.5),
            Self::VI => ([-52.0, -37.0], 10.0, 12.5),
        }
    }

    /// Share of freckles: fair skin has most.
    pub(super) fn freckled(self) -> f64 {
        [0.5, 0.4, 0.3, 0.2, 0.12, 0.08][self as usize]
    }
}
