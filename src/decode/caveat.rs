//! What is doubtful about a photo's colours, in words.

/// Doubt about a photo's colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Caveat {
    /// The colour profile could not be used; the photo was taken to be sRGB.
    ProfileNotUsed,
    /// Printing inks (CMYK) without a usable profile; colours are a rough guess.
    InksWithoutProfile,
}

impl Caveat {
    /// A short name that does not change.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::ProfileNotUsed => "profile-not-used",
            Self::InksWithoutProfile => "inks-without-profile",
        }
    }

    /// What it means, a sentence.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::ProfileNotUsed => {
                "The photo's colour profile could not be used; its colours were read as sRGB."
            }
            Self::InksWithoutProfile => {
                "The photo is stored as printing inks (CMYK) without a usable profile; its colours \
                 are a rough guess."
            }
        }
    }

    /// What to do, a sentence.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::ProfileNotUsed => "Export both photos as sRGB JPEG.",
            Self::InksWithoutProfile => {
                "Use the camera's original file, or export both photos as sRGB JPEG."
            }
        }
    }
}
