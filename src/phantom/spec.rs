//! What names a phantom: everything else follows from it.

use serde::{Deserialize, Serialize};

use super::camera::PoseRange;
use super::rig::{LightRange, Rig};
use super::skin_type::SkinType;

/// What happens between the first photo and the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Scars get shallower and smaller, some heal.
    Improved,
    /// Scars get deeper and larger, some are new.
    Worse,
    /// Nothing changes but the photograph: pose, bend, light, camera.
    Rephotographed,
    /// As rephotographed, and the skin's colour: tan, redness, marks, hair.
    Recoloured,
    /// Healthy skin, photographed again.
    Healthy,
    /// Scars that run into each other; they improve.
    Confluent,
    /// Cuts or stretch marks; they improve.
    Linear,
}

impl Family {
    pub const ALL: [Self; 7] = [
        Self::Improved,
        Self::Worse,
        Self::Rephotographed,
        Self::Recoloured,
        Self::Healthy,
        Self::Confluent,
        Self::Linear,
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Improved => "improved",
            Self::Worse => "worse",
            Self::Rephotographed => "rephotographed",
            Self::Recoloured => "recoloured",
            Self::Healthy => "healthy",
            Self::Confluent => "confluent",
            Self::Linear => "linear",
        }
    }

    /// Whether the relief is the same at all visits.
    #[must_use]
    pub fn keeps_relief(self) -> bool {
        matches!(
            self,
            Self::Rephotographed | Self::Recoloured | Self::Healthy
        )
    }
}

/// What the skin's surface is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// As most cheeks are.
    #[default]
    Usual,
    /// Coarse and oily, with folds, bulges and cheeks full of pits, in hard light, by a camera that
    /// sharpens. Of eight photos of faces (clinics' and selfies) fine texture scattered by 0.04 to 0.095
    /// in log luminance, of healthy phantoms without this by 0.02 to 0.04.
    Coarse,
    /// Coarse, and shining in patches; pores are wide, a nose's wing or a fold with its crease lies in the
    /// picture, and fields of dents are softer or closer than usual.
    Face,
}

impl Surface {
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::Usual
    }

    /// Coarse, at least.
    #[must_use]
    pub fn is_coarse(self) -> bool {
        self != Self::Usual
    }

    #[must_use]
    pub fn is_face(self) -> bool {
        self == Self::Face
    }
}

/// How photos are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JPEG; the pixels in memory went through it too.
    Jpg,
    /// PNG, without loss.
    Png,
}

/// A phantom by name. The same spec gives the same pixels, on any number of threads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spec {
    pub family: Family,
    pub rig: Rig,
    pub skin_type: SkinType,
    pub seed: u64,
    /// Scale in the middle of the first photo, px/mm.
    pub px_per_mm: f64,
    /// Size of every photo, px.
    pub width: u32,
    pub height: u32,
    pub format: Format,
    /// Photos taken: 2 make a pair.
    pub visits: usize,
    /// Days between visits.
    pub interval_days: usize,
    /// How much of the scars the whole course takes away (or, getting worse, put there), 0 to 1;
    /// drawn from the seed if none.
    pub strength: Option<f64>,
    pub pose: PoseRange,
    pub light: LightRange,
    /// Whether the skin has much more of what is not a scar: wrinkles, hairs, veins, papules, coarse
    /// or fine texture. For learning from more than there is on most cheeks.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub wild: bool,
    #[serde(skip_serializing_if = "Surface::is_usual")]
    pub surface: Surface,
    /// Whether this person's scars, their healing, the skin's texture and its scattering of light follow
    /// laws of their own instead of this renderer's. What the renderer takes for granted of all skin must
    /// not be taken for granted by what learns from it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub free: bool,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            family: Family::Improved,
            rig: Rig::Clinic,
            skin_type: SkinType::III,
            seed: 1,
            px_per_mm: 16.0,
            width: 1120,
            height: 832,
            format: Format::Jpg,
            visits: 2,
            interval_days: 35,
            strength: None,
            pose: PoseRange::default(),
            light: LightRange::default(),
            wild: false,
            surface: Surface::Usual,
            free: false,
        }
    }
}

/// Why a phantom can't be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("photos of {width} x {height} px can't be drawn: take 64 to 8000 px each way")]
    Size { width: u32, height: u32 },
    #[error("{0} px/mm can't be drawn: take 3 to 80")]
    Scale(f64),
    #[error("{0} visits can't be drawn: take 2 to 100")]
    Visits(usize),
    #[error("a strength of {0} can't be drawn: take 0 (nothing) to 1 (all healed)")]
    Strength(f64),
    #[error("the photo can't be stored as JPEG")]
    Jpeg(#[from] jpeg_encoder::EncodingError),
    #[error("the photo can't be stored, or read back")]
    Image(#[from] image::ImageError),
    #[error("{path} can't be written")]
    Write {
        path: String,
        source: std::io::Error,
    },
}

impl Spec {
    /// The same with later photos from as far off as the alignment searches.
    #[must_use]
    pub fn far_off(self) -> Self {
        Self {
            pose: PoseRange::FAR_OFF,
            light: LightRange::FAR_OFF,
            ..self
        }
    }

    /// The folder's name: the spec, with what differs from the defaults.
    #[must_use]
    pub fn name(&self) -> String {
        let course = if self.visits > 2 {
            format!("course{}_", self.visits)
        } else {
            String::new()
        };
        let far = if self.pose == PoseRange::FAR_OFF {
            "far_"
        } else {
            ""
        };
        let surface = match self.surface {
            Surface::Usual => "",
            Surface::Coarse => "coarse_",
            Surface::Face => "face_",
        };
        let free = if self.free { "free_" } else { "" };
        let strength = self
            .strength
            .map_or(String::new(), |s| format!("{}", (100.0 * s).round()));
        format!(
            "{free}{surface}{far}{course}{}{strength}_{}_type{}_seed{}",
            self.family.name(),
            self.rig.name(),
            self.skin_type.number(),
            self.seed
        )
    }

    /// # Errors
    /// When something asked for can't be drawn.
    pub fn check(&self) -> Result<(), Error> {
        let (width, height) = (self.width, self.height);
        if !(64..=8000).contains(&width) || !(64..=8000).contains(&height) {
            return Err(Error::Size { width, height });
        }
        if !(3.0..=80.0).contains(&self.px_per_mm) {
            return Err(Error::Scale(self.px_per_mm));
        }
        if !(2..=100).contains(&self.visits) {
            return Err(Error::Visits(self.visits));
        }
        match self.strength {
            Some(s) if !(0.0..=1.0).contains(&s) => Err(Error::Strength(s)),
            _ => Ok(()),
        }
    }

    /// Half the first photo's field, mm.
    #[must_use]
    pub fn half_field(&self) -> [f64; 2] {
        [self.width, self.height].map(|n| f64::from(n) / 2.0 / self.px_per_mm)
    }
}
